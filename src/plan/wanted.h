// Which indexes, constraints and comments the mirror of a table is to have, by what the source's
// catalogue declares and mirror_settings.indexes. Pure.
#ifndef OE2PG_PLAN_WANTED_H
#define OE2PG_PLAN_WANTED_H

#include "base/arena.h"
#include "model/mirror_object.h"
#include "model/settings.h"
#include "plan/plan.h"

// The table has its names in the mirror; texts live in `arena`, keys are the table's.
//
// Names are the same in every run and for every table by itself: the table's name, the source's
// name of the index, and "_idx"; a primary key is "_pkey". What would be too long is cut as other
// names are (model/name_map.h). other_name has a hash of the source's three names in it.
void wanted_make(struct arena *arena, const struct mirror_settings *settings,
    const struct table *table, struct wanted_objects *wanted);

// Tells of each job whether objects are wanted or recorded, and whether something is to be done
// about them: such a table is not taken together with others.
void wanted_mark_due(const struct mirror_settings *settings,
    const struct object_summaries *summaries, struct plan *plan);

#endif
