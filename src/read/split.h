// A table divided into parts. Pure; any thread.
#ifndef OE2PG_READ_SPLIT_H
#define OE2PG_READ_SPLIT_H

#include "base/arena.h"
#include "model/part.h"
#include "model/table.h"

// In key order: the rows with a whole key, and behind them those in which some of it is NULL, where
// there can be any. In any order: one part of all rows. Nothing is read of them yet.
struct part_list split_table(struct arena *arena, const struct table *table, bool is_in_order);

#endif
