// Which tables somebody means by a word: a name or a pattern (`*` any run of characters, `?` one),
// without case, with or without schema. A word is a name that the source has, or one that the
// mirror has: what is printed can be pasted. The source's spelling goes first: only a word that
// fits no name of the source is looked for among those of the mirror, so that no pattern comes to
// mean more than it says. A name may be quoted as in SQL. Pure; any thread.
#ifndef OE2PG_PLAN_SPELLING_H
#define OE2PG_PLAN_SPELLING_H

#include "base/arena.h"
#include "model/table.h"

#include <stdbool.h>
#include <stddef.h>

enum spelling {
    SPELLING_NONE, // fits no table
    SPELLING_MIRROR,
    SPELLING_SOURCE,
};

// Among which tables a word is looked for; all of it is borrowed. Each table has its target_name.
struct name_space {
    struct table *const *tables;
    size_t count;
    const char *target_schema; // where the mirrored tables live; NULL: not known
};

// How the word is to be read: the spelling in which it fits any table.
enum spelling spelling_find(const struct name_space *space, const char *word);

// Whether the word, read so, means this table.
bool spelling_fits(const struct name_space *space, enum spelling spelling, const char *word,
    const struct table *table);
// Whether it is the table's whole name: wildcards count as themselves.
bool spelling_is_name(const struct name_space *space, enum spelling spelling, const char *word,
    const struct table *table);

// What may have been meant by a word that fits nothing: the name of a table, or NULL. Its schema
// may be the part that is wrong.
const char *spelling_nearest(struct arena *arena, const struct name_space *space, const char *word);

#endif
