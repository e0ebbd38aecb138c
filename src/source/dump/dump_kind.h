// What a file of a dump is, by its name alone. Pure; any thread.
#ifndef OE2PG_SOURCE_DUMP_DUMP_KIND_H
#define OE2PG_SOURCE_DUMP_DUMP_KIND_H

#include "source/dump/dump_unpack.h"

enum dump_kind_of {
    DUMP_NOTHING, // of no concern
    DUMP_SCHEMA,
    DUMP_DATA,
    DUMP_ARCHIVE,
    DUMP_REFUSED, // a dump, perhaps, in a form that is not read
};

struct dump_kind {
    enum dump_kind_of of;
    enum dump_packing packing;
    size_t stem_size;   // of the name without its ending
    const char *reason; // of DUMP_REFUSED: a sentence without a subject
};

// `name` is without folders.
struct dump_kind dump_kind(const char *name);

#endif
