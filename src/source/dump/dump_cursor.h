// A read of one data file, for the two files that share it: dump_open.c begins it, dump_cursor.c
// goes on.
#ifndef OE2PG_SOURCE_DUMP_DUMP_CURSOR_H
#define OE2PG_SOURCE_DUMP_DUMP_CURSOR_H

#include "source/dump/dump.h"
#include "source/dump/dump_file.h"
#include "source/dump/dump_misfit.h"

// What is read of a column: a field, or nothing where the dump has none of it.
struct wanted {
    const struct dump_field *field; // NULL: NULL in every row
};

struct dump_cursor {
    struct cursor base; // first: source.c sees only this
    struct dump_source *source;
    struct read_request request;
    struct arena arena;
    const struct dump_rows *rows;
    const struct dump_data *data; // of the rows
    struct dump_file file;
    struct dump_trailer trailer; // of the file as it was opened
    struct d_reader reader;
    struct d_form form;
    struct d_conversion conversion;
    struct dump_layout layout;
    struct wanted *wanted; // [column_count]
    struct dump_misfits misfits;
    struct batch batch;
    size_t cell_capacity;
    struct buffer *lobs; // heap: contents that the batch points into
    size_t lob_count;
    size_t lob_capacity;
    int scale_max;
    int64_t record_count;
    size_t rows_left;
    bool is_at_end;
};

// The next window, unless the read was cancelled.
bool dump_cursor_fill(struct dump_cursor *cursor, struct error *err)
    __attribute__((warn_unused_result));

// Where a dump is half: what to do.
extern const char dump_cursor_remedy[];

// True when this is half a dump and is to be taken as it is. Who compares its rows was told that
// some may be missing.
bool dump_cursor_accepts_half(const struct dump_cursor *cursor);

#endif
