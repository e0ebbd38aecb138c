// What a first load sends to PostgreSQL besides: the table is in the staging schema or in its
// place, and what is not committed goes with its transaction.
#include "fake_mirror.h"

#include "target/ddl.h"
#include "target/quarantine.h"
#include "target/readers.h"

#include "../unit/cmocka_all.h"

#include <string.h>

__typeof__(copy_stream_open) __wrap_copy_stream_open;
__typeof__(target_in_transaction) __wrap_target_in_transaction;
__typeof__(ddl_staging_is_published) __wrap_ddl_staging_is_published;
__typeof__(ddl_create_table) __wrap_ddl_create_table;
__typeof__(ddl_drop_staging) __wrap_ddl_drop_staging;
__typeof__(ddl_move) __wrap_ddl_move;
__typeof__(ddl_analyze) __wrap_ddl_analyze;
__typeof__(arrival_look) __wrap_arrival_look;
__typeof__(loaded_duplicate_keys) __wrap_loaded_duplicate_keys;
__typeof__(quarantine_count) __wrap_quarantine_count;
__typeof__(readers_mark) __wrap_readers_mark;
__typeof__(readers_before) __wrap_readers_before;
__typeof__(readers_on_standby) __wrap_readers_on_standby;

// ---- the table ---------------------------------------------------------------------------------

bool
__wrap_target_in_transaction(const struct target *target)
{
    (void)target;
    return fake_mirror_current()->is_in_transaction;
}

bool
__wrap_copy_stream_open(struct target *target, const char *schema, const char *name,
    const struct table *table, struct copy_stream **copy, struct error *err)
{
    struct fake_mirror *mirror = fake_mirror_current();

    (void)target;
    (void)name;
    (void)err;
    assert_true(mirror->is_in_transaction);
    assert_false(mirror->is_copying);
    assert_int_equal(
        mirror->place, strcmp(schema, STAGING_SCHEMA) == 0 ? FAKE_STAGED : FAKE_IN_PLACE);
    mirror->table = table;
    mirror->is_copying = mirror->is_loading = true;
    *copy = (struct copy_stream *)mirror;
    return true;
}

bool
__wrap_ddl_staging_is_published(
    struct target *target, const char *schema, bool *is_published, struct error *err)
{
    (void)target;
    (void)schema;
    (void)err;
    *is_published = false;
    return true;
}

bool
__wrap_ddl_create_table(struct target *target, const char *schema, const char *name,
    const struct table *table, struct error *err)
{
    struct fake_mirror *mirror = fake_mirror_current();

    (void)target;
    (void)schema;
    (void)name;
    (void)table;
    (void)err;
    assert_true(mirror->is_in_transaction);
    assert_int_equal(mirror->place, FAKE_NOWHERE);
    mirror->place = FAKE_IN_PLACE;
    return true;
}

bool
__wrap_ddl_drop_staging(struct target *target, const char *staging, struct error *err)
{
    struct fake_mirror *mirror = fake_mirror_current();

    (void)target;
    (void)staging;
    (void)err;
    assert_true(mirror->is_in_transaction);
    if (mirror->place == FAKE_STAGED) {
        mirror->place = FAKE_NOWHERE;
        mirror->rows.row_count = 0;
    }
    return true;
}

bool
__wrap_ddl_move(struct target *target, const char *from_schema, const char *from_name,
    const char *to_schema, const char *to_name, struct error *err)
{
    struct fake_mirror *mirror = fake_mirror_current();

    (void)target;
    (void)from_schema;
    (void)from_name;
    (void)to_name;
    if (fake_mirror_fails(FAKE_MOVE, err))
        return false;
    assert_true(mirror->is_in_transaction);
    mirror->place = strcmp(to_schema, STAGING_SCHEMA) == 0 ? FAKE_STAGED : FAKE_IN_PLACE;
    return true;
}

void
__wrap_ddl_analyze(struct target *target, const char *schema, const char *name)
{
    (void)target;
    (void)schema;
    (void)name;
}

bool
__wrap_arrival_look(struct target *target, struct arena *arena, const char *schema,
    const struct table *table, bool *is_plain, struct error *err)
{
    (void)target;
    (void)arena;
    (void)schema;
    (void)table;
    (void)err;
    *is_plain = true;
    return true;
}

bool
__wrap_loaded_duplicate_keys(struct target *target, struct arena *arena, const char *schema,
    const struct table *table, struct cell **values, size_t *row_count, struct error *err)
{
    struct fake_mirror *mirror = fake_mirror_current();

    (void)target;
    (void)schema;
    (void)err;
    // Each row as a candidate that no row of a mirror stands beside.
    mirror->table = table;
    memcpy(
        mirror->candidates, mirror->rows.rows, mirror->rows.row_count * sizeof *mirror->candidates);
    memset(mirror->is_gone, true, sizeof mirror->is_gone);
    memset(mirror->is_paired, false, sizeof mirror->is_paired);
    mirror->candidate_count = mirror->rows.row_count;
    fake_mirror_duplicates(arena, values, row_count);
    return true;
}

bool
__wrap_quarantine_count(struct target *target, const struct mirror_claim *claim,
    const struct table *table, int64_t *count, struct error *err)
{
    (void)target;
    (void)claim;
    (void)table;
    (void)err;
    *count = (int64_t)fake_mirror_current()->quarantined;
    return true;
}

// ---- readers: there are none -------------------------------------------------------------------

bool
__wrap_readers_mark(struct target *target, int64_t *xid, struct error *err)
{
    (void)target;
    (void)err;
    *xid = 1;
    return true;
}

bool
__wrap_readers_before(struct target *target, struct arena *arena, const char *own_prefix,
    int64_t xid, int64_t *count, const char **who, struct error *err)
{
    (void)target;
    (void)arena;
    (void)own_prefix;
    (void)xid;
    (void)err;
    *count = 0;
    *who = "";
    return true;
}

bool
__wrap_readers_on_standby(struct target *target, struct arena *arena, enum standby_readers said,
    struct first_load_way *way, struct error *err)
{
    (void)target;
    (void)arena;
    (void)err;
    *way = (struct first_load_way){ .said = said };
    return true;
}
