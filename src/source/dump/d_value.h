// One value of a data dump as canonical text (model/canonical.h). Pure but for the buffers given;
// one thread.
#ifndef OE2PG_SOURCE_DUMP_D_VALUE_H
#define OE2PG_SOURCE_DUMP_D_VALUE_H

#include "base/buffer.h"
#include "model/batch.h"
#include "source/dump/d_form.h"
#include "source/dump/d_reader.h"

#include <stdbool.h>

enum d_type {
    D_TEXT,
    D_INTEGER,
    D_INT64,
    D_DECIMAL,
    D_LOGICAL,
    D_DATE,
    D_DATETIME,
    D_DATETIME_TZ,
    D_RAW,
    D_BLOB, // the value is the name of a file
    D_CLOB,
    D_TYPE_COUNT,
};

// By a .df's word for the type. False: nothing is known of it.
bool d_type_find(const char *word, enum d_type *type);
// The word, for messages.
const char *d_type_name(enum d_type type);

enum d_verdict {
    D_FITS,
    D_NO_VALUE,      // it is no value of its type
    D_NO_CHARACTERS, // some of its bytes are no characters of the code page
    D_TOO_LONG,      // longer than a character value can be: a quote is torn
    D_NO_PAGE,       // beyond ASCII, and nobody said in which code page
    D_NO_DATES,      // a date, and nobody said in which order its parts are
};

struct d_conversion {
    struct d_form *form;
    bool is_crlf;          // carriage returns before line ends are the file's, not the values'
    int64_t returns;       // that were left out of values so far
    struct buffer texts;   // what does not stand in the file as it is needed; cells point into it
    struct buffer scratch; // a value without its doubled quotes
};

void d_conversion_init(struct d_conversion *conversion, struct d_form *form, bool is_crlf);
void d_conversion_release(struct d_conversion *conversion);
// Bytes of `texts` that the values of a record of this many words and bytes take at most: it must
// have room for them, for cells point into it.
size_t d_value_room(size_t word_count, size_t size, int scale_max);

// The value as a cell, which points into the record or into `texts`. `scale` as in
// canonical_text; a file's name (D_BLOB, D_CLOB) is converted as a text.
enum d_verdict d_value_read(struct d_conversion *conversion, enum d_type type, int scale,
    const struct d_word *word, struct cell *cell);
// The elements of an array as one text, as OpenEdge's SQL joins them.
enum d_verdict d_value_join(struct d_conversion *conversion, enum d_type type,
    const struct d_word *words, size_t count, struct cell *cell);

#endif
