// A table divided into parts. One thread.
//
// Invariant: each row of the table belongs to exactly one of them, by the source's own comparison
// of its key, however the source orders it: what is behind a bound is all that is not up to it.
// Rows that move meanwhile may be met in two parts, or in none, as in a read that is cut.
#ifndef OE2PG_READ_SPLIT_H
#define OE2PG_READ_SPLIT_H

#include "base/arena.h"
#include "model/part.h"
#include "model/table.h"
#include "read/limits.h"
#include "source/source.h"

// In key order: the rows with a whole key, and behind them those in which some of it is NULL, where
// there can be any. In any order: one part of all rows. Nothing is read of them yet. Between the
// keys there is a bound behind every OE2PG_TEST_PART_ROWS rows, where a test sets that: then the
// keys are read, once. No cursor is open.
bool split_table(struct arena *arena, struct source *source, const struct table *table,
    const struct reader_limits *limits, bool is_in_order, struct part_list *parts,
    struct error *err) __attribute__((warn_unused_result));
// True when a test wants a table that can be divided to be so.
bool split_is_wanted(void);

// True when the parts are all of the table, in key order, and each that was begun can be read on
// behind its position: of parts that were recorded, by whoever knows the table's shape and key to
// be what they were then. Whatever row ids say, they do not say it.
bool split_is_whole(const struct table *table, const struct part_list *parts);

#endif
