// The bytes that a packed file or a member of an archive holds, as a stream: nothing is written to
// disk, and memory does not grow with what comes out. Packings are gzip and zstd, archives are tar,
// packed or not. One thread.
//
// What was cut, altered or packed twice fails, with ERROR_TABLE and the file's name. A check sum is
// found wrong only where the packing ends: what came before that was not proved by it.
#ifndef OE2PG_SOURCE_DUMP_DUMP_UNPACK_H
#define OE2PG_SOURCE_DUMP_DUMP_UNPACK_H

#include "base/error.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum dump_packing { DUMP_PLAIN, DUMP_GZIP, DUMP_ZSTD };

struct dump_unpack;

// `fd` and `name`, for messages, are borrowed; the file is read from where it stands. A read fails
// soon when *is_cancelled becomes true; NULL: nobody cancels. Of an archive nothing can be read
// before dump_unpack_next.
bool dump_unpack_open(int fd, const char *name, enum dump_packing packing, bool is_archive,
    const atomic_bool *is_cancelled, struct dump_unpack **opened, struct error *err)
    __attribute__((warn_unused_result));
void dump_unpack_close(struct dump_unpack *unpack); // NULL is fine

// A member of an archive.
struct dump_member {
    const char *path;    // as the archive has it; valid until the next one. NULL: no more members
    const char *refusal; // why it is none that could be read; NULL: it is a file
};
bool dump_unpack_next(struct dump_unpack *unpack, struct dump_member *member, struct error *err)
    __attribute__((warn_unused_result));

// Up to `capacity` bytes of the file, or of the member; *size is 0 at the end.
bool dump_unpack_read(struct dump_unpack *unpack, char *out, size_t capacity, size_t *size,
    struct error *err) __attribute__((warn_unused_result));

#endif
