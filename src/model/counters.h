// What a source counts of what is written to it, as it was when it was asked. All of it lives in
// the arena of whoever asked.
#ifndef OE2PG_MODEL_COUNTERS_H
#define OE2PG_MODEL_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Rows written since the server was started, rolled back or not. None of them ever falls, but by a
// restart, or because somebody sets them back.
struct row_counters {
    int64_t created;
    int64_t updated;
    int64_t deleted;
    int64_t part_count; // entries of which they are the sums: of a table's partitions
};

// Transactions by their numbers, sorted.
struct transaction_set {
    const int64_t *numbers;
    size_t count;
    bool is_known; // false: the source does not tell which are open, and any may be
};

// Of the whole server. The order in which it is asked matters: who it is, then the counters, then
// the open transactions, so that none of these misses one whose writes are counted already.
struct source_counters {
    const char *start;   // of the server, in its own words: other words, other counts. NULL: none
    const char *missing; // why there are none, as a sentence; NULL: nobody asked
    int64_t uptime_s;
    struct row_counters total; // of all tables together
    struct transaction_set open;
    int64_t asked_ms; // wall clock
};

#endif
