#include "target/widen.h"

#include "target/target_internal.h"
#include "target/type.h"

#include <string.h>

// Of an index or a constraint of the column alone there is nothing to fear.
static const char *const columns_sql =
    "SELECT a.attname, a.atttypid::bigint, a.atttypmod FROM pg_catalog.pg_attribute a"
    " JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind = 'r' AND a.attnum > 0"
    " AND NOT a.attisdropped AND a.atttypid = 'pg_catalog.numeric'::pg_catalog.regtype"
    " AND a.atttypmod >= 0 AND a.attgenerated = '' AND NOT EXISTS (SELECT FROM "
    "pg_catalog.pg_depend d"
    "  WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = c.oid"
    "  AND d.refobjsubid = a.attnum AND d.deptype = 'n') ORDER BY a.attnum";

// Of decimals alone: an integer column that people made numeric(10,2) is theirs.
static bool
is_too_narrow(const struct column *column, uint32_t oid, int32_t modifier)
{
    struct mirror_type held;

    if (column->kind != VALUE_DECIMAL || column->native.base != MIRROR_NUMERIC)
        return false;
    return !target_type_hold(column, oid, modifier, &held) ||
           (held.is_limited &&
               (!column->native.is_limited || held.precision < column->native.precision));
}

static const struct column *
find_column(const struct table *table, const char *target_name)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (strcmp(table->columns[i].target_name, target_name) == 0)
            return &table->columns[i];
    }
    return NULL;
}

bool
widen_find(struct target *target, struct arena *arena, const char *schema,
    const struct table *table, const char **statement, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    const char *between = " ALTER COLUMN ";
    struct buffer *sql;
    PGresult *rows = NULL;

    *statement = NULL;
    parameter_text(&parameters, schema);
    parameter_text(&parameters, table->target_name);
    if (!target_execute(target, "could not look at the numbers of the mirrored table", columns_sql,
            &parameters, &rows, err))
        return false;
    sql = sql_start(target);
    buffer_append_text(sql, "ALTER TABLE ");
    sql_append_qualified(sql, schema, table->target_name);
    for (int i = 0; i < PQntuples(rows); i++) {
        const struct column *column = find_column(table, result_text(rows, i, 0));

        if (column == NULL || !is_too_narrow(column, (uint32_t)result_integer(rows, i, 1),
                                  (int32_t)result_integer(rows, i, 2)))
            continue;
        buffer_append_text(sql, between);
        sql_append_name(sql, column->target_name);
        buffer_append_text(sql, " TYPE numeric");
        between = ", ALTER COLUMN ";
    }
    PQclear(rows);
    if (sql->failed)
        return error_set(err, ERROR_TABLE, "the statement that widens numbers is too long");
    if (between[0] == ',')
        *statement = arena_strdup(arena, buffer_text(sql));
    return true;
}

bool
widen_run(struct target *target, const char *statement, struct error *err)
{
    return target_script(
               target, "could not widen numbers", "SET LOCAL lock_timeout = '2s'", NULL, err) &&
           target_script(target, "could not widen numbers", statement, NULL, err) &&
           target_script(target, "could not widen numbers",
               "SET LOCAL lock_timeout = '" TARGET_LOCK_TIMEOUT "'", NULL, err);
}
