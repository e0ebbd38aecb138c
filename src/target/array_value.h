// Arrays as PostgreSQL prints them, made of the one text that a source has for all elements
// (model/element_text.h). Pure; any thread.
#ifndef OE2PG_TARGET_ARRAY_VALUE_H
#define OE2PG_TARGET_ARRAY_VALUE_H

#include "base/buffer.h"
#include "model/batch.h"
#include "model/table.h"

// Appends the array that the text is, which is not NULL and well-formed UTF-8. False when that is
// none of the column's type as it is held: an element is none of its type, or there are not as many
// as the source declares, so that a tilde or a `;` was read as what it is not.
bool array_value_append(const struct column *column, const struct cell *text, struct buffer *out);

#endif
