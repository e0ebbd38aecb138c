// Text columns as native types, in views that people query: an expression whose value is NULL where
// the text is none of the type's, whatever the session's settings are. No function of ours is in
// it, so that whoever may read the view needs nothing else, and PostgreSQL may read it in parallel.
// Pure; any thread.
#ifndef OE2PG_TARGET_TYPED_CAST_H
#define OE2PG_TARGET_TYPED_CAST_H

#include "base/buffer.h"
#include "model/mirror_type.h"

// `text` is an expression of type text; `server_version` as of libpq: no version before 16 can say
// whether a text is JSON, and leaves it text.
void typed_cast_append(
    struct buffer *sql, const struct mirror_type *type, const char *text, int server_version);

#endif
