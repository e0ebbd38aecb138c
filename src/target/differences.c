#include "target/differences.h"

#include "target/compare_internal.h"

#include <stdlib.h>

// Fixed columns of the list before the row's own.
enum { FIELD_KIND, FIELD_DIGEST, FIELD_FIRST_KEY };

static void
append_texts(struct buffer *sql, const struct table *table, const struct key *key,
    const char *first, const char *second)
{
    size_t count = key != NULL ? key->column_count : table->column_count;

    for (size_t i = 0; i < count; i++) {
        const char *name = table->columns[key != NULL ? key->columns[i] : i].target_name;

        buffer_printf(sql, ", COALESCE(%s.", first);
        sql_append_name(sql, name);
        buffer_printf(sql, "::text, %s.", second);
        sql_append_name(sql, name);
        buffer_append_text(sql, "::text)");
    }
}

static void
build_list(struct comparison *comparison, size_t limit)
{
    const struct table *table = comparison->table;
    struct buffer *sql = sql_start(comparison->target);

    buffer_append_text(sql,
        "SELECT CASE WHEN x.place IS NULL THEN 1 WHEN x.fresh IS NULL THEN 2 ELSE 0 END AS kind,"
        " x.digest");
    // A key is the same on both sides, or there on one.
    if (table->key != NULL)
        append_texts(sql, table, table->key, "m", "c");
    for (size_t i = 0; i < table->column_count; i++) {
        buffer_append_text(sql, ", m.");
        sql_append_name(sql, table->columns[i].target_name);
        buffer_append_text(sql, "::text");
    }
    buffer_append_text(sql, " FROM pg_temp." CHANGE " x LEFT JOIN ONLY ");
    sql_append_qualified(sql, comparison->schema, table->target_name);
    buffer_append_text(sql, " m ON m.ctid = x.place LEFT JOIN pg_temp." CANDIDATE
                            " c ON c.ctid = x.fresh ORDER BY 1, x.place, x.fresh");
    buffer_printf(sql, " LIMIT %zu", limit);
}

static struct cell *
copy_cells(struct arena *arena, const PGresult *rows, int row, int first, size_t count)
{
    struct cell *cells = arena_calloc(arena, count, sizeof *cells);

    for (size_t i = 0; i < count; i++) {
        int column = first + (int)i;

        if (PQgetisnull(rows, row, column))
            continue;
        cells[i].size = (size_t)PQgetlength(rows, row, column);
        cells[i].bytes = arena_strndup(arena, result_text(rows, row, column), cells[i].size);
    }
    return cells;
}

bool
differences_list(struct comparison *comparison, struct arena *arena, size_t limit,
    struct difference **differences, size_t *count, struct error *err)
{
    const struct table *table = comparison->table;
    size_t keys = table->key != NULL ? table->key->column_count : 0;
    PGresult *rows = NULL;

    *count = 0;
    if (!comparison->has_change)
        return true;
    build_list(comparison, limit);
    if (!compare_run(comparison, "could not list the differences", &rows, err))
        return false;
    *count = (size_t)PQntuples(rows);
    *differences = arena_calloc(arena, *count, sizeof **differences);
    for (size_t i = 0; i < *count; i++) {
        struct difference *difference = &(*differences)[i];
        int64_t kind = result_integer(rows, (int)i, FIELD_KIND);

        difference->kind = kind == 0   ? DIFFERENCE_CHANGED
                           : kind == 1 ? DIFFERENCE_MISSING
                                       : DIFFERENCE_SURPLUS;
        difference->mirror_digest = (uint64_t)result_integer(rows, (int)i, FIELD_DIGEST);
        if (keys > 0)
            difference->key = copy_cells(arena, rows, (int)i, FIELD_FIRST_KEY, keys);
        if (difference->kind != DIFFERENCE_MISSING)
            difference->mirror_row =
                copy_cells(arena, rows, (int)i, FIELD_FIRST_KEY + (int)keys, table->column_count);
    }
    PQclear(rows);
    return true;
}

bool
verification_save(struct target *target, const struct mirror_claim *claim,
    const struct table *table, const struct verification *verification, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    parameter_integer(&parameters, claim->mirror_id);
    parameter_text(&parameters, table->schema);
    parameter_text(&parameters, table->name);
    parameter_integer(&parameters, claim->run_id);
    parameter_boolean(&parameters, verification->is_equal);
    parameter_integer(&parameters, verification->row_count);
    parameter_integer(&parameters, verification->missing);
    parameter_integer(&parameters, verification->changed);
    parameter_integer(&parameters, verification->surplus);
    parameter_integer(&parameters, verification->moving);
    return target_execute(target, "could not keep the verification",
        "WITH stamp AS (UPDATE oe2pg.tracking SET verified_at = pg_catalog.now()"
        "  WHERE mirror_id = $1 AND source_schema = $2 AND source_table = $3 AND $5::boolean)"
        " INSERT INTO oe2pg.verification (mirror_id, source_schema, source_table, run_id, is_equal,"
        " rows, missing, changed, surplus, moving)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        " ON CONFLICT (mirror_id, source_schema, source_table) DO UPDATE SET"
        " run_id = excluded.run_id, verified_at = excluded.verified_at,"
        " is_equal = excluded.is_equal, rows = excluded.rows, missing = excluded.missing,"
        " changed = excluded.changed, surplus = excluded.surplus, moving = excluded.moving",
        &parameters, NULL, err);
}
