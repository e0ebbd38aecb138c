// The elements of an array that a source shows as one text: `;` between them, a tilde before what
// would be misread, `?` for an unknown one. Two rules of OpenEdge are known (a tilde before each
// `;` and tilde of an element, or before a tilde only where a `;`, a tilde or the end follows):
// both are read, for what they write differently means the same. Pure; any thread.
#ifndef OE2PG_MODEL_ELEMENT_TEXT_H
#define OE2PG_MODEL_ELEMENT_TEXT_H

#include "base/buffer.h"
#include "model/batch.h"
#include "model/table.h"

#include <stdbool.h>

struct element_reader {
    const struct column *element; // what they are
    const char *at;
    const char *end;
    bool is_over;
};

// `text` is not NULL. A text without a `;` is one element.
void element_reader_start(
    struct element_reader *reader, const struct column *element, const struct cell *text);
// False: there is none left. Appends the next one as canonical text of its kind, or as it stands
// where it does not read as that; nothing of an unknown one. Days that are written as 12/31/2025,
// as OpenEdge's SQL shows them in arrays, are read so.
bool element_reader_next(struct element_reader *reader, struct buffer *text, bool *is_unknown);

// How many elements the text has.
size_t element_count(const struct cell *text);

#endif
