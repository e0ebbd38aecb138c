// Rows on their way into one table by COPY, with what cannot go there taken out: single values by
// row_policy, whole rows when PostgreSQL refuses them.
//
// Which row PostgreSQL refuses is not known from a failed COPY. So the sender has two ways: quick,
// one COPY for everything; and careful, one COPY for each batch, halved where it is refused until
// the row stands alone. The job is begun quick and repeated careful when a COPY was refused.
#ifndef OE2PG_WRITE_ROW_SENDER_H
#define OE2PG_WRITE_ROW_SENDER_H

#include "model/batch.h"
#include "write/quarantine_list.h"
#include "target/copy_stream.h"

// Opens the COPY; called whenever one is needed.
typedef bool row_sender_open(void *context, struct copy_stream **copy, struct error *err);

// All borrowed for the life of the sender.
struct row_sender_setup {
    struct target *target;
    const struct table *table;
    bool is_careful;
    bool is_fallback; // as in struct digest_kind
};

struct row_sender {
    struct target *target;
    const struct table *table;
    row_sender_open *open;
    void *context;
    bool is_careful;
    struct copy_stream *copy;
    struct row_policy policy;
    struct part_outcome *outcome; // of the part in hand
    struct quarantine_list quarantine;
    const struct cell **rows; // of the batch in hand
    size_t row_count;
    size_t row_capacity;
    uint64_t *left_out_keys; // by digest_key, of rows that are left out; none for a keyless table
    size_t left_out_count;
    size_t left_out_capacity;
    bool left_out_is_sorted;
};

void row_sender_init(struct row_sender *sender, const struct row_sender_setup *setup,
    row_sender_open *open, void *context);
// Also ends a COPY that is open, which fails the transaction it is in.
void row_sender_release(struct row_sender *sender);

// From now on rows are of the part with this outcome, which is counted in. To be called before the
// first row.
void row_sender_count_for(struct row_sender *sender, struct part_outcome *outcome);
// Applies the value policy; the result is valid until the next call.
const struct cell *row_sender_check(struct row_sender *sender, const struct cell *row);
// The same without putting anything into quarantine.
const struct cell *row_sender_peek(struct row_sender *sender, const struct cell *row);
// Sends a row that went through row_sender_check. Quick only; else it is kept for row_sender_flush.
bool row_sender_send(struct row_sender *sender, const struct cell *as_read,
    const struct cell *checked, struct error *err) __attribute__((warn_unused_result));
// The end of a batch: careful rows go now. The batch's cells must still be valid.
bool row_sender_flush(struct row_sender *sender, struct error *err)
    __attribute__((warn_unused_result));
// Ends the COPY. The transaction, if there is one, stays open.
bool row_sender_end(struct row_sender *sender, struct error *err)
    __attribute__((warn_unused_result));

// Notes that a row, after the policy, is left out; and whether one with this key was. Of more than
// 262144 such rows only the first are known: a key of the others is asked of the source.
void row_sender_leave_out(struct row_sender *sender, const struct cell *checked);
bool row_sender_left_out(struct row_sender *sender, uint64_t key_digest);

// True when the error is PostgreSQL's refusal of a row, which a careful repetition can isolate.
bool row_sender_can_isolate(const struct error *err);

#endif
