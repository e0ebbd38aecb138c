// A file of a dump: opened for reading, and known again when it moved meanwhile. One thread.
#ifndef OE2PG_SOURCE_DUMP_DUMP_FILE_H
#define OE2PG_SOURCE_DUMP_DUMP_FILE_H

#include "base/buffer.h"
#include "base/error.h"
#include "source/dump/dump_trailer.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct dump_file {
    int fd; // -1: not open
    const char *path;
    const char *name;  // the end of the path, for messages
    struct stat found; // when it was opened
    bool is_missing;   // there is none: why it could not be opened
};

// `path` is borrowed for the life of the file. Fails with ERROR_TABLE; of what is no regular file,
// too.
bool dump_file_open(const char *path, struct dump_file *file, struct error *err)
    __attribute__((warn_unused_result));
void dump_file_close(struct dump_file *file);
// A d_read (d_reader.h); `context` is the file.
bool dump_file_read(void *context, char *out, size_t capacity, size_t *size, struct error *err);
bool dump_file_rewind(struct dump_file *file, struct error *err)
    __attribute__((warn_unused_result));
// Reads the trailer; where in the file the next bytes are read stays as it is.
bool dump_file_read_trailer(struct dump_file *file, struct dump_trailer *trailer, struct error *err)
    __attribute__((warn_unused_result));
// Fails when its size or its time of change is no longer what it was.
bool dump_file_check_still(const struct dump_file *file, struct error *err)
    __attribute__((warn_unused_result));
// The bytes of a whole file, which are to be no more than the buffer's cap.
bool dump_file_read_all(const char *path, struct buffer *bytes, struct error *err)
    __attribute__((warn_unused_result));

#endif
