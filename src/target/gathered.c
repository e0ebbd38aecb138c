#include "target/gathered.h"

#include "target/target_internal.h"

#include <string.h>

static void
name_table(
    struct sql_parameters *parameters, const struct mirror_claim *claim, const struct table *table)
{
    parameter_integer(parameters, claim->mirror_id);
    parameter_text(parameters, table->schema);
    parameter_text(parameters, table->name);
}

bool
gathered_read(struct target *target, const struct mirror_claim *claim, const struct table *table,
    bool *is_gathered, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;

    name_table(&parameters, claim, table);
    if (!target_execute(target, "could not read the quarantine",
            "SELECT column_name FROM oe2pg.quarantine WHERE mirror_id = $1"
            " AND source_schema = $2 AND source_table = $3"
            " AND value_count IS NOT NULL AND resolved_at IS NULL",
            &parameters, &rows, err))
        return false;
    for (int row = 0; row < PQntuples(rows); row++) {
        for (size_t i = 0; i < table->column_count; i++)
            is_gathered[i] =
                is_gathered[i] || strcmp(table->columns[i].name, result_text(rows, row, 0)) == 0;
    }
    PQclear(rows);
    return true;
}

#define IS_OF_COLUMN                                                                               \
    " WHERE mirror_id = $1 AND source_schema = $2 AND source_table = $3 AND column_name = $4"      \
    "  AND resolved_at IS NULL"

static const char *const save_sql =
    "WITH closed AS (UPDATE oe2pg.quarantine SET resolved_at = pg_catalog.now()" IS_OF_COLUMN
    "  AND value_count IS NULL AND reason IN ('too_wide', 'truncated', 'unreadable')),"
    " known AS (UPDATE oe2pg.quarantine SET last_run_id = $9, last_seen_at = pg_catalog.now(),"
    "  reason = $5, detail = $6, value_count = $7, value_bytes = NULLIF($8::bigint, 0)" IS_OF_COLUMN
    "  AND value_count IS NOT NULL RETURNING first_run_id),"
    " fresh AS (INSERT INTO oe2pg.quarantine (mirror_id, source_schema, source_table, column_name,"
    "  reason, detail, value_count, value_bytes, first_run_id, last_run_id)"
    "  SELECT $1, $2, $3, $4, $5, $6, $7, NULLIF($8::bigint, 0), $9, $9"
    "  WHERE NOT EXISTS (SELECT FROM known) RETURNING id)"
    " SELECT (SELECT pg_catalog.count(*) FROM fresh) +"
    "  (SELECT pg_catalog.count(*) FROM known WHERE first_run_id = $9)";

bool
gathered_save(struct target *target, const struct mirror_claim *claim,
    const struct gathered_values *values, bool *is_new, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *row = NULL;

    name_table(&parameters, claim, values->table);
    parameter_text(&parameters, values->column);
    parameter_text(&parameters, values->reason);
    parameter_text(&parameters, values->detail);
    parameter_integer(&parameters, values->count);
    parameter_integer(&parameters, (int64_t)values->longest);
    parameter_integer(&parameters, claim->run_id);
    if (!target_execute(target, "could not put the values of a column into quarantine", save_sql,
            &parameters, &row, err))
        return false;
    *is_new = result_integer(row, 0, 0) > 0;
    PQclear(row);
    return true;
}
