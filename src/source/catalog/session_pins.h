// Makes a session what the product's list (struct product_session) says, and reads back what it is.
#ifndef OE2PG_SOURCE_SESSION_PINS_H
#define OE2PG_SOURCE_SESSION_PINS_H

#include "base/arena.h"
#include "base/error.h"
#include "model/table.h"
#include "source/catalog/catalog_door.h"
#include "source/product/product.h"
#include "source/session.h"

// Asks for all settings, sets those that differ, and asks again. A setting that stays otherwise is
// no failure: it is told in `session`, whose texts are put into `arena`. Fails for a connection
// that is lost, or a database that cannot be read at all. Before autocommit is switched off: what a
// transaction set goes with it.
bool session_pins_set(const struct catalog_door *door, const struct product *product,
    struct arena *arena, struct source_session *session, struct error *err)
    __attribute__((warn_unused_result));

// True for a connection that is lost, rather than an answer that was refused.
bool session_pins_is_lost(const struct error *err);
// Adds what a door found out about a setting of the driver. The texts are borrowed.
void session_pins_add_loose(
    struct source_session *session, struct arena *arena, struct loose_setting loose);

// Marks the columns whose text is an instant in UTC.
void session_pins_mark_instants(
    const struct source_session *session, const struct product *product, struct catalog *catalog);

#endif
