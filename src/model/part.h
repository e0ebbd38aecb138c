// A part of a table as a plain value: which of its rows, how far they were read, and what came of
// that. It names no connection, no thread and no machine: it can be recorded, handed out, and read
// to its end, or from where somebody stopped, by whoever has it and its table.
//
// A table may have any number of parts. Invariant: each of its rows belongs to exactly one of them
// (read/split.h), and the table's numbers are the sums of theirs.
#ifndef OE2PG_MODEL_PART_H
#define OE2PG_MODEL_PART_H

#include "model/batch.h"

#include <stddef.h>
#include <stdint.h>

// Which rows of the table, as far as the key decides it. NULL sorts first, last or nowhere
// depending on the product, so rows whose key holds a NULL are a part of their own.
enum key_part {
    KEY_PART_ALL,       // every row, in any order; no `after`
    KEY_PART_NOT_NULL,  // rows in which every key column has a value, in key order
    KEY_PART_WITH_NULL, // rows in which some key column is NULL, in any order; no `after`
    KEY_PART_EQUAL,     // of a request, not of a part: rows whose key is exactly `after`
};

// Key values, as many of the key's columns as `count` says.
struct key_position {
    struct cell *values; // canonical texts, one a key column
    size_t count;        // 0: none
};

// Rows by the ids under which the source keeps them (source_capabilities.row_id).
struct row_ids {
    const int64_t *ids; // borrowed
    size_t count;       // 0: none
};

enum part_state {
    PART_WAITING, // nothing of it is committed
    PART_BEGUN,   // what is up to its position
    PART_DONE,
};

// What came of reading a part. Zeros before the first row.
struct part_outcome {
    int64_t rows_read;  // that the source gave
    int64_t bytes_read; // of their values
    // Of them left out: PostgreSQL refused them in earlier runs, or now.
    int64_t rows_known;
    int64_t rows_refused;
    int64_t values_quarantined;
    int64_t values_newly_quarantined; // not known from earlier runs
    int64_t reads;        // begun of it in the job in hand, those of earlier attempts included
    int64_t *full_widths; // [column_count]: write/full_width.h; NULL: nothing is counted
};

// Which rows are in a part.
struct part_rows {
    enum key_part kind;
    // KEY_PART_NOT_NULL alone: the keys between two, whole and without NULLs. None: no bound.
    struct key_position after; // exclusive
    struct key_position up_to; // inclusive
    struct row_ids ids;        // these rows alone, as far as the rest is true of them; none: all
};

struct part {
    int number; // from 1, in the order in which a single reader reads them
    struct part_rows rows;
    enum part_state state;
    struct key_position position; // the key of the last row that was committed; none before it
    int64_t row_count;            // sent to PostgreSQL and not refused, by a first load
    int64_t size_bytes;           // of their values
    struct part_outcome outcome;
};

struct part_list {
    struct part *parts;
    size_t count;
};

// All numbers but full widths (full_width_add).
void part_outcome_add(struct part_outcome *sum, const struct part_outcome *outcome);
// Of all parts.
struct part_outcome part_list_outcome(const struct part_list *list);
int64_t part_list_rows(const struct part_list *list);
int64_t part_list_bytes(const struct part_list *list);

#endif
