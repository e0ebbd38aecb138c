#include "source/dump/dump_file.h"

#include "base/hash.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READ_BYTES = 256 * 1024 };

static bool
fail(const struct dump_file *file, const char *doing, struct error *err)
{
    char reason[256];

    return error_set(err, ERROR_TABLE, "could not %s %s: %s", doing, file->place.path,
        strerror_r(errno, reason, sizeof reason));
}

static bool
is_packed(const struct dump_place *place)
{
    return place->packing != DUMP_PLAIN || place->member > 0;
}

// Opens what is in the file, which stands at its beginning.
static bool
begin_unpacking(struct dump_file *file, struct error *err)
{
    const struct dump_place *place = &file->place;
    struct dump_member member = { .path = "" };

    if (!dump_unpack_open(file->fd, place->name, place->packing, place->member > 0,
            file->is_cancelled, &file->unpack, err))
        return false;
    for (int64_t i = 0; i < place->member && member.path != NULL; i++) {
        if (!dump_unpack_next(file->unpack, &member, err))
            return false;
    }
    return member.path != NULL ||
           error_set(err, ERROR_TABLE, "%s is no longer in its archive", place->name);
}

bool
dump_file_open(const struct dump_place *place, const atomic_bool *is_cancelled,
    struct dump_file *file, struct error *err)
{
    *file = (struct dump_file){ .fd = -1, .place = *place, .is_cancelled = is_cancelled };
    // A pipe would be waited for.
    file->fd = open(place->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    file->is_missing = file->fd < 0 && errno == ENOENT;
    if (file->fd < 0)
        return fail(file, "open", err);
    if (fstat(file->fd, &file->found) != 0)
        (void)fail(file, "look at", err);
    else if (!S_ISREG(file->found.st_mode))
        (void)error_set(err, ERROR_TABLE, "%s is no file", place->path);
    else if (!is_packed(place) || begin_unpacking(file, err))
        return true;
    dump_file_close(file);
    return false;
}

void
dump_file_close(struct dump_file *file)
{
    dump_unpack_close(file->unpack);
    file->unpack = NULL;
    if (file->fd >= 0)
        (void)close(file->fd);
    file->fd = -1;
}

bool
dump_file_read(void *context, char *out, size_t capacity, size_t *size, struct error *err)
{
    struct dump_file *file = context;
    ssize_t got;

    if (file->unpack != NULL)
        return dump_unpack_read(file->unpack, out, capacity, size, err);
    do
        got = read(file->fd, out, capacity);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return fail(file, "read", err);
    *size = (size_t)got;
    return true;
}

bool
dump_file_rewind(struct dump_file *file, struct error *err)
{
    bool is_unpacked = file->unpack != NULL;

    dump_unpack_close(file->unpack);
    file->unpack = NULL;
    if (lseek(file->fd, 0, SEEK_SET) != 0)
        return fail(file, "read", err);
    return !is_unpacked || begin_unpacking(file, err);
}

// --- the trailer

// Both take the end of the bytes, DUMP_TRAILER_BYTES at most.
static bool
survey_plain(const struct dump_file *file, struct dump_survey *survey, struct error *err)
{
    int64_t size = file->found.st_size;
    int64_t offset = size > DUMP_TRAILER_BYTES ? size - DUMP_TRAILER_BYTES : 0;
    size_t wanted = (size_t)(size - offset);
    char *bytes = mem_alloc(DUMP_TRAILER_BYTES);
    size_t have = 0;
    ssize_t got = 1;

    while (have < wanted && got > 0) {
        got = pread(file->fd, bytes + have, wanted - have, (off_t)(offset + (int64_t)have));
        if (got < 0 && errno == EINTR)
            got = 1;
        else if (got > 0)
            have += (size_t)got;
    }
    if (got >= 0)
        dump_trailer_read(bytes, have, offset, &survey->trailer);
    free(bytes);
    survey->size_bytes = size;
    return got >= 0 || fail(file, "read", err);
}

// Fills `out`, unless the stream ends before.
static bool
read_block(struct dump_unpack *unpack, char *out, size_t *size, struct error *err)
{
    size_t got = 1;

    *size = 0;
    while (got > 0 && *size < DUMP_TRAILER_BYTES) {
        if (!dump_unpack_read(unpack, out + *size, DUMP_TRAILER_BYTES - *size, &got, err))
            return false;
        *size += got;
    }
    return true;
}

bool
dump_stream_survey(struct dump_unpack *unpack, struct dump_survey *survey, struct error *err)
{
    char *bytes = mem_alloc((size_t)2 * DUMP_TRAILER_BYTES); // the block before, and this one
    char *block = bytes + DUMP_TRAILER_BYTES;
    size_t before = 0;
    size_t size = 0;
    bool done;

    survey->size_bytes = 0;
    survey->digest = 0;
    while ((done = read_block(unpack, block, &size, err)) && size == DUMP_TRAILER_BYTES) {
        survey->digest = hash_row_add(survey->digest, hash_bytes_extended(block, size, 0));
        survey->size_bytes += (int64_t)size;
        memcpy(bytes, block, size);
        before = size;
    }
    if (done) {
        survey->digest = hash_row_add(survey->digest, hash_bytes_extended(block, size, 0));
        survey->size_bytes += (int64_t)size;
        dump_trailer_read(block - before, before + size,
            survey->size_bytes - (int64_t)(before + size), &survey->trailer);
    }
    free(bytes);
    return done;
}

bool
dump_file_survey(struct dump_file *file, struct dump_survey *survey, struct error *err)
{
    *survey = (struct dump_survey){ .found = file->found, .trailer = { .records = -1 } };
    return file->unpack != NULL ? dump_stream_survey(file->unpack, survey, err)
                                : survey_plain(file, survey, err);
}

// --- whether it is still the same

static bool
has_one_state(const struct stat *a, const struct stat *b)
{
    return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

bool
dump_file_is_as(const struct dump_file *file, const struct dump_survey *survey)
{
    return file->found.st_dev == survey->found.st_dev &&
           file->found.st_ino == survey->found.st_ino &&
           has_one_state(&file->found, &survey->found);
}

bool
dump_file_check_still(const struct dump_file *file, struct error *err)
{
    struct stat now;

    if (fstat(file->fd, &now) != 0)
        return fail(file, "look at", err);
    if (has_one_state(&now, &file->found))
        return true;
    (void)error_set(err, ERROR_TABLE, "%s was written to while it was read", file->place.name);
    return error_hint(err, "Run oe2pg again when the dump has ended.");
}

bool
dump_file_read_all(const struct dump_place *place, struct buffer *bytes, struct error *err)
{
    struct dump_file file;
    size_t got = 1;
    bool done = true;

    if (!dump_file_open(place, NULL, &file, err))
        return false;
    while (done && got > 0) {
        char *out = buffer_reserve(bytes, READ_BYTES);

        if (out == NULL) {
            done =
                error_set(err, ERROR_TABLE, "%s has more than %zu bytes", place->path, bytes->cap);
            break;
        }
        done = dump_file_read(&file, out, READ_BYTES, &got, err);
        bytes->size += done ? got : 0;
    }
    done = done && dump_file_check_still(&file, err);
    dump_file_close(&file);
    return done;
}
