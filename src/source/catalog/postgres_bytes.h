// Texts of a PostgreSQL database in SQL_ASCII, where any bytes may stand. Such a server refuses to
// send, or to take, a text that is none in the client's encoding: in the middle of a result, which
// not every driver outlives. So texts are asked for as bytes, and a key is named by its bytes; what
// they are is judged here. Pure; any thread.
#ifndef OE2PG_SOURCE_CATALOG_POSTGRES_BYTES_H
#define OE2PG_SOURCE_CATALOG_POSTGRES_BYTES_H

#include "base/buffer.h"
#include "model/batch.h"
#include "model/table.h"

// True where texts are to be read as bytes: `code_page` is the server's encoding.
bool postgres_has_bytes(const char *code_page);
// Appends the bytes of a text column, or of a value that has one form as text; `name` is the quoted
// column. `is_padded`: a char(n), whose blanks a cast would take away.
void postgres_append_bytes(struct buffer *sql, const char *name, bool is_padded);
// True for a value that the server would refuse to take as a text.
bool postgres_needs_literal(const char *code_page, enum value_kind kind, const struct cell *value);
void postgres_append_literal(struct buffer *sql, const struct cell *value, bool is_padded);

#endif
