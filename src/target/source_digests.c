#include "target/source_digests.h"

#include "base/text.h"
#include "target/compare_internal.h"
#include "target/type.h"

#include <inttypes.h>

void
source_digest_shape_init(struct source_digest_shape *shape, const struct table *table)
{
    const struct key *key = table->key;

    *shape = (struct source_digest_shape){
        .table = { .schema = table->schema, .name = table->name },
    };
    shape->table.columns = shape->columns;
    shape->table.column_count = key->column_count + 1;
    shape->columns[0] = (struct column){ .name = "digest", .target_name = "digest" };
    for (size_t i = 0; i < key->column_count; i++) {
        struct column *column = &shape->columns[i + 1];

        (void)text_print(shape->names[i], sizeof shape->names[i], "k%zu", i + 1);
        *column = table->columns[key->columns[i]];
        column->target_name = shape->names[i];
    }
}

static bool
make_source_digests(
    struct comparison *comparison, const struct source_digest_shape *shape, struct error *err)
{
    struct buffer *sql = sql_start(comparison->target);

    if (comparison->has_source_digests)
        return true;
    buffer_append_text(sql, "CREATE TEMPORARY TABLE " SOURCE_DIGEST " (");
    target_type_append_texts(sql, shape->columns, shape->table.column_count);
    buffer_append_byte(sql, ')');
    comparison->has_source_digests =
        compare_run(comparison, "could not create a temporary table", NULL, err);
    return comparison->has_source_digests;
}

bool
comparison_open_source_digests(struct comparison *comparison,
    const struct source_digest_shape *shape, struct copy_stream **copy, struct error *err)
{
    return make_source_digests(comparison, shape, err) &&
           copy_stream_open_texts(comparison->target, SOURCE_DIGEST, &shape->table, copy, err);
}

// The n-th row with a digest on one side matches the n-th on the other. Those of which only the
// digest is there come first: a candidate that is left over need not be read again.
static void
append_numbered(struct buffer *sql)
{
    buffer_append_text(sql, "pg_catalog.row_number() OVER (PARTITION BY digest ORDER BY is_row,"
                            " place) AS n");
}

static void
append_both_sides(struct comparison *comparison, struct buffer *sql)
{
    const struct table *table = comparison->table;

    buffer_append_text(sql, "WITH s AS (SELECT place, is_row, digest, ");
    append_numbered(sql);
    buffer_append_text(sql, " FROM (SELECT ctid AS place, false AS is_row, digest::bigint AS digest"
                            " FROM pg_temp." SOURCE_DIGEST " UNION ALL SELECT c.ctid, true, ");
    compare_append_digest(sql, &comparison->kind, table, NULL, "c");
    buffer_append_text(sql, " FROM pg_temp." CANDIDATE " c) s), m AS (SELECT place, digest, ");
    append_numbered(sql);
    buffer_append_text(sql, " FROM (SELECT m.ctid AS place, false AS is_row, ");
    compare_append_digest(sql, &comparison->kind, table, NULL, "m");
    buffer_append_text(sql, " AS digest FROM ONLY ");
    sql_append_qualified(sql, comparison->schema, table->target_name);
    buffer_append_text(sql, " m) m), both_sides AS (SELECT s.place AS fresh, s.is_row, m.place,"
                            " m.digest FROM s FULL JOIN m USING (digest, n))");
}

bool
comparison_match_source_digests(struct comparison *comparison, int64_t *wanted, struct error *err)
{
    struct source_digest_shape shape;
    struct buffer *sql;
    PGresult *result = NULL;

    // Of a source without rows, or with none that has a key, no digest was sent.
    source_digest_shape_init(&shape, comparison->table);
    if (!make_source_digests(comparison, &shape, err) ||
        !compare_make_candidates(comparison, err) || !compare_make_gone(comparison, err))
        return false;
    sql = sql_start(comparison->target);
    append_both_sides(comparison, sql);
    buffer_append_text(sql,
        ", same AS (DELETE FROM pg_temp." CANDIDATE " d USING both_sides b"
        "  WHERE d.ctid = b.fresh AND b.is_row AND b.place IS NOT NULL),"
        " gone AS (INSERT INTO pg_temp." GONE " SELECT b.place, b.digest FROM both_sides b"
        "  WHERE b.fresh IS NULL RETURNING 1),"
        " known AS (DELETE FROM pg_temp." SOURCE_DIGEST " d USING both_sides b"
        "  WHERE d.ctid = b.fresh AND NOT b.is_row AND b.place IS NOT NULL)"
        " SELECT pg_catalog.count(*) FILTER (WHERE fresh IS NULL),"
        "  pg_catalog.count(*) FILTER (WHERE NOT is_row AND place IS NULL) FROM both_sides");
    if (!compare_run(comparison, "could not compare the table", &result, err))
        return false;
    comparison->gone_count = result_integer(result, 0, 0);
    *wanted = result_integer(result, 0, 1);
    PQclear(result);
    // Numbered, so that keys are taken piece by piece from where the last piece ended.
    return *wanted == 0 ||
           target_script(comparison->target, "could not list the rows to be read",
               "ALTER TABLE pg_temp." SOURCE_DIGEST " ADD COLUMN place bigserial PRIMARY KEY", NULL,
               err);
}

bool
comparison_next_wanted(struct comparison *comparison, struct arena *arena, int64_t *position,
    size_t limit, struct cell **values, size_t *row_count, struct error *err)
{
    struct source_digest_shape shape;
    struct buffer *sql = sql_start(comparison->target);
    PGresult *rows = NULL;

    *row_count = 0;
    source_digest_shape_init(&shape, comparison->table);
    buffer_append_text(sql, "SELECT ");
    for (size_t i = 1; i < shape.table.column_count; i++) {
        sql_append_name(sql, shape.columns[i].target_name);
        buffer_append_text(sql, ", ");
    }
    buffer_printf(sql,
        "place FROM pg_temp." SOURCE_DIGEST " WHERE place > %" PRId64 " ORDER BY place LIMIT %zu",
        *position, limit);
    if (!compare_run(comparison, "could not list the rows to be read", &rows, err))
        return false;
    *row_count = compare_take_keys(arena, rows, shape.table.column_count - 1, values);
    if (*row_count > 0)
        *position = result_integer(rows, (int)*row_count - 1, (int)shape.table.column_count - 1);
    PQclear(rows);
    return true;
}
