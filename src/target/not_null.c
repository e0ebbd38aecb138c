// NOT NULL on columns of a mirrored table (index.h).
#include "target/index.h"
#include "target/target_internal.h"

#include <string.h>

static struct buffer *
start_alter(struct target *target, const struct mirror_place *place, const char *what)
{
    struct buffer *sql = sql_start(target);

    buffer_append_text(sql, TARGET_SHORT_LOCK "ALTER TABLE ONLY ");
    sql_append_qualified(sql, place->schema, place->table);
    buffer_append_text(sql, what);
    return sql;
}

static bool
end_alter(struct target *target, const char *doing, struct error *err)
{
    buffer_append_text(&target->sql, TARGET_USUAL_LOCK);
    return target_run_built(target, doing, NULL, err);
}

// For each column that is wanted and has no NULL, with `separator` between.
static void
append_each(struct buffer *sql, const struct not_nulls *columns, const char *separator,
    const char *before, const char *behind)
{
    bool is_first = true;

    for (size_t i = 0; i < columns->table->column_count; i++) {
        if (!columns->is_wanted[i] || columns->has_null[i])
            continue;
        buffer_append_text(sql, is_first ? "" : separator);
        buffer_append_text(sql, before);
        sql_append_name(sql, columns->table->columns[i].target_name);
        buffer_append_text(sql, behind);
        is_first = false;
    }
}

bool
not_null_look(struct target *target, const struct mirror_place *place, struct not_nulls *columns,
    struct error *err)
{
    struct buffer *sql = sql_start(target);
    PGresult *row = NULL;
    int field = 0;

    memset(columns->has_null, 0, columns->table->column_count * sizeof *columns->has_null);
    buffer_append_text(sql, "SELECT ");
    append_each(sql, columns, ", ", "COALESCE(pg_catalog.bool_or(", " IS NULL), false)");
    buffer_append_text(sql, " FROM ONLY ");
    sql_append_qualified(sql, place->schema, place->table);
    if (!target_run_built(target, "could not look for NULLs", &row, err))
        return false;
    for (size_t i = 0; i < columns->table->column_count; i++) {
        if (columns->is_wanted[i])
            columns->has_null[i] = result_text(row, 0, field++)[0] == 't';
    }
    PQclear(row);
    return true;
}

bool
not_null_set(struct target *target, const struct mirror_place *place,
    const struct not_nulls *columns, struct error *err)
{
    struct buffer *sql = start_alter(target, place, " ");

    append_each(sql, columns, ", ", "ALTER COLUMN ", " SET NOT NULL");
    return end_alter(target, "could not set NOT NULL", err);
}

bool
not_null_add_check(struct target *target, const struct mirror_place *place,
    const struct not_nulls *columns, struct error *err)
{
    struct buffer *sql =
        start_alter(target, place, " ADD CONSTRAINT \"" NOT_NULL_CHECK "\" CHECK (");

    append_each(sql, columns, " AND ", "", " IS NOT NULL");
    buffer_append_text(sql, ") NOT VALID");
    return end_alter(target, "could not check for NULLs", err);
}

bool
not_null_validate(struct target *target, const struct mirror_place *place, struct error *err)
{
    (void)start_alter(target, place, " VALIDATE CONSTRAINT \"" NOT_NULL_CHECK "\"");
    return end_alter(target, "could not check for NULLs", err);
}

bool
not_null_drop_check(struct target *target, const struct mirror_place *place, struct error *err)
{
    (void)start_alter(target, place, " DROP CONSTRAINT IF EXISTS \"" NOT_NULL_CHECK "\"");
    return end_alter(target, "could not end the check for NULLs", err);
}

bool
not_null_drop(
    struct target *target, const struct mirror_place *place, const char *column, struct error *err)
{
    struct buffer *sql = start_alter(target, place, " ALTER COLUMN ");

    sql_append_name(sql, column);
    buffer_append_text(sql, " DROP NOT NULL");
    return end_alter(target, "could not drop NOT NULL", err);
}
