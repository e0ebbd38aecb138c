// What tests of the hunt for bad values share: a job as a worker does it, attempt after attempt,
// and what it was told.
#ifndef OE2PG_TESTS_HUNT_H
#define OE2PG_TESTS_HUNT_H

#include "read/reader.h"

#include "fake_driver.h"

struct hunt {
    struct fake_table table; // columns a, b, c, d
    struct fake_source source;
    struct settings settings;
    struct reader_limits limits;
    struct around around;
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
void hunt_init(struct hunt *hunt, size_t key_count);
// Asserts that no cursor is open.
void hunt_release(struct hunt *hunt);
void hunt_damage(struct hunt *hunt, size_t row, size_t column, enum fake_value how);
// What the last attempt was told, as above.
const char *hunt_told(struct hunt *hunt);
// One attempt over the whole table. False with the failure in `err`.
bool hunt_try(struct hunt *hunt);
// Attempts as long as the failure says that another one helps.
bool hunt_run(struct hunt *hunt);

#endif
