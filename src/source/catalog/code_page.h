// Texts of a source that a server would have to convert into UTF-8 and cannot always: there a
// single character without counterpart ends a whole result. Such texts are read as the bytes that
// are stored, and converted here, by what the server itself says of each of its characters. One
// thread.
#ifndef OE2PG_SOURCE_CODE_PAGE_H
#define OE2PG_SOURCE_CODE_PAGE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "model/batch.h"
#include "model/table.h"
#include "source/catalog/catalog_door.h"
#include "source/product/product.h"
#include "source/session.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Bytes from 80 on: all others are ASCII, in every code page that is asked for.
enum { CODE_PAGE_TAILS = 128 };

// All zeros: texts come in UTF-8.
struct code_page {
    bool is_read_as_bytes;              // texts are to be asked for as bytes
    uint32_t (*nodes)[CODE_PAGE_TAILS]; // owned; NULL: the bytes are UTF-8, or are kept as they are
    size_t node_count;
    struct buffer characters; // in UTF-8, one behind another
};

// Asks the source for its code page, and for its characters where the product cannot tell without
// that they all have a counterpart. A source that does not answer is read plainly, which is told in
// `session`. Fails for a connection that is lost alone. Before autocommit is switched off: the
// answer takes two statements.
bool code_page_learn(const struct catalog_door *door, const struct product *product,
    struct arena *arena, struct source_session *session, struct code_page *page, struct error *err)
    __attribute__((warn_unused_result));
void code_page_release(struct code_page *page);

// Makes the texts of a batch UTF-8, in `texts`, which is emptied before. A text with a character
// that has no counterpart is left as it is stored, and no UTF-8: where its bytes would pass for
// that, a byte FF stands behind them. One that is longer than `value_bytes` (0: no limit) then was
// too long to be read. False: no memory, and the batch is spoilt.
bool code_page_convert(const struct code_page *page, const struct table *table, size_t value_bytes,
    struct batch *batch, struct buffer *texts);
// Appends a name in UTF-8. False, and nothing appended: it has a character without counterpart.
bool code_page_convert_name(
    const struct code_page *page, const char *bytes, size_t size, struct buffer *name);
// True for a key's value that the source would not take as a text; `stored` are its bytes there.
bool code_page_is_foreign(const struct code_page *page, const struct column *column,
    const struct cell *value, struct cell *stored);

#endif
