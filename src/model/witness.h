// What the source's own counters say of a table since a point that is remembered, and whether that
// may be believed. Pure; any thread.
//
// Invariant of a point's suspects: every transaction that had written to the table before the
// point, counted there, and was still open when the table was read, is among them. What was read
// then may be undone without any counter moving, so a point with suspects vouches for nothing. A
// later reading of a table that nothing was written to since has those of them left that are still
// open.
#ifndef OE2PG_MODEL_WITNESS_H
#define OE2PG_MODEL_WITNESS_H

#include "base/arena.h"
#include "base/buffer.h"
#include "model/counters.h"

// When a table was read: what the source counted just before.
struct witness_point {
    const char *start; // of the server; NULL: no point is known
    int64_t uptime_s;
    struct row_counters counters;
    struct transaction_set suspects;
};

enum counters_say {
    COUNTERS_SAY_NOTHING,   // they tell nothing: another start, none, or they fell
    COUNTERS_SAY_WRITTEN,   // to the table
    COUNTERS_SAY_UNCHANGED, // the table was not written to since
};

enum counters_say witness_ask(const struct source_counters *server,
    const struct row_counters *counters, const struct witness_point *then);
// The point of a read that is to come, with its suspects in `arena`.
struct witness_point witness_point_now(struct arena *arena, const struct source_counters *server,
    const struct row_counters *counters, const struct witness_point *then);
// True where what was read at the point was all committed.
bool witness_point_vouches(const struct witness_point *point);

// A point as one text, for the tracking tables. Reading one that nobody printed gives no point.
void witness_point_print(struct buffer *out, const struct witness_point *point);
struct witness_point witness_point_parse(struct arena *arena, const char *text);

// What is recorded of a table, or of the server (source_table is "").
enum witness_state { WITNESS_PROBATION, WITNESS_TRUSTED, WITNESS_DEMOTED, WITNESS_STATE_COUNT };
const char *witness_state_name(enum witness_state state);

struct witness_record {
    const char *source_schema;
    const char *source_table;
    enum witness_state state;
    const char *evidence; // a sentence
    const char *point;    // of a table; of the server its start
    int64_t proofs;       // of the server: runs
    int64_t misses;
    int64_t whole_ms; // wall clock: of a table, when it was read last; 0: never
};
#define WITNESS_KIND_COUNTERS "counters"
#define WITNESS_KIND_STAMP "stamp"

struct witness_list {
    const struct witness_record *records;
    size_t count;
};
// NULL: nothing is recorded.
const struct witness_record *witness_find(
    const struct witness_list *list, const char *schema, const char *table);

// The server's record after a run in which so many tables were found changed of which the counters
// told, and so many of which they did not. Every table is read until the counters are trusted, so
// a run that met changes has tried all that changed.
struct witness_record witness_judge_server(const struct witness_record *before, const char *start,
    int64_t told, int64_t missed, int proofs_needed);

#endif
