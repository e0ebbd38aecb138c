// What the columns of a job's table are held as: read before anything is done with it.
#ifndef OE2PG_METHOD_HELD_TYPES_H
#define OE2PG_METHOD_HELD_TYPES_H

#include "method/task.h"

// The job's table gets columns of its own, which may become others' in each attempt.
void held_types_take(struct task *task);
// Makes room for numbers whose declaration the source changed, where that is no rewrite and nothing
// depends on the column; recorded, and told.
bool held_types_widen(struct task *task, struct error *err) __attribute__((warn_unused_result));
// Looks at the mirrored table, or at the staged one. What is not there yet will be what
// mirror_settings.column_types says.
bool held_types_look(struct task *task, const struct table_record *record, struct error *err)
    __attribute__((warn_unused_result));
// Puts copies of the tables, in `arena`, in their places, with what they are held as; in one round
// trip.
bool held_types_look_at_many(struct task *task, struct arena *arena, const struct table **tables,
    size_t count, struct error *err) __attribute__((warn_unused_result));

#endif
