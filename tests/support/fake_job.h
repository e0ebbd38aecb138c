// A task with a table of a fake source in hand and its fake mirror, for unit tests of the methods.
#ifndef OE2PG_TESTS_FAKE_JOB_H
#define OE2PG_TESTS_FAKE_JOB_H

#include "fake_mirror.h"

#include "method/task.h"

struct fake_job {
    struct fake_table table;
    struct fake_source source;
    struct fake_mirror mirror;
    struct settings settings;
    struct mirror_claim claim;
    struct digest_kind digest;
    struct memory_gate gate;
    struct reader_watch readers;
    atomic_bool is_cancelled;
    struct task task;
    struct table_record record; // as of a table that was mirrored
    struct table_result result;
    struct buffer output; // what was written to standard output
    void (*asleep)(
        struct fake_job *job); // in the place of waiting; NULL: nothing happens meanwhile
    int64_t now_ms;            // on the steady clock
    int64_t tick_ms;           // that pass whenever somebody looks at it
    void (*ticked)(struct fake_job *job); // then; NULL: nothing
    struct buffer text;                   // of fake_job_mirror and fake_job_source
    struct error err;
};

// Both sides have the same rows: "0001 a b", "0002 a b", ... `key_count` 0: keyless.
void fake_job_init(struct fake_job *job, size_t key_count, size_t row_count);
// Returns 1, for a tear-down, when a cursor or a transaction was left open.
int fake_job_release(struct fake_job *job);
// Another attempt at the table, by what was recorded.
void fake_job_begin(struct fake_job *job);
// The rows of either side; valid until the next of these calls.
const char *fake_job_mirror(struct fake_job *job);
const char *fake_job_source(struct fake_job *job);
// A read meets this row as well, as if it had moved; asked for by its key, it is there once.
void fake_job_show_twice(struct fake_job *job, const char *row);
// Takes the row away.
void fake_job_remove(struct fake_table *rows, size_t at);

#endif
