// The ways in which a table is brought up to date: what is known of each without doing it. What
// does it is in method/, when it applies in plan/.
#ifndef OE2PG_MODEL_METHOD_KIND_H
#define OE2PG_MODEL_METHOD_KIND_H

#include <stdbool.h>

enum method_kind {
    METHOD_LOAD,    // first load: the mirrored table does not exist yet
    METHOD_COMPARE, // read whole and compared; differences are applied
    METHOD_VERIFY,  // compared only
    METHOD_STAMP,   // rows that were stamped of late are read and compared
    METHOD_COUNT,
};

// Its word in the tracking tables, in plan and in JSON: a promise to those who read them.
const char *method_name(enum method_kind kind);

#endif
