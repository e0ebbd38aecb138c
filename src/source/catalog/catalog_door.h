// How whoever reads a catalogue, or sets up a session, asks the source: a door lends the ways.
#ifndef OE2PG_SOURCE_CATALOG_DOOR_H
#define OE2PG_SOURCE_CATALOG_DOOR_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum { CATALOG_FIELDS_MAX = 16 };

// Takes a row: texts, NULL for NULL, borrowed for the call.
typedef bool catalog_take(void *taker, const char *const *fields, struct error *err);

struct catalog_door {
    void *context;
    // Runs a SELECT of `field_count` columns and gives each row to `take`.
    bool (*query)(void *context, const char *sql, size_t field_count, catalog_take *take,
        void *taker, struct error *err);
    // Runs a statement for what it does; a result, if it has one, is not looked at.
    bool (*run)(void *context, const char *sql, struct error *err);
};

#endif
