// Whole small files, and whether others may read or write them.
#ifndef OE2PG_CONFIG_FILE_H
#define OE2PG_CONFIG_FILE_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <sys/stat.h>

enum { FILE_SIZE_MAX = 16 * 1024 * 1024 };

// What became of a file that may be missing.
enum file_found { FILE_READ, FILE_MISSING, FILE_FAILED };

// Reads all of `path` into `bytes` (initialised by this call, to be released by the caller in any
// case) and its attributes into `attributes`. FILE_FAILED fills err with ERROR_CONFIG: a
// directory, no right to read, longer than FILE_SIZE_MAX; FILE_MISSING leaves err alone. Pipes are
// read to their end. After FILE_READ the bytes end in a NUL that is not counted.
enum file_found file_read(const char *path, struct buffer *bytes, struct stat *attributes,
    struct error *err) __attribute__((warn_unused_result));

// True when group or others may write: nobody knows then who wrote it. Regular files only.
bool file_is_open_to_writers(const struct stat *attributes);
// True when others may read, or the group of a file that root does not own (root may hand a file
// to a group on purpose, mode 0640). Regular files only.
bool file_is_open_to_readers(const struct stat *attributes);

// Whether `path` can be appended to, or created, without doing it. Fails with ERROR_CONFIG.
bool file_check_appendable(const char *path, struct error *err) __attribute__((warn_unused_result));

#endif
