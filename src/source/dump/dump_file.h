// A file of a dump, as it is, packed, or a member of an archive: opened for reading, and known
// again when it moved meanwhile. One thread.
#ifndef OE2PG_SOURCE_DUMP_DUMP_FILE_H
#define OE2PG_SOURCE_DUMP_DUMP_FILE_H

#include "base/buffer.h"
#include "base/error.h"
#include "source/dump/dump_trailer.h"
#include "source/dump/dump_unpack.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct dump_place {
    const char *path; // of the file, or of the archive that it is in
    const char *name; // for messages
    enum dump_packing packing;
    int64_t member; // of the archive, from 1; 0: it is in none
};

struct dump_file {
    int fd; // -1: not open
    struct dump_place place;
    const atomic_bool *is_cancelled; // of a read; NULL: nobody does that
    struct stat found;               // when it was opened
    bool is_missing;                 // there is none: why it could not be opened
    struct dump_unpack *unpack;      // owned; NULL: it is read as it stands there
};

// What is known of a whole file before it is read for its records.
struct dump_survey {
    struct dump_trailer trailer;
    struct stat found;
    int64_t size_bytes; // unpacked
    uint64_t digest;    // of its bytes, where it is packed: they had to be read anyway
};

// All of `place` is borrowed for the life of the file. Fails with ERROR_TABLE; of what is no
// regular file, too.
bool dump_file_open(const struct dump_place *place, const atomic_bool *is_cancelled,
    struct dump_file *file, struct error *err) __attribute__((warn_unused_result));
void dump_file_close(struct dump_file *file);
// A d_read (d_reader.h); `context` is the file.
bool dump_file_read(void *context, char *out, size_t capacity, size_t *size, struct error *err);
bool dump_file_rewind(struct dump_file *file, struct error *err)
    __attribute__((warn_unused_result));
// Reads the trailer: of a packed file all that is before it, too, so that it is to be rewound.
bool dump_file_survey(struct dump_file *file, struct dump_survey *survey, struct error *err)
    __attribute__((warn_unused_result));
// The same of a stream that is read to its end.
bool dump_stream_survey(struct dump_unpack *unpack, struct dump_survey *survey, struct error *err)
    __attribute__((warn_unused_result));
// True when it is the file that was surveyed.
bool dump_file_is_as(const struct dump_file *file, const struct dump_survey *survey);
// Fails when its size or its time of change is no longer what it was.
bool dump_file_check_still(const struct dump_file *file, struct error *err)
    __attribute__((warn_unused_result));
// The bytes of a whole file, which are to be no more than the buffer's cap.
bool dump_file_read_all(const struct dump_place *place, struct buffer *bytes, struct error *err)
    __attribute__((warn_unused_result));

#endif
