// How the staged rows of a large first load get under the table's name, and why: decided in
// target/readers.c, told by report/first_load_words.c.
#ifndef OE2PG_MODEL_FIRST_LOAD_H
#define OE2PG_MODEL_FIRST_LOAD_H

#include "model/settings.h"

// Copied in one transaction where either bool is set, else renamed.
struct first_load_way {
    enum standby_readers said;
    bool may_have_standby;   // with readers: the setting says so, or `sign` does
    const char *sign;        // of a standby; NULL: none, or the setting leaves no question
    bool would_be_published; // so that rows are staged where no subscriber sees them
};

#endif
