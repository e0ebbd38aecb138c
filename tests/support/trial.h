// What tests of the hunt for bad values share: a job as a worker does it, attempt after attempt,
// and what it was told.
#ifndef OE2PG_TESTS_TRIAL_H
#define OE2PG_TESTS_TRIAL_H

#include "read/hunt/hunt_state.h"
#include "read/reader.h"

#include "fake_driver.h"

struct trial {
    struct fake_table table; // columns a, b, c, d
    struct fake_source source;
    struct settings settings;
    struct reader_limits limits;
    struct hunt *hunt;
    bool is_ordered;
    bool proves_order;
    struct buffer rows; // of the last attempt
    struct buffer told; // the same: "column reason key" or "column reason count"
    size_t told_count;
    size_t row_count;
    size_t attempts;
    struct error err; // of the last attempt, or of the one before where that succeeded
};

// The first `key_count` columns are the key.
void trial_init(struct trial *trial, size_t key_count);
// Asserts that no cursor is open.
void trial_release(struct trial *trial);
void trial_damage(struct trial *trial, size_t row, size_t column, enum fake_value how);
// What the last attempt was told, as above.
const char *trial_told(struct trial *trial);
// One attempt over the whole table. False with the failure in `err`.
bool trial_try(struct trial *trial);
// Attempts as long as the failure says that another one helps.
bool trial_run(struct trial *trial);

#endif
