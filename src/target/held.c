#include "target/held.h"

#include "target/target_internal.h"
#include "target/type.h"

#include <string.h>

// Only the live columns of tables; of the text ones only where they are asked for.
static const char *const columns_sql =
    "SELECT c.relname, a.attname, a.atttypid::bigint, a.atttypmod FROM pg_catalog.pg_attribute a"
    " JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = $1 AND c.relname = ANY ($2::text[]) AND a.attnum > 0"
    " AND NOT a.attisdropped"
    " AND ($3::boolean OR a.atttypid <> 'pg_catalog.text'::pg_catalog.regtype)";

enum { FIELD_TABLE, FIELD_COLUMN, FIELD_TYPE, FIELD_MODIFIER };

static bool
read_columns(struct target *target, const char *schema, const char *const *names, size_t count,
    bool with_texts, PGresult **rows, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    struct buffer list;
    bool done;

    buffer_init(&list, BUFFER_SQL_CAP);
    sql_append_name_array(&list, names, count);
    parameter_text(&parameters, schema);
    parameter_text(&parameters, buffer_text(&list));
    parameter_boolean(&parameters, with_texts);
    done = target_execute_often(target, "could not look at the types of mirrored columns",
        columns_sql, &parameters, rows, err);
    buffer_release(&list);
    return done;
}

// The number of columns stands for none.
static size_t
find_column(const struct table *table, const char *target_name)
{
    size_t i = 0;

    while (i < table->column_count && strcmp(table->columns[i].target_name, target_name) != 0)
        i++;
    return i;
}

static bool
take_type(const PGresult *rows, int row, const struct column *column, struct mirror_type *type)
{
    return target_type_hold(column, (uint32_t)result_integer(rows, row, FIELD_TYPE),
        (int32_t)result_integer(rows, row, FIELD_MODIFIER), type);
}

bool
held_read(struct target *target, const char *schema, const char *name, const struct table *table,
    struct mirror_type *types, bool *are_known, struct error *err)
{
    PGresult *rows = NULL;

    *are_known = true;
    memset(types, 0, table->column_count * sizeof *types);
    if (!read_columns(target, schema, &name, 1, false, &rows, err))
        return false;
    for (int i = 0; i < PQntuples(rows); i++) {
        size_t at = find_column(table, result_text(rows, i, FIELD_COLUMN));

        if (at < table->column_count && !take_type(rows, i, &table->columns[at], &types[at]))
            *are_known = false;
    }
    PQclear(rows);
    return true;
}

bool
held_see(struct target *target, const char *schema, const char *name,
    const struct mirror_settings *settings, const struct table *table, struct column *columns,
    struct error *err)
{
    PGresult *rows = NULL;

    if (!read_columns(target, schema, &name, 1, true, &rows, err))
        return false;
    for (size_t i = 0; i < table->column_count; i++)
        columns[i].held = target_type_wanted(&columns[i], settings);
    for (int i = 0; i < PQntuples(rows); i++) {
        size_t at = find_column(table, result_text(rows, i, FIELD_COLUMN));

        if (at < table->column_count)
            (void)take_type(rows, i, &table->columns[at], &columns[at].held);
    }
    PQclear(rows);
    return true;
}

static size_t
find_table(const struct table *const *tables, size_t count, const char *target_name)
{
    size_t i = 0;

    while (i < count && strcmp(tables[i]->target_name, target_name) != 0)
        i++;
    return i;
}

bool
held_see_many(struct target *target, const char *schema, const struct table *const *tables,
    struct column *const *columns, size_t count, struct error *err)
{
    const char *names[HELD_TABLES_MAX];
    PGresult *rows = NULL;

    for (size_t i = 0; i < count; i++) {
        names[i] = tables[i]->target_name;
        for (size_t k = 0; k < tables[i]->column_count; k++)
            columns[i][k].held = (struct mirror_type){ .base = MIRROR_TEXT };
    }
    if (!read_columns(target, schema, names, count, false, &rows, err))
        return false;
    for (int i = 0; i < PQntuples(rows); i++) {
        size_t t = find_table(tables, count, result_text(rows, i, FIELD_TABLE));
        size_t at =
            t < count ? find_column(tables[t], result_text(rows, i, FIELD_COLUMN)) : SIZE_MAX;

        if (t < count && at < tables[t]->column_count)
            (void)take_type(rows, i, &tables[t]->columns[at], &columns[t][at].held);
    }
    PQclear(rows);
    return true;
}
