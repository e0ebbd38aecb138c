// What one job was given so far, through its attempts. Zeros before the first.
#ifndef OE2PG_METHOD_EFFORT_H
#define OE2PG_METHOD_EFFORT_H

#include <stdbool.h>

struct effort {
    int attempts;    // begun, the one in hand included; those that are repeated at once count once
    int repeats;     // for something learned
    bool is_careful; // a row that PostgreSQL refuses is looked for
    bool has_room;   // most of the memory, while no other worker has it
    bool is_probed;  // columns that are left out were tried again (other_way.h)
    bool is_ordered; // read in key order, so that the read can be cut
};

#endif
