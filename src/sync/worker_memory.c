// How a worker reads: its share of memory_mb, the gate before large values, the order.
#include "base/clock.h"
#include "base/fault.h"
#include "model/key_choice.h"
#include "sync/worker.h"
#include "target/copy_encode.h"

#include <stdlib.h>

enum {
    MEBIBYTE = 1024 * 1024,
    PROGRAM_BYTES = 8 * MEBIBYTE, // program, libraries, catalogue
    JOB_BYTES = 2 * MEBIBYTE,     // of each job, whatever it reads: connections, stack; measured
    FIXED_BYTES = 16 * MEBIBYTE,  // both together, at least
    SHARE_LEAST = 2 * MEBIBYTE,   // a job with less than that is none
    TIGHT_BYTES = 64 * MEBIBYTE,  // a worker's share below which long values are read by one alone
    GATE_POLL_MS = 50,
};

size_t
worker_jobs_within(int memory_mb)
{
    size_t all = (size_t)memory_mb * MEBIBYTE;

    if (all < (size_t)PROGRAM_BYTES + JOB_BYTES + SHARE_LEAST)
        return 1;
    return (all - PROGRAM_BYTES) / ((size_t)JOB_BYTES + SHARE_LEAST);
}

int
worker_memory_for(size_t jobs)
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

// memory_mb shared out. Each worker: half for digests, a quarter for one value in all its copies,
// an eighth for two batches (one may be read ahead), an eighth for row ids, or for the rows that a
// driver keeps: no product has both. The one that holds the gate besides: nine tenths of the half
// that digests leave. Where a share is small only the gate gives room for values at all; digests
// then take little and leave nearly everything to it.
void
worker_set_limits(struct worker *worker)
{
    const struct settings *settings = worker->shared->settings;
    size_t jobs = worker->shared->worker_count > 0 ? worker->shared->worker_count : 1;
    size_t free_bytes = bytes_to_share(settings->mirror.memory_mb, jobs);
    size_t share = free_bytes / jobs;
    bool is_tight = share < TIGHT_BYTES;

    worker->is_tight = is_tight;
    worker->limits = (struct reader_limits){
        .batch_rows = (size_t)settings->mirror.batch_size,
        .batch_bytes = share / 16 < MEBIBYTE ? share / 16 : MEBIBYTE,
        .row_id_bytes = share / 8,
        .page_bytes = share / 8,
        .max_transaction_s = settings->source.max_transaction_s,
    };
    worker->value_budget = share / (is_tight ? 8 : 4);
    worker->large_budget = (is_tight ? free_bytes : free_bytes / 2) / 10 * 9;
    worker->map_bytes =
        (size_t)fault_setting("OE2PG_TEST_MAP_BYTES", (int64_t)(share / (is_tight ? 16 : 2)));
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
worker_begin_reading(struct worker *worker, const struct table *table, struct error *err)
{
    bool needs_gate = worker->effort.has_room || (worker->is_tight && has_long_column(table));

    while (needs_gate && !worker->has_gate) {
        if (worker_is_cancelled(worker, err))
            return false;
        worker->has_gate = pthread_mutex_trylock(&worker->shared->large_gate) == 0;
        if (worker->has_gate)
            break;
        clock_sleep_ms(GATE_POLL_MS);
        worker_add_progress(worker, 0, 0);
    }
    worker->reading = worker->limits;
    worker->reading.is_large = worker->has_gate;
    worker->reading.value_bytes = (worker->has_gate ? worker->large_budget : worker->value_budget) /
                                  source_value_copies(worker->source);
    if (worker->reading.value_bytes > COPY_VALUE_MAX)
        worker->reading.value_bytes = COPY_VALUE_MAX;
    return true;
}

void
worker_end_reading(struct worker *worker)
{
    if (worker->has_gate)
        (void)pthread_mutex_unlock(&worker->shared->large_gate);
    worker->has_gate = false;
}

bool
worker_reads_in_order(const struct worker *worker, const struct table *table, int64_t duration_ms)
{
    int64_t limit_ms = (int64_t)worker->limits.max_transaction_s * 1000;

    return key_choice_is_resumable(table) && worker->around.row_ids != ROW_IDS_ALL &&
           (worker->effort.is_ordered || source_buffers_results(worker->source) ||
               duration_ms > limit_ms / 2);
}
