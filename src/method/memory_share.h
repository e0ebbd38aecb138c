// memory_mb shared out to the jobs that run at a time: what each may use for its batches, its
// digests and a single value. Large values are read by one job at a time, which then may use most
// of the memory: it holds the gate.
#ifndef OE2PG_METHOD_MEMORY_SHARE_H
#define OE2PG_METHOD_MEMORY_SHARE_H

#include "model/settings.h"
#include "read/reader.h"

#include <pthread.h>

// Shared by all jobs of a run.
struct memory_gate {
    pthread_mutex_t lock;
};

struct memory_share {
    struct memory_gate *gate;
    struct reader_limits limits; // of a read, but for value_bytes
    size_t value_budget;         // bytes for a value in all its copies
    size_t large_budget;         // the same for the job that holds the gate
    size_t map_bytes;            // for the digests of a mirrored table
    bool is_tight;               // too small for large values
    bool has_gate;
};

// The jobs that memory_mb has room for, at least one: each takes some, whatever it reads.
size_t memory_share_jobs(int memory_mb);
// The memory_mb that so many need at least.
int memory_share_for(size_t jobs);

void memory_gate_init(struct memory_gate *gate);
// The share of one of `jobs`.
void memory_share_init(struct memory_share *share, const struct settings *settings, size_t jobs,
    struct memory_gate *gate);
// True when the table is to be read behind the gate. `has_room`: a value of it turned out large.
bool memory_share_needs_gate(
    const struct memory_share *share, const struct table *table, bool has_room);
// Takes the gate, if it is free; true when the share has it.
bool memory_share_enter(struct memory_share *share);
// Leaves it, if the share has it.
void memory_share_leave(struct memory_share *share);
// The limits of a read that begins now, by a driver that holds a value in so many copies.
struct reader_limits memory_share_limits(const struct memory_share *share, unsigned value_copies);

#endif
