// Updating rows that swap values which people declared unique: one after the other they collide.
// Deleting and inserting them would lose what people keep in columns of their own and in tables
// that refer to these rows. So unique values that change are first replaced by some that nobody
// has, and then by the right ones.
#include "target/compare_internal.h"
#include "target/type.h"

#include <string.h>

#define PARKED "oe2pg_parked"

static bool
find_unique_columns(struct comparison *comparison, PGresult **rows, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    parameter_text(&parameters, comparison->schema);
    parameter_text(&parameters, comparison->table->target_name);
    // An index over an expression (0) may use any column.
    return target_execute(comparison->target, "could not read the table's unique indexes",
        "SELECT DISTINCT a.attname FROM pg_catalog.pg_index i"
        " JOIN pg_catalog.pg_class c ON c.oid = i.indrelid"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
        "  AND NOT a.attisdropped"
        "  AND (a.attnum = ANY (i.indkey::int2[]) OR 0 = ANY (i.indkey::int2[]))"
        " WHERE n.nspname = $1 AND c.relname = $2 AND (i.indisunique OR i.indisexclusion)",
        &parameters, rows, err);
}

static bool
is_listed(const PGresult *rows, const char *name)
{
    for (int i = 0; i < PQntuples(rows); i++) {
        if (strcmp(result_text(rows, i, 0), name) == 0)
            return true;
    }
    return false;
}

// At least one column is set, whichever, so that the statement is one.
static void
append_parking(struct comparison *comparison, struct buffer *sql, const PGresult *unique)
{
    const struct table *table = comparison->table;
    const char *separator = "";

    buffer_append_text(sql,
        "CREATE TEMPORARY TABLE " PARKED " (place tid, fresh tid) ON COMMIT DROP;"
        " WITH p AS (UPDATE ONLY ");
    sql_append_qualified(sql, comparison->schema, table->target_name);
    buffer_append_text(sql, " m SET ");
    for (size_t i = 0; i < table->column_count; i++) {
        const char *name = table->columns[i].target_name;

        if (!is_listed(unique, name) && (i + 1 < table->column_count || separator[0] != '\0'))
            continue;
        buffer_append_text(sql, separator);
        sql_append_name(sql, name);
        buffer_append_text(sql, " = CASE WHEN c.");
        sql_append_name(sql, name);
        buffer_append_text(sql, " COLLATE pg_catalog.\"C\" IS DISTINCT FROM ");
        target_type_append_text(sql, "m", &table->columns[i]);
        buffer_append_text(sql, " THEN ");
        target_type_append_spare(sql, &table->columns[i].held, "x.number");
        buffer_append_text(sql, " ELSE m.");
        sql_append_name(sql, name);
        buffer_append_text(sql, " END");
        separator = ", ";
    }
    buffer_append_text(sql,
        " FROM (SELECT *, pg_catalog.row_number() OVER () AS number"
        " FROM pg_temp." CHANGE ") x JOIN pg_temp." CANDIDATE " c ON c.ctid = x.fresh");
    compare_append_is_unchanged(sql, comparison);
    buffer_append_text(sql, " RETURNING m.ctid AS place, x.fresh)"
                            " INSERT INTO pg_temp." PARKED " SELECT place, fresh FROM p");
}

// Only rows that were parked: one that changed meanwhile was not, and the count of updated rows
// tells. By then a unique value of theirs is either the one that stays or one that nobody has, so
// the order in which they are updated does not matter.
static void
append_update(struct comparison *comparison, struct buffer *sql)
{
    compare_begin_writing(sql, comparison);
    compare_append_update(sql, comparison);
    buffer_append_text(sql, " FROM pg_temp." PARKED " x JOIN pg_temp." CANDIDATE
                            " c ON c.ctid = x.fresh WHERE m.ctid = x.place");
    compare_end_writing(sql, comparison);
}

bool
compare_update_swapped(struct comparison *comparison, int64_t *updated, struct error *err)
{
    PGresult *unique = NULL;
    PGresult *result = NULL;
    struct buffer *sql;
    bool done;

    if (!find_unique_columns(comparison, &unique, err))
        return false;
    sql = sql_start(comparison->target);
    append_parking(comparison, sql, unique);
    PQclear(unique);
    if (!compare_run(comparison, "could not set swapped values aside", NULL, err))
        return false;
    sql = sql_start(comparison->target);
    append_update(comparison, sql);
    done = compare_run(comparison, "could not update rows", &result, err);
    if (done)
        *updated = result_affected(result);
    PQclear(result);
    return done;
}
