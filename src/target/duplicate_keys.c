// Keys that more than one row would have.
#include "base/mem.h"
#include "target/compare_internal.h"
#include "target/type.h"

size_t
compare_take_keys(struct arena *arena, const PGresult *rows, size_t width, struct cell **values)
{
    size_t row_count = (size_t)PQntuples(rows);

    *values = arena_calloc(arena, mem_product(row_count, width), sizeof **values);
    for (size_t r = 0; r < row_count; r++) {
        for (size_t i = 0; i < width; i++) {
            struct cell *value = &(*values)[r * width + i];

            if (PQgetisnull(rows, (int)r, (int)i))
                continue;
            value->size = (size_t)PQgetlength(rows, (int)r, (int)i);
            value->bytes = arena_strndup(arena, result_text(rows, (int)r, (int)i), value->size);
        }
    }
    return row_count;
}

// "a.k1, a.k2" as text in the collation in which bytes are compared.
static void
append_key(struct buffer *sql, const struct table *table, const char *alias)
{
    for (size_t i = 0; i < table->key->column_count; i++) {
        buffer_append_text(sql, i > 0 ? ", " : "");
        target_type_append_text(sql, alias, &table->columns[table->key->columns[i]]);
    }
}

// Each key column alone, so that PostgreSQL can match them by hash. NULL equals nothing.
static void
append_same_key(struct buffer *sql, const struct table *table, const char *a, const char *b)
{
    for (size_t i = 0; i < table->key->column_count; i++) {
        const char *const sides[] = { a, b };

        buffer_append_text(sql, i > 0 ? " AND " : "");
        for (size_t side = 0; side < 2; side++) {
            buffer_append_text(sql, side > 0 ? " = " : "");
            target_type_append_text(sql, sides[side], &table->columns[table->key->columns[i]]);
        }
    }
}

// What every query begins with: new rows, those that are not paired with a row of the mirror.
static void
append_new_rows(struct buffer *sql, const struct table *table)
{
    buffer_append_text(sql, "SELECT ");
    append_key(sql, table, "c");
    buffer_append_text(sql,
        " FROM pg_temp." CHANGE " x JOIN pg_temp." CANDIDATE
        " c ON c.ctid = x.fresh WHERE x.place IS NULL AND EXISTS (SELECT FROM ");
}

// Among the rows of the mirror that stay as they are, and among all candidates, of which those that
// change a row have its key in the end.
bool
comparison_duplicate_keys(struct comparison *comparison, struct arena *arena, struct cell **values,
    size_t *row_count, struct error *err)
{
    const struct table *table = comparison->table;
    struct buffer *sql = sql_start(comparison->target);
    PGresult *rows = NULL;

    *row_count = 0;
    append_new_rows(sql, table);
    buffer_append_text(sql, "ONLY ");
    sql_append_qualified(sql, comparison->schema, table->target_name);
    buffer_append_text(sql, " m WHERE ");
    append_same_key(sql, table, "m", "c");
    buffer_append_text(
        sql, " AND NOT EXISTS (SELECT FROM pg_temp." CHANGE " y WHERE y.place = m.ctid)) UNION ");
    append_new_rows(sql, table);
    buffer_append_text(sql, "pg_temp." CANDIDATE " d WHERE ");
    append_same_key(sql, table, "d", "c");
    buffer_printf(sql, " AND d.ctid <> c.ctid) LIMIT %d", (int)DUPLICATE_KEYS_MAX);
    if (!compare_run(comparison, "could not look for doubled keys", &rows, err))
        return false;
    *row_count = compare_take_keys(arena, rows, table->key->column_count, values);
    PQclear(rows);
    return true;
}

bool
loaded_duplicate_keys(struct target *target, struct arena *arena, const char *schema,
    const struct table *table, struct cell **values, size_t *row_count, struct error *err)
{
    struct buffer *sql = sql_start(target);
    PGresult *rows = NULL;

    *row_count = 0;
    buffer_append_text(sql, "SELECT ");
    append_key(sql, table, "m");
    buffer_append_text(sql, " FROM ONLY ");
    sql_append_qualified(sql, schema, table->target_name);
    buffer_append_text(sql, " m WHERE ");
    append_same_key(sql, table, "m", "m"); // not NULL
    buffer_append_text(sql, " GROUP BY ");
    append_key(sql, table, "m");
    buffer_printf(sql, " HAVING pg_catalog.count(*) > 1 LIMIT %d", (int)DUPLICATE_KEYS_MAX);
    if (sql->failed)
        return error_set(err, ERROR_TABLE, "the statement that looks for doubled keys is too long");
    if (!target_script(target, "could not look for doubled keys", buffer_text(sql), &rows, err))
        return false;
    *row_count = compare_take_keys(arena, rows, table->key->column_count, values);
    PQclear(rows);
    return true;
}
