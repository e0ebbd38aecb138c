#include "target/forget.h"

#include "target/ddl.h"
#include "target/mirror.h"
#include "target/target_internal.h"

// Pieces go with their row of tracking; a table's part of the history of runs stands by run.
static const char *const of_table[] = {
    "DELETE FROM oe2pg.quarantine WHERE mirror_id = $1 AND source_schema = $2"
    " AND source_table = $3",
    "DELETE FROM oe2pg.schema_change WHERE mirror_id = $1 AND source_schema = $2"
    " AND source_table = $3",
    "DELETE FROM oe2pg.verification WHERE mirror_id = $1 AND source_schema = $2"
    " AND source_table = $3",
    "DELETE FROM oe2pg.condemned_key WHERE mirror_id = $1 AND source_schema = $2"
    " AND source_table = $3",
    "DELETE FROM oe2pg.column_way WHERE mirror_id = $1 AND source_schema = $2"
    " AND source_table = $3",
    "DELETE FROM oe2pg.object WHERE mirror_id = $1 AND source_schema = $2"
    " AND source_table = $3",
    "DELETE FROM oe2pg.typed_view WHERE mirror_id = $1 AND source_schema = $2"
    " AND source_table = $3",
    "DELETE FROM oe2pg.suspect WHERE mirror_id = $1 AND source_schema = $2"
    " AND source_table = $3",
    "DELETE FROM oe2pg.table_run t USING oe2pg.run r WHERE r.id = t.run_id AND r.mirror_id = $1"
    " AND t.source_schema = $2 AND t.source_table = $3",
    "DELETE FROM oe2pg.tracking WHERE mirror_id = $1 AND source_schema = $2"
    " AND source_table = $3",
};

// What stands of tables that have no record any more, then what the others refer to.
static const char *const of_mirror[] = {
    "DELETE FROM oe2pg.quarantine WHERE mirror_id = $1",
    "DELETE FROM oe2pg.schema_change WHERE mirror_id = $1",
    "DELETE FROM oe2pg.verification WHERE mirror_id = $1",
    "DELETE FROM oe2pg.condemned_key WHERE mirror_id = $1",
    "DELETE FROM oe2pg.column_way WHERE mirror_id = $1",
    "DELETE FROM oe2pg.object WHERE mirror_id = $1",
    "DELETE FROM oe2pg.typed_view WHERE mirror_id = $1",
    "DELETE FROM oe2pg.suspect WHERE mirror_id = $1",
    "DELETE FROM oe2pg.sequence WHERE mirror_id = $1",
    "DELETE FROM oe2pg.source_view WHERE mirror_id = $1",
    "DELETE FROM oe2pg.tracking WHERE mirror_id = $1",
    "DELETE FROM oe2pg.run WHERE mirror_id = $1",
    "DELETE FROM oe2pg.mirror WHERE id = $1",
};

bool
forget_hold(struct target *target, int mirror_id, const char *schema, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    if (!mirror_lock(target, mirror_id, schema, err))
        return false;
    parameter_integer(&parameters, mirror_id);
    // Waits for every transaction of an earlier run, as a new run would.
    return target_execute(target, "could not take the mirror over",
        "UPDATE oe2pg.mirror SET run_id = NULL WHERE id = $1", &parameters, NULL, err);
}

bool
forget_table(
    struct target *target, int mirror_id, const struct table_record *record, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    if (record->staging.table != NULL && !ddl_drop_staging(target, record->staging.table, err))
        return false;
    parameter_integer(&parameters, mirror_id);
    parameter_text(&parameters, record->source_schema);
    parameter_text(&parameters, record->source_table);
    for (size_t i = 0; i < sizeof of_table / sizeof of_table[0]; i++) {
        if (!target_execute(
                target, "could not forget the table", of_table[i], &parameters, NULL, err))
            return false;
    }
    return true;
}

bool
forget_mirror(struct target *target, int mirror_id, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    parameter_integer(&parameters, mirror_id);
    for (size_t i = 0; i < sizeof of_mirror / sizeof of_mirror[0]; i++) {
        if (!target_execute(
                target, "could not forget the mirror", of_mirror[i], &parameters, NULL, err))
            return false;
    }
    return true;
}
