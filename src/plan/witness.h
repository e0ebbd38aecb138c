// Which tables need not be read, because the source's own counters say that nothing was written to
// them since they were read. Pure.
//
// A table is left unread only if all of this holds: it was mirrored well, with the shape that it
// has now, with nothing of it in quarantine and no column that is not read plainly; what was read
// then was committed (model/witness.h); the counters are trusted, of this start of the server; and
// it was read within reconcile_hours. Everything else is read.
#ifndef OE2PG_PLAN_WITNESS_H
#define OE2PG_PLAN_WITNESS_H

#include "model/witness.h"
#include "plan/plan.h"

// What counters tell of a job's table.
struct job_counters {
    const struct source_counters *server;
    enum counters_say says; // since it was read last
    bool did_vouch;         // that read saw nothing that could be undone
    struct witness_point before;
    struct witness_point now;            // to be recorded when this run has read it
    const struct witness_record *record; // NULL: none
};

struct witness_basis {
    const struct mirror_settings *settings;
    const struct source_counters *server;
    const struct witness_list *known;
    int64_t now_ms; // wall clock
};

// Whether any table may have a witness, so that there is something to ask the source for.
bool plan_wants_counters(const struct mirror_settings *settings);
// True where the table was mirrored as a whole, in the shape that it has now, and nothing of it is
// in quarantine or read in another way than plainly.
bool plan_was_mirrored_well(const struct job *job);
// True where the table was read whole so long ago that it is to be read whole in this run.
bool plan_is_reconcile_due(const struct mirror_settings *settings, int64_t now_ms,
    const struct table *table, const struct witness_record *record);
// Sets is_unchanged, counters and reason of the jobs, and moves those that are vouched
// for to the front, in their order: they are done together. Behind plan_make.
void plan_by_counters(struct arena *arena, const struct witness_basis *basis, struct plan *plan);

// Whether any table may be left unread, and if not, why: a sentence. NULL: nobody wants to know.
struct witness_verdict {
    bool is_trusted;
    const char *sentence;
};
struct witness_verdict plan_judge_counters(struct arena *arena, const struct witness_basis *basis);

#endif
