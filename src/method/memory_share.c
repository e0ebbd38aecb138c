#include "method/memory_share.h"

#include "base/fault.h"
#include "target/copy_encode.h"

enum {
    MEBIBYTE = 1024 * 1024,
    PROGRAM_BYTES = 8 * MEBIBYTE, // program, libraries, catalogue
    JOB_BYTES = 2 * MEBIBYTE,     // of each job, whatever it reads: connections, stack; measured
    FIXED_BYTES = 16 * MEBIBYTE,  // both together, at least
    SHARE_LEAST = 2 * MEBIBYTE,   // a job with less than that is none
    TIGHT_BYTES = 64 * MEBIBYTE,  // a share below which long values are read by one alone
};

size_t
memory_share_jobs(int memory_mb)
{
    size_t all = (size_t)memory_mb * MEBIBYTE;

    if (all < (size_t)PROGRAM_BYTES + JOB_BYTES + SHARE_LEAST)
        return 1;
    return (all - PROGRAM_BYTES) / ((size_t)JOB_BYTES + SHARE_LEAST);
}

int
memory_share_for(size_t jobs)
{
    return (int)((PROGRAM_BYTES + jobs * ((size_t)JOB_BYTES + SHARE_LEAST)) / MEBIBYTE);
}

static size_t
bytes_to_share(int memory_mb, size_t jobs)
{
    size_t all = (size_t)memory_mb * MEBIBYTE;
    size_t fixed = PROGRAM_BYTES + jobs * JOB_BYTES;

    if (fixed < FIXED_BYTES)
        fixed = FIXED_BYTES;
    return all > fixed + jobs * SHARE_LEAST ? all - fixed : jobs * SHARE_LEAST;
}

void
memory_gate_init(struct memory_gate *gate)
{
    (void)pthread_mutex_init(&gate->lock, NULL);
}

// memory_mb shared out. Each job: half for digests, a quarter for one value in all its copies,
// an eighth for two batches (one may be read ahead), an eighth for row ids, or for the rows that a
// driver keeps: no product has both. The one that holds the gate besides: nine tenths of the half
// that digests leave. Where a share is small only the gate gives room for values at all; digests
// then take little and leave nearly everything to it.
void
memory_share_init(struct memory_share *share, const struct settings *settings, size_t jobs,
    struct memory_gate *gate)
{
    size_t free_bytes = bytes_to_share(settings->mirror.memory_mb, jobs);
    size_t bytes = free_bytes / jobs;
    bool is_tight = bytes < TIGHT_BYTES;

    *share = (struct memory_share){ .gate = gate, .is_tight = is_tight };
    share->limits = (struct reader_limits){
        .batch_rows = (size_t)settings->mirror.batch_size,
        .batch_bytes = bytes / 16 < MEBIBYTE ? bytes / 16 : MEBIBYTE,
        .row_id_bytes = bytes / 8,
        .page_bytes = bytes / 8,
        .max_transaction_s = settings->source.max_transaction_s,
    };
    share->value_budget = bytes / (is_tight ? 8 : 4);
    share->large_budget = (is_tight ? free_bytes : free_bytes / 2) / 10 * 9;
    share->map_bytes =
        (size_t)fault_setting("OE2PG_TEST_MAP_BYTES", (int64_t)(bytes / (is_tight ? 16 : 2)));
}

static bool
has_long_column(const struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].is_long)
            return true;
    }
    return false;
}

bool
memory_share_needs_gate(const struct memory_share *share, const struct table *table, bool has_room)
{
    return has_room || (share->is_tight && has_long_column(table));
}

bool
memory_share_enter(struct memory_share *share)
{
    if (!share->has_gate)
        share->has_gate = pthread_mutex_trylock(&share->gate->lock) == 0;
    return share->has_gate;
}

void
memory_share_leave(struct memory_share *share)
{
    if (share->has_gate)
        (void)pthread_mutex_unlock(&share->gate->lock);
    share->has_gate = false;
}

struct reader_limits
memory_share_limits(const struct memory_share *share, unsigned value_copies)
{
    struct reader_limits limits = share->limits;

    limits.is_large = share->has_gate;
    limits.value_bytes =
        (share->has_gate ? share->large_budget : share->value_budget) / value_copies;
    if (limits.value_bytes > COPY_VALUE_MAX)
        limits.value_bytes = COPY_VALUE_MAX;
    return limits;
}
