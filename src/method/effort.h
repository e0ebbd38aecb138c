// What one job was given so far, through its attempts. Zeros before the first.
#ifndef OE2PG_METHOD_EFFORT_H
#define OE2PG_METHOD_EFFORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What one part of its table was given, by its number: in each attempt parts may be made anew.
struct part_effort {
    int64_t reads; // begun
    int failures;  // that pass by themselves, in it
};

struct effort {
    int attempts; // begun, the one in hand included, and reads of single parts that were repeated;
                  // what is repeated at once counts once
    int failures; // that pass by themselves, in no part
    int repeats;  // for something learned
    bool is_careful; // a row that PostgreSQL refuses is looked for
    bool has_room;   // most of the memory, while no other worker has it
    bool is_probed;  // columns that are left out were tried again (other_way.h)
    bool is_ordered; // read in key order, so that the read can be cut
    int part;        // its number, of the one in hand; 0: none is
    struct part_effort
        *parts; // [part_capacity], in the job's arena; that of part n is parts[n - 1]
    size_t part_capacity;
};

#endif
