// Columns of a mirrored table that do not hold what is written to them, for people gave them
// another type, or a trigger changes them (target/arrival.h): they are left out of the comparison,
// and so not written, until their definition is another one. --full-sync tries them again.
//
// The table is then seen without these columns, in all that is done with it; without its key where
// one of them belongs to it. Lives through all attempts of a job. One thread.
#ifndef OE2PG_METHOD_ALTERED_H
#define OE2PG_METHOD_ALTERED_H

#include "base/arena.h"
#include "model/narrow.h"
#include "model/state.h"
#include "target/arrival.h"
#include "target/mirror.h"

struct altered {
    const struct table *whole;
    const struct table *table; // what is compared: `whole`, or `narrow`
    struct narrow narrow;
    bool *is_left_out;       // [whole->column_count]
    const char **why;        // a sentence
    const char **definition; // with which that is so
    bool *is_new;            // not known from earlier runs; by altered_save
    size_t count;
    struct arena arena;
};

void altered_init(struct altered *altered, const struct table *table);
// As it was at first: the mirrored table is made anew.
void altered_forget(struct altered *altered);
// How columns of the whole table are read is another: what is compared follows.
void altered_see_columns(struct altered *altered);
// Of zeros it does nothing.
void altered_release(struct altered *altered);

// What earlier runs found and is so still: into task->altered. Names that quarantine knows are
// added to the record's previous columns: they are oe2pg's own, though they were not mirrored. With
// --full-sync none is left out, all are to be tried again.
struct task;
bool altered_read(struct task *task, struct table_record *record, struct error *err)
    __attribute__((warn_unused_result));
// What a comparison of altered->table found; that is without them then. ERROR_TABLE when no column
// is left.
bool altered_add(struct altered *altered, const struct arrival_finding *finding, struct error *err)
    __attribute__((warn_unused_result));

// Puts them into quarantine, or marks them as seen; *is_new counts those that were not known.
// Inside the table's transaction.
bool altered_save(struct altered *altered, struct target *target, const struct mirror_claim *claim,
    int64_t *new_count, struct error *err) __attribute__((warn_unused_result));
// Tells of those that were new, once that is committed.
void altered_tell(const struct altered *altered);

#endif
