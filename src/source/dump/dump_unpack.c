#include "source/dump/dump_unpack.h"

#include "base/mem.h"
#include "source/dump/libarchive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum {
    BLOCK_BYTES = 64 * 1024,
    GZIP_ALONE = 16 + MAX_WBITS, // as inflateInit2 wants it: gzip, with its check sum
};

struct dump_unpack {
    int fd;
    const char *name;
    enum dump_packing packing;
    const atomic_bool *is_cancelled;
    // gzip is unpacked here: libarchive does not look at its check sums.
    z_stream gzip;
    bool has_gzip;
    bool is_begun;         // the first bytes of the gzip file were looked at
    bool is_between;       // members of a gzip file: it may end here
    struct libarchive lib; // where it is zstd or an archive
    struct archive *zstd;  // one file that is packed; NULL: it is not zstd
    struct archive *tar;   // NULL: no archive
    bool is_at_end;        // of the file
    char *packed;          // BLOCK_BYTES, as they stand in the file
    char *unpacked;        // BLOCK_BYTES, on their way into an archive
    struct error failure;  // of a read that libarchive asked for
};

static bool
fail(const struct dump_unpack *unpack, struct error *err, const char *what)
{
    (void)error_set(err, ERROR_TABLE, "%s: %s", unpack->name, what);
    return error_hint(err, "Pack the dump again, and see how the file got here.");
}

// --- the file

static bool
read_file(struct dump_unpack *unpack, char *out, size_t capacity, size_t *size, struct error *err)
{
    ssize_t got;

    if (unpack->is_cancelled != NULL && *unpack->is_cancelled)
        return error_set(err, ERROR_TABLE, "the read of %s was cancelled", unpack->name);
    do
        got = read(unpack->fd, out, capacity);
    while (got < 0 && errno == EINTR);
    if (got < 0) {
        char reason[256];

        return error_set(err, ERROR_TABLE, "could not read %s: %s", unpack->name,
            strerror_r(errno, reason, sizeof reason));
    }
    *size = (size_t)got;
    return true;
}

// --- gzip

// More of the file, where nothing is left. *is_over: there is no more.
static bool
fill_gzip(struct dump_unpack *unpack, bool *is_over, struct error *err)
{
    size_t size = 0;

    *is_over = false;
    if (unpack->gzip.avail_in > 0)
        return true;
    if (!read_file(unpack, unpack->packed, BLOCK_BYTES, &size, err))
        return false;
    unpack->gzip.next_in = (unsigned char *)unpack->packed;
    unpack->gzip.avail_in = (unsigned)size;
    *is_over = size == 0;
    return true;
}

static bool
is_gzip(const struct dump_unpack *unpack)
{
    static const unsigned char magic[] = { 0x1F, 0x8B };

    return unpack->gzip.avail_in >= sizeof magic &&
           memcmp(unpack->gzip.next_in, magic, sizeof magic) == 0;
}

// Several gzip files, one behind the other, are one file.
static bool
step_gzip(struct dump_unpack *unpack, struct error *err)
{
    bool is_over;
    int status;

    if (!fill_gzip(unpack, &is_over, err))
        return false;
    if (!unpack->is_begun && !is_gzip(unpack))
        return fail(unpack, err, "it is no gzip file");
    unpack->is_begun = true;
    if (is_over) {
        unpack->is_at_end = unpack->is_between;
        return unpack->is_at_end || fail(unpack, err, "the gzip file is cut");
    }
    unpack->is_between = false;
    status = inflate(&unpack->gzip, Z_NO_FLUSH);
    if (status == Z_STREAM_END) {
        unpack->is_between = true;
        status = inflateReset(&unpack->gzip);
    }
    if (status == Z_OK || status == Z_BUF_ERROR)
        return true;
    if (status == Z_MEM_ERROR)
        return error_set(err, ERROR_SYSTEM, "no memory to unpack %s", unpack->name);
    return fail(unpack, err, "the gzip file is damaged");
}

static bool
read_gzip(struct dump_unpack *unpack, char *out, size_t capacity, size_t *size, struct error *err)
{
    unsigned room = capacity > BLOCK_BYTES ? BLOCK_BYTES : (unsigned)capacity;

    unpack->gzip.next_out = (unsigned char *)out;
    unpack->gzip.avail_out = room;
    while (unpack->gzip.avail_out == room && !unpack->is_at_end) {
        if (!step_gzip(unpack, err))
            return false;
    }
    *size = room - unpack->gzip.avail_out;
    return true;
}

// --- zstd

// Why a call of libarchive failed: our own read, if it was that.
static bool
fail_archive(const struct dump_unpack *unpack, struct archive *archive, struct error *err)
{
    const char *why = unpack->lib.error_string(archive);

    if (unpack->failure.kind != ERROR_NONE) {
        *err = unpack->failure;
        return false;
    }
    return fail(unpack, err, why != NULL ? why : "it could not be unpacked");
}

static la_ssize_t
end_give(struct dump_unpack *unpack, struct archive *archive, bool done, size_t size)
{
    if (done)
        return (la_ssize_t)size;
    unpack->lib.set_error(archive, EIO, "%s", unpack->failure.message);
    return ARCHIVE_FATAL;
}

static la_ssize_t
give_packed(struct archive *archive, void *context, const void **bytes)
{
    struct dump_unpack *unpack = context;
    size_t size = 0;
    bool done = read_file(unpack, unpack->packed, BLOCK_BYTES, &size, &unpack->failure);

    *bytes = unpack->packed;
    return end_give(unpack, archive, done, size);
}

// What is not of this packing would be taken as it is, and what is packed twice unpacked twice.
static bool
open_zstd(struct dump_unpack *unpack, struct error *err)
{
    struct archive *archive = unpack->zstd = unpack->lib.read_new();
    struct archive_entry *entry;
    int status;

    if (archive == NULL)
        return error_set(err, ERROR_SYSTEM, "no memory to unpack %s", unpack->name);
    if (unpack->lib.read_support_filter_zstd(archive) != ARCHIVE_OK ||
        unpack->lib.read_support_format_empty(archive) != ARCHIVE_OK ||
        unpack->lib.read_support_format_raw(archive) != ARCHIVE_OK ||
        unpack->lib.read_open(archive, unpack, NULL, give_packed, NULL) != ARCHIVE_OK)
        return fail_archive(unpack, archive, err);
    if (unpack->lib.filter_code(archive, 0) != ARCHIVE_FILTER_ZSTD)
        return fail(unpack, err, "it is no zstd file");
    if (unpack->lib.filter_count(archive) > 2) // the second one is the file itself
        return fail(unpack, err, "it is packed twice");
    status = unpack->lib.read_next_header(archive, &entry);
    unpack->is_at_end = status == ARCHIVE_EOF;
    return status == ARCHIVE_OK || status == ARCHIVE_EOF || fail_archive(unpack, archive, err);
}

static bool
read_zstd(struct dump_unpack *unpack, char *out, size_t capacity, size_t *size, struct error *err)
{
    la_ssize_t got = unpack->lib.read_data(unpack->zstd, out, capacity);

    if (got < 0)
        return fail_archive(unpack, unpack->zstd, err);
    *size = (size_t)got;
    unpack->is_at_end = got == 0;
    return true;
}

// --- the file as it was before it was packed

static bool
read_unpacked(
    struct dump_unpack *unpack, char *out, size_t capacity, size_t *size, struct error *err)
{
    *size = 0;
    if (unpack->is_at_end)
        return true;
    switch (unpack->packing) {
    case DUMP_GZIP:
        return read_gzip(unpack, out, capacity, size, err);
    case DUMP_ZSTD:
        return read_zstd(unpack, out, capacity, size, err);
    case DUMP_PLAIN:
        break;
    }
    return read_file(unpack, out, capacity, size, err);
}

// --- the archive in it

static la_ssize_t
give_unpacked(struct archive *archive, void *context, const void **bytes)
{
    struct dump_unpack *unpack = context;
    size_t size = 0;
    bool done = read_unpacked(unpack, unpack->unpacked, BLOCK_BYTES, &size, &unpack->failure);

    *bytes = unpack->unpacked;
    return end_give(unpack, archive, done, size);
}

static bool
open_tar(struct dump_unpack *unpack, struct error *err)
{
    struct archive *archive = unpack->tar = unpack->lib.read_new();
    int status;

    if (archive == NULL)
        return error_set(err, ERROR_SYSTEM, "no memory to unpack %s", unpack->name);
    if (unpack->lib.read_support_format_tar(archive) != ARCHIVE_OK)
        return fail_archive(unpack, archive, err);
    // What is passed over of a file that is not packed is not read.
    if (unpack->packing == DUMP_PLAIN)
        status = unpack->lib.read_open_fd(archive, unpack->fd, BLOCK_BYTES);
    else
        status = unpack->lib.read_open(archive, unpack, NULL, give_unpacked, NULL);
    return status == ARCHIVE_OK || fail_archive(unpack, archive, err);
}

// --- all of it

bool
dump_unpack_open(int fd, const char *name, enum dump_packing packing, bool is_archive,
    const atomic_bool *is_cancelled, struct dump_unpack **opened, struct error *err)
{
    struct dump_unpack *unpack = mem_calloc(1, sizeof *unpack);
    bool done = true;

    unpack->fd = fd;
    unpack->name = name;
    unpack->packing = packing;
    unpack->is_cancelled = is_cancelled;
    unpack->packed = mem_alloc(BLOCK_BYTES);
    unpack->unpacked = mem_alloc(BLOCK_BYTES);
    if (packing == DUMP_GZIP) {
        unpack->has_gzip = inflateInit2(&unpack->gzip, GZIP_ALONE) == Z_OK;
        done = unpack->has_gzip || error_set(err, ERROR_SYSTEM, "no memory to unpack %s", name);
    }
    if (packing == DUMP_ZSTD || is_archive)
        done = done && libarchive_load(&unpack->lib, err);
    done = done && (packing != DUMP_ZSTD || open_zstd(unpack, err)) &&
           (!is_archive || open_tar(unpack, err));
    *opened = unpack;
    if (!done) {
        dump_unpack_close(unpack);
        *opened = NULL;
    }
    return done;
}

void
dump_unpack_close(struct dump_unpack *unpack)
{
    if (unpack == NULL)
        return;
    if (unpack->tar != NULL)
        (void)unpack->lib.read_free(unpack->tar);
    if (unpack->zstd != NULL)
        (void)unpack->lib.read_free(unpack->zstd);
    if (unpack->has_gzip)
        (void)inflateEnd(&unpack->gzip);
    free(unpack->packed);
    free(unpack->unpacked);
    free(unpack);
}

// Nothing is ever written where a path leads; one that leads out of the archive is no honest one.
static bool
leads_out(const char *path)
{
    const char *part = path;
    const char *slash;

    for (;;) {
        if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0'))
            return true;
        slash = strchr(part, '/');
        if (slash == NULL)
            return path[0] == '/';
        part = slash + 1;
    }
}

static const char *
refusal_of(const struct dump_unpack *unpack, struct archive_entry *entry, const char *path)
{
    if (unpack->lib.entry_hardlink(entry) != NULL || unpack->lib.entry_filetype(entry) != S_IFREG)
        return "it is a link or a device, and no file";
    if (leads_out(path))
        return "its path leads out of the archive";
    if (unpack->lib.entry_sparse_count(entry) > 0)
        return "it is a file with holes";
    return NULL;
}

// Two blocks of zeros end an archive. One that was cut between two members would else pass for a
// shorter one; where it is packed, the packing tells.
static bool
check_last_blocks(struct dump_unpack *unpack, struct error *err)
{
    static const char zeros[1024];
    char last[sizeof zeros];
    struct stat found;

    if (fstat(unpack->fd, &found) == 0 && found.st_size >= (off_t)sizeof last &&
        pread(unpack->fd, last, sizeof last, found.st_size - (off_t)sizeof last) ==
            (ssize_t)sizeof last &&
        memcmp(last, zeros, sizeof last) == 0)
        return true;
    return fail(unpack, err, "the tar archive is cut");
}

// Behind the members stands what proves the packing: its check sum.
static bool
end_archive(struct dump_unpack *unpack, struct error *err)
{
    size_t size;

    // A read ahead that failed was of no interest to libarchive any more.
    if (unpack->failure.kind != ERROR_NONE)
        return fail_archive(unpack, unpack->tar, err);
    if (unpack->packing == DUMP_PLAIN)
        return check_last_blocks(unpack, err);
    while (!unpack->is_at_end) {
        if (!read_unpacked(unpack, unpack->unpacked, BLOCK_BYTES, &size, err))
            return false;
    }
    return true;
}

bool
dump_unpack_next(struct dump_unpack *unpack, struct dump_member *member, struct error *err)
{
    struct archive_entry *entry;
    int status = unpack->lib.read_next_header(unpack->tar, &entry);

    *member = (struct dump_member){ 0 };
    if (status == ARCHIVE_EOF)
        return end_archive(unpack, err);
    if (status < ARCHIVE_WARN)
        return fail_archive(unpack, unpack->tar, err);
    member->path = unpack->lib.entry_pathname(entry);
    if (member->path == NULL)
        member->path = unpack->lib.entry_pathname_utf8(entry);
    if (member->path == NULL)
        member->path = "";
    while (strncmp(member->path, "./", 2) == 0)
        member->path += 2;
    member->refusal = refusal_of(unpack, entry, member->path);
    return true;
}

bool
dump_unpack_read(
    struct dump_unpack *unpack, char *out, size_t capacity, size_t *size, struct error *err)
{
    la_ssize_t got;

    if (unpack->tar == NULL)
        return read_unpacked(unpack, out, capacity, size, err);
    got = unpack->lib.read_data(unpack->tar, out, capacity);
    if (got < 0)
        return fail_archive(unpack, unpack->tar, err);
    *size = (size_t)got;
    return true;
}
