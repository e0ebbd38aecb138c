#include "target/width.h"

#include "target/target_internal.h"

#include <string.h>

static bool
is_readable(struct target *target, const char *schema, const struct table *table, bool *is_there,
    struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;

    parameter_text(&parameters, schema);
    parameter_text(&parameters, table->target_name);
    if (!target_execute(target, "could not look for a mirrored table",
            "SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
            " ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2"
            " AND c.relkind = 'r' AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')"
            " AND pg_catalog.has_table_privilege(c.oid, 'SELECT')",
            &parameters, &rows, err))
        return false;
    *is_there = PQntuples(rows) > 0;
    PQclear(rows);
    return true;
}

static bool
has_texts(const struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].kind == VALUE_TEXT)
            return true;
    }
    return false;
}

static void
append_sample(struct buffer *sql, const char *schema, const struct table *table)
{
    const char *between = "SELECT ";

    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].kind != VALUE_TEXT)
            continue;
        (void)buffer_printf(sql, "%spg_catalog.max(pg_catalog.char_length(s.", between);
        (void)sql_append_name(sql, table->columns[i].target_name);
        (void)buffer_append_text(sql, "::pg_catalog.text))");
        between = ", ";
    }
    (void)buffer_append_text(sql, " FROM (SELECT * FROM ");
    (void)sql_append_qualified(sql, schema, table->target_name);
    (void)buffer_printf(sql, " LIMIT %d) s", (int)WIDTH_SAMPLE_ROWS);
}

// As too_wide_measure counts; of text, whatever type the mirror's column has.
static void
append_measure(struct buffer *sql, const struct column *column)
{
    bool is_decimal = column->kind == VALUE_DECIMAL && column->array.extent == 0;
    bool is_binary = column->kind == VALUE_BINARY && column->array.extent == 0;

    (void)buffer_append_text(sql, is_decimal ? "pg_catalog.char_length(pg_catalog.ltrim(pg_catalog."
                                               "split_part(pg_catalog.translate("
                                  : is_binary ? "(pg_catalog.octet_length("
                                              : "pg_catalog.char_length(");
    (void)sql_append_name(sql, column->target_name);
    (void)buffer_append_text(sql, "::pg_catalog.text");
    if (is_decimal) // "-0012.50": the digits in front of the point
        (void)buffer_printf(
            sql, ", '-', ''), '.', 1), '0')) + %d", column->scale > 0 ? column->scale : 0);
    else
        (void)buffer_append_text(sql, is_binary ? ") - 2) / 2" : ")");
}

static void
append_beyond(struct buffer *sql, const char *schema, const struct table *table, const bool *wanted)
{
    const char *between = "SELECT ";

    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];

        if (!wanted[i])
            continue;
        (void)buffer_printf(sql, "%spg_catalog.count(*) FILTER (WHERE ", between);
        append_measure(sql, column);
        (void)buffer_printf(sql, " > %zu)", column->width);
        between = ", ";
    }
    (void)buffer_append_text(sql, " FROM ONLY ");
    (void)sql_append_qualified(sql, schema, table->target_name);
}

bool
width_count_beyond(struct target *target, const char *schema, const struct table *table,
    const bool *wanted, int64_t *counts, struct error *err)
{
    struct sql_parameters none = { .count = 0 };
    struct buffer *sql = sql_start(target);
    PGresult *row = NULL;
    bool is_any = false;
    int at = 0;

    for (size_t i = 0; i < table->column_count; i++) {
        counts[i] = -1;
        is_any |= wanted[i];
    }
    if (!is_any)
        return true;
    append_beyond(sql, schema, table, wanted);
    if (!target_execute(target, "could not count wide values", buffer_text(sql), &none, &row, err))
        return false;
    for (size_t i = 0; i < table->column_count; i++) {
        if (wanted[i])
            counts[i] = result_integer(row, 0, at++);
    }
    PQclear(row);
    return true;
}

bool
width_sample(struct target *target, const char *schema, const struct table *table, size_t *longest,
    struct error *err)
{
    struct sql_parameters none = { .count = 0 };
    struct buffer *sql;
    PGresult *rows = NULL;
    bool is_there = false;
    int column = 0;

    memset(longest, 0, table->column_count * sizeof *longest);
    if (!has_texts(table))
        return true;
    if (!is_readable(target, schema, table, &is_there, err))
        return false;
    if (!is_there)
        return true;
    sql = sql_start(target);
    append_sample(sql, schema, table);
    if (!target_execute(
            target, "could not sample a mirrored table", buffer_text(sql), &none, &rows, err))
        return false;
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].kind == VALUE_TEXT)
            longest[i] = (size_t)result_integer(rows, 0, column++);
    }
    PQclear(rows);
    return true;
}

bool
width_notes(struct target *target, struct arena *arena, const char *schema,
    struct width_note **notes, size_t *count, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;

    parameter_text(&parameters, schema);
    if (!target_execute(target, "could not read what is noted of the tables",
            "SELECT t.source_table, t.hint FROM oe2pg.tracking t"
            " JOIN oe2pg.mirror m ON m.id = t.mirror_id WHERE m.target_schema = $1"
            " AND t.error IS NULL AND t.hint IS NOT NULL ORDER BY t.source_table COLLATE \"C\"",
            &parameters, &rows, err))
        return false;
    *count = (size_t)PQntuples(rows);
    *notes = arena_calloc(arena, *count, sizeof **notes);
    for (size_t i = 0; i < *count; i++) {
        (*notes)[i].table = arena_strdup(arena, result_text(rows, (int)i, 0));
        (*notes)[i].note = arena_strdup(arena, result_text(rows, (int)i, 1));
    }
    PQclear(rows);
    return true;
}
