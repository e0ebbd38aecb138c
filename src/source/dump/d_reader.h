// The records of an OpenEdge data dump (.d), in bounded memory: one at a time, as words that point
// into a window over the file. Nothing is known here of fields and types. One thread.
//
// A record is a line; a text in quotes may hold line ends, and its quotes are doubled. A line with
// a full stop ends the records. What breaks these rules was torn, and fails with the file, the line
// and the byte where it stands: behind a torn quote every record would be another one.
#ifndef OE2PG_SOURCE_DUMP_D_READER_H
#define OE2PG_SOURCE_DUMP_D_READER_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    D_WINDOW_BYTES = 1024 * 1024, // what a reader is commonly given: a record is shorter
    D_WORD_MAX = 48 * 1024,       // more than any value takes, 32,000 bytes in base64 among them
};

struct d_word {
    const char *bytes; // without quotes; those inside are doubled still
    size_t size;
    bool is_quoted;
    bool is_doubled; // some quotes inside are doubled
};

struct d_record {
    const struct d_word *words; // with `bytes`, valid until the window is filled again
    size_t word_count;
    const char *bytes; // all of it, without its line end
    size_t size;
    int64_t line;   // in the file, from 1
    int64_t offset; // in the file, from 0
    bool ends_in_cr;
};

// Fills `out` with up to `capacity` bytes; *size is 0 at the end.
typedef bool d_read(void *context, char *out, size_t capacity, size_t *size, struct error *err);

struct d_reader {
    const char *name; // of the file, for messages; borrowed
    d_read *read;
    void *context;
    char *window;
    size_t window_bytes;
    size_t begin; // of what was not handed out yet
    size_t end;
    int64_t offset; // in the file, of `begin`
    int64_t line;
    struct d_word *words;
    size_t word_count;
    size_t word_capacity;
    bool is_input_at_end;
};

enum d_step {
    D_RECORD,
    D_MORE, // the window is to be filled
    D_END,  // the line with the full stop; the reader's offset is where it begins
    D_TORN, // the input ended without it; what is left is no record
};

void d_reader_init(
    struct d_reader *reader, const char *name, size_t window_bytes, d_read *read, void *context);
void d_reader_release(struct d_reader *reader);
// Begins again. True where all that was read so far is in the window still; false: the input is to
// be set back to its beginning.
bool d_reader_rewind(struct d_reader *reader) __attribute__((warn_unused_result));
// The next record of the window.
bool d_reader_next(struct d_reader *reader, struct d_record *record, enum d_step *step,
    struct error *err) __attribute__((warn_unused_result));
// Takes back the record that was handed out last.
void d_reader_return(struct d_reader *reader, const struct d_record *record);
// Moves what was not handed out to the front, and reads behind it.
bool d_reader_fill(struct d_reader *reader, struct error *err) __attribute__((warn_unused_result));
// True when nothing but the beginning of a record is in front of the end of the input.
bool d_reader_is_empty(const struct d_reader *reader);

#endif
