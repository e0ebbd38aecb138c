// The mirror as a whole and what is kept about it, in schema oe2pg (docs/tracking.md): who owns it,
// which run holds it, what every table's state is. A table's tracking row is written by
// tracking_save as the last statement of the transaction that changed the table's rows, so that
// neither can be there without the other.
#ifndef OE2PG_TARGET_MIRROR_H
#define OE2PG_TARGET_MIRROR_H

#include "base/arena.h"
#include "model/name_list.h"
#include "model/settings.h"
#include "model/state.h"
#include "target/target.h"

// Creates or migrates the tracking tables, under a lock; tables newer than the program are refused.
bool tracking_install(struct target *target, struct error *err) __attribute__((warn_unused_result));
// The newest version of the tracking tables that this program knows.
int tracking_known_version(void);

// This run's hold on the mirror.
struct mirror_claim {
    int mirror_id;
    int64_t run_id;
    bool follows_death; // an earlier run ended without saying so, and was not about to stop
};

// Makes the mirror known if it is new, takes its advisory lock on this connection (which keeps it
// until closed), and makes this run the only one that may write: waits for open transactions of an
// earlier run, then ends its sessions. Fails with ERROR_BUSY (who, where, since when) when a run is
// going on, with ERROR_CONFIG when the schema belongs to another source or the ignore file is gone.
bool mirror_claim(struct target *target, const struct settings *settings,
    const struct source_identity *identity, const char *mode, struct mirror_claim *claim,
    struct error *err) __attribute__((warn_unused_result));

// Whether the source is the one that the mirror in settings->target.schema belongs to, without
// claiming anything; there must be such a mirror. ERROR_CONFIG when it is not, unless
// --accept-source.
bool mirror_check_source(struct target *target, const struct settings *settings,
    const struct source_identity *identity, struct error *err) __attribute__((warn_unused_result));

// Before the first table of a mirror is loaded: the schema (in `arena`) in which this database has
// a mirror already, of whichever of its schemas. NULL in *schema: none, or this one has tables.
bool mirror_find_twin(struct target *target, struct arena *arena, const struct settings *settings,
    const struct source_identity *identity, const struct mirror_claim *claim, const char **schema,
    struct error *err) __attribute__((warn_unused_result));

// What was never mirrored cannot be verified: ERROR_CONFIG when there is no mirror, and nothing is
// written.
bool mirror_check_exists(struct target *target, struct arena *arena, const char *schema,
    struct error *err) __attribute__((warn_unused_result));

// Whether the ignore file is still there if the last accepted run had one: without it, tables that
// were ignored would be read. Nothing is claimed or written; the tracking tables must be there.
// ERROR_CONFIG when it is gone.
bool mirror_check_ignore_file(struct target *target, const struct settings *settings,
    struct error *err) __attribute__((warn_unused_result));

// A run that was refused before it began anything: its record goes, and nobody takes it for one
// that failed. Before any table was touched.
bool run_discard(struct target *target, const struct mirror_claim *claim, struct error *err)
    __attribute__((warn_unused_result));
// Why the process ends at once, while others of its sessions may hang: the run stays one that never
// said its end, with these words. On a connection of its own.
bool run_leave_word(struct target *target, const struct mirror_claim *claim, const char *why,
    struct error *err) __attribute__((warn_unused_result));

// Takes the mirror's advisory lock for the life of the connection, without a run. ERROR_BUSY when
// one is going on.
bool mirror_lock(struct target *target, int mirror_id, const char *schema, struct error *err)
    __attribute__((warn_unused_result));
// Takes the advisory lock again on a new connection of the same run, after the old one was lost.
// ERROR_BUSY when another run has the mirror.
bool mirror_reclaim(struct target *target, const struct mirror_claim *claim, const char *schema,
    struct error *err) __attribute__((warn_unused_result));

// Ends the session that this connection replaces, if it is still there: where only the way to it
// was lost, the server goes on believing in it, with its locks and its open transaction. `what` as
// in mirror_session_name: sessions of this run whose name begins with it.
bool mirror_end_former_session(struct target *target, const struct mirror_claim *claim,
    const char *what, struct error *err) __attribute__((warn_unused_result));

// The application_name of a session of this run, e.g. "oe2pg 1 run 812 job 2 customer"; leftovers
// of a dead run are found by it. `size` 64 is what PostgreSQL keeps.
void mirror_session_name(
    char *name, size_t size, const struct mirror_claim *claim, const char *what);

// Totals of a run.
struct run_totals {
    int tables_total;
    int tables_done;
    int tables_failed;
    struct table_result rows;
    bool is_stopping; // told to stop: what becomes of it now is no table's fault
};
// Progress of the run row, outside of any transaction.
bool run_save(struct target *target, const struct mirror_claim *claim,
    const struct run_totals *totals, struct error *err) __attribute__((warn_unused_result));
// Ends the run: `state` is "done", "failed" or "interrupted"; `error` NULL or a message. Removes
// its activity and runs older than history_days.
bool run_finish(struct target *target, const struct mirror_claim *claim,
    const struct run_totals *totals, const char *state, const char *error, int history_days,
    struct error *err) __attribute__((warn_unused_result));

// All records of the mirror, into `arena`.
bool tracking_read(struct target *target, struct arena *arena, int mirror_id,
    struct table_record **records, size_t *count, struct error *err)
    __attribute__((warn_unused_result));
// One record; *record is NULL when there is none.
bool tracking_read_one(struct target *target, struct arena *arena, int mirror_id,
    const char *source_schema, const char *source_table, struct table_record **record,
    struct error *err) __attribute__((warn_unused_result));
// Writes the record and its parts as they are given. Call inside a fenced transaction, last.
bool tracking_save(struct target *target, const struct mirror_claim *claim,
    const char *target_schema, const struct table_record *record, struct error *err)
    __attribute__((warn_unused_result));
// Only what went wrong (and the attempt): everything else stays as the last commit left it.
bool tracking_save_failure(struct target *target, const struct mirror_claim *claim,
    const char *target_schema, const struct table_record *record, struct error *err)
    __attribute__((warn_unused_result));
// The failure that stands in the record cannot happen any more: of a table that was never mirrored
// the record is removed, of another one the failure alone.
bool tracking_forget_failure(struct target *target, const struct mirror_claim *claim,
    const struct table *table, struct error *err) __attribute__((warn_unused_result));
// The history row of this table in this run; outside of the table's transaction.
bool table_run_save(struct target *target, const struct mirror_claim *claim,
    const struct table_record *record, const struct table_result *result, struct error *err)
    __attribute__((warn_unused_result));

// The columns that are mirrored from now on, and those that stay without being so. Inside the
// transaction that changed the table.
bool tracking_save_shape(struct target *target, const struct mirror_claim *claim,
    const struct table *table, const struct name_list *stale_names, struct error *err)
    __attribute__((warn_unused_result));
// The source spells the table's name in another way now.
bool tracking_rename(struct target *target, const struct mirror_claim *claim,
    const struct table_record *record, const struct table *table, struct error *err)
    __attribute__((warn_unused_result));
// The table is gone from the source: its record stays, for people to see.
bool tracking_mark_dropped(struct target *target, const struct mirror_claim *claim,
    const struct table *table, struct error *err) __attribute__((warn_unused_result));
// A line of the mirror's history: what changed, and by which statement (NULL: none).
bool schema_change_save(struct target *target, const struct mirror_claim *claim,
    const struct table *table, const char *change, const char *statement, struct error *err)
    __attribute__((warn_unused_result));
// True in *found when the table's history has such a line.
bool schema_change_find(struct target *target, const struct mirror_claim *claim,
    const struct table *table, const char *change, bool *found, struct error *err)
    __attribute__((warn_unused_result));

// What one worker is doing, for others to see; in autocommit. Which table that is, its worker
// writes, before it asks the source for anything of it, so that it is known should the driver take
// the process along; how far it is, whoever keeps house.
struct activity {
    int worker;
    const struct table *table; // not NULL
    int tables;                // how many are in hand together, `table` one of them
    enum phase phase;
    int64_t phase_since_ms; // wall clock
    int64_t table_since_ms;
    int64_t heartbeat_ms;
    int64_t row_count;
    int64_t size_bytes;
    int64_t of_rows; // -1: unknown
};
// On the worker's connection, whose session gets this application_name in the same statement.
bool activity_begin(struct target *target, const struct mirror_claim *claim,
    const struct activity *activity, const char *session_name, struct error *err)
    __attribute__((warn_unused_result));
// Nothing, if the worker has another table by now.
bool activity_save(struct target *target, const struct mirror_claim *claim,
    const struct activity *activity, struct error *err) __attribute__((warn_unused_result));
// The worker has nothing in hand any more.
bool activity_end(struct target *target, const struct mirror_claim *claim, int worker,
    struct error *err) __attribute__((warn_unused_result));

// The words used in the tables.
const char *table_state_name(enum table_state state);
const char *phase_name(enum phase phase);

#endif
