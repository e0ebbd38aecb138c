// What a comparison that writes nothing met and the mirror cannot hold: values, rows and columns
// that an earlier run put into quarantine, and such that no run has recorded yet. The former are
// known exceptions, the latter are missing without a word. One thread.
#ifndef OE2PG_METHOD_EXCEPTIONS_H
#define OE2PG_METHOD_EXCEPTIONS_H

#include "base/buffer.h"
#include "target/mirror.h"
#include "write/quarantine_list.h"

enum exception_kind { EXCEPTION_VALUE, EXCEPTION_ROW, EXCEPTION_COLUMN, EXCEPTION_KINDS };
enum { EXCEPTIONS_SHOWN = 20 };

struct exceptions {
    bool with_values;                    // lines are made of them
    int64_t recorded[EXCEPTION_KINDS];   // open entries of quarantine; by exceptions_end
    int64_t unrecorded[EXCEPTION_KINDS]; // as they were met
    int64_t looked_up;
    int64_t gathered;    // values that are in one entry of their column
    struct buffer met;   // of struct met_entry: recorded ones, some of them more than once
    struct buffer lines; // the first EXCEPTIONS_SHOWN
    uint64_t shown[EXCEPTIONS_SHOWN]; // what these are about
    size_t shown_count;
};

void exceptions_init(struct exceptions *exceptions, bool with_values);
void exceptions_release(struct exceptions *exceptions);
// For another comparison.
void exceptions_reset(struct exceptions *exceptions);

// Looks up what the list has, counts it, and empties the list. Between transactions. Of more than
// QUARANTINE_SAVED_MAX only so many are looked up, as no more are ever recorded.
bool exceptions_take(struct exceptions *exceptions, struct quarantine_list *list,
    struct target *target, const struct mirror_claim *claim, struct error *err)
    __attribute__((warn_unused_result));
// A row that is known to be refused was met; for the lines alone.
void exceptions_show_row(
    struct exceptions *exceptions, const struct table *table, const struct cell *row);
// True when nothing was met so far.
bool exceptions_are_none(const struct exceptions *exceptions);
// The comparison has ended: counts each entry once. `known_rows`: entries of refused rows it met.
void exceptions_end(struct exceptions *exceptions, int64_t known_rows);

int64_t exceptions_sum(const int64_t counts[EXCEPTION_KINDS]);
// "2 values and 1 row"; the sum is not 0.
void exceptions_describe(struct buffer *out, const int64_t counts[EXCEPTION_KINDS]);

#endif
