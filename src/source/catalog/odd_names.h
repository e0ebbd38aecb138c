// Names of schemas, tables and columns with a character that the source cannot send in UTF-8. One
// of them in an answer ends it, and some drivers' process with it: they are found out beforehand,
// by their bytes, and their tables fail alone.
#ifndef OE2PG_SOURCE_ODD_NAMES_H
#define OE2PG_SOURCE_ODD_NAMES_H

#include "source/catalog/catalog_read.h"

struct odd_name;

struct odd_names {
    struct odd_name *first; // in the arena
    bool are_there;         // no question may be asked of all tables that their answer may break
};

// Asks for them where texts come as bytes (code_page.h), and makes the queries of `ways` print them
// by their bytes. A source that does not answer is asked for its catalogue as any other. Fails for
// what catalog_is_lost says alone.
bool odd_names_find(struct catalog_ways *ways, struct arena *arena, struct odd_names *names,
    struct error *err) __attribute__((warn_unused_result));
// Marks the tables in the list, which is sorted, whose names or columns' names they are
// (table.entry.unread).
void odd_names_mark(const struct catalog_ways *ways, struct arena *arena,
    const struct odd_names *names, const struct table_list *list);

#endif
