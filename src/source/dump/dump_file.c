#include "source/dump/dump_file.h"

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

    return error_set(err, ERROR_TABLE, "could not %s %s: %s", doing, file->path,
        strerror_r(errno, reason, sizeof reason));
}

static const char *
last_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

bool
dump_file_open(const char *path, struct dump_file *file, struct error *err)
{
    *file = (struct dump_file){ .fd = -1, .path = path, .name = last_name(path) };
    // A pipe would be waited for.
    file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    file->is_missing = file->fd < 0 && errno == ENOENT;
    if (file->fd < 0)
        return fail(file, "open", err);
    if (fstat(file->fd, &file->found) != 0) {
        (void)fail(file, "look at", err);
        dump_file_close(file);
        return false;
    }
    if (S_ISREG(file->found.st_mode))
        return true;
    dump_file_close(file);
    return error_set(err, ERROR_TABLE, "%s is no file", path);
}

void
dump_file_close(struct dump_file *file)
{
    if (file->fd >= 0)
        (void)close(file->fd);
    file->fd = -1;
}

bool
dump_file_read(void *context, char *out, size_t capacity, size_t *size, struct error *err)
{
    struct dump_file *file = context;
    ssize_t got;

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
    return lseek(file->fd, 0, SEEK_SET) == 0 || fail(file, "read", err);
}

bool
dump_file_read_trailer(struct dump_file *file, struct dump_trailer *trailer, struct error *err)
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
        dump_trailer_read(bytes, have, offset, trailer);
    free(bytes);
    return got >= 0 || fail(file, "read", err);
}

bool
dump_file_check_still(const struct dump_file *file, struct error *err)
{
    struct stat now;

    if (fstat(file->fd, &now) != 0)
        return fail(file, "look at", err);
    if (now.st_size == file->found.st_size && now.st_mtim.tv_sec == file->found.st_mtim.tv_sec &&
        now.st_mtim.tv_nsec == file->found.st_mtim.tv_nsec)
        return true;
    (void)error_set(err, ERROR_TABLE, "%s was written to while it was read", file->name);
    return error_hint(err, "Run oe2pg again when the dump has ended.");
}

bool
dump_file_read_all(const char *path, struct buffer *bytes, struct error *err)
{
    struct dump_file file;
    size_t got = 1;
    bool done = true;

    if (!dump_file_open(path, &file, err))
        return false;
    while (done && got > 0) {
        char *out = buffer_reserve(bytes, READ_BYTES);

        if (out == NULL) {
            done = error_set(err, ERROR_TABLE, "%s has more than %zu bytes", path, bytes->cap);
            break;
        }
        done = dump_file_read(&file, out, READ_BYTES, &got, err);
        bytes->size += done ? got : 0;
    }
    dump_file_close(&file);
    return done;
}
