// Differences in pairs: which rows that are gone and which candidates are the same row, changed.
#include "base/mem.h"
#include "target/compare_internal.h"
#include "target/type.h"

#include <stdlib.h>

#define LONE "oe2pg_lone" // of `change`: what found no partner by its content

// The digest of these columns; all rows have the same one of no column.
static void
append_digest_of(
    struct comparison *comparison, struct buffer *sql, const struct key *columns, const char *alias)
{
    if (columns->column_count == 0)
        buffer_append_text(sql, "0::bigint");
    else
        compare_append_digest(sql, &comparison->kind, comparison->table, columns, alias);
}

// Where rows are paired by content, the earliest is paired with the earliest.
static void
append_order(struct comparison *comparison, struct buffer *sql, const char *alias)
{
    const struct table *table = comparison->table;

    if (!comparison->is_rezoned) {
        buffer_append_text(sql, "NULL::pg_catalog.text");
        return;
    }
    buffer_append_text(sql, "ARRAY[");
    for (size_t i = 0, count = 0; i < table->column_count; i++) {
        if (!table->columns[i].is_instant)
            continue;
        buffer_append_text(sql, count++ > 0 ? ", " : "");
        target_type_append_text(sql, alias, &table->columns[i]);
    }
    buffer_append_text(sql, "]::pg_catalog.text[]");
}

// Rows gone and candidates that are the same in these columns are updates. Several such rows (NULLs
// in a key, or what people put into the mirror) are paired in order: one to one, never one to many.
// Of rows gone and candidates only the lone ones, if that is asked for.
static void
append_pairs(
    struct comparison *comparison, struct buffer *sql, const struct key *columns, bool only_lone)
{
    const struct table *table = comparison->table;

    buffer_append_text(sql, "WITH g AS (SELECT place, digest, k, pg_catalog.row_number() OVER"
                            " (PARTITION BY k ORDER BY o, place) AS n FROM"
                            " (SELECT g.place, g.digest, ");
    append_digest_of(comparison, sql, columns, "m");
    buffer_append_text(sql, " AS k, ");
    append_order(comparison, sql, "m");
    buffer_printf(sql, " AS o FROM pg_temp.%s g JOIN ONLY ", only_lone ? LONE : GONE);
    sql_append_qualified(sql, comparison->schema, table->target_name);
    buffer_append_text(sql, " m ON m.ctid = g.place AND ");
    compare_append_digest(sql, &comparison->kind, table, NULL, "m");
    buffer_append_text(sql,
        " = g.digest) g),"
        " c AS (SELECT fresh, k, pg_catalog.row_number() OVER"
        " (PARTITION BY k ORDER BY o, fresh) AS n FROM (SELECT c.ctid AS fresh, ");
    append_digest_of(comparison, sql, columns, "c");
    buffer_append_text(sql, " AS k, ");
    append_order(comparison, sql, "c");
    buffer_append_text(sql, " AS o FROM pg_temp." CANDIDATE " c");
    if (only_lone)
        buffer_append_text(sql, " JOIN pg_temp." LONE " l ON l.fresh = c.ctid");
    buffer_append_text(
        sql, ") c) SELECT g.place, g.digest, c.fresh FROM g FULL JOIN c USING (k, n)");
}

// Without a key nothing says which of two rows became which: one goes and one comes. Rows that went
// meanwhile are missing here too, and so the count below tells of them.
static void
append_keyless(struct comparison *comparison, struct buffer *sql)
{
    buffer_append_text(
        sql, "SELECT g.place, g.digest, NULL::tid AS fresh FROM pg_temp." GONE " g JOIN ONLY ");
    sql_append_qualified(sql, comparison->schema, comparison->table->target_name);
    buffer_append_text(sql, " m ON m.ctid = g.place AND ");
    compare_append_digest(sql, &comparison->kind, comparison->table, NULL, "m");
    buffer_append_text(
        sql, " = g.digest UNION ALL SELECT NULL, NULL, c.ctid FROM pg_temp." CANDIDATE " c");
}

static void
append_new_change(struct buffer *sql)
{
    buffer_append_text(
        sql, "DROP TABLE IF EXISTS pg_temp." CHANGE "; CREATE TEMPORARY TABLE " CHANGE " AS ");
}

static bool
has_instant_in_key(const struct table *table)
{
    for (size_t i = 0; table->key != NULL && i < table->key->column_count; i++) {
        if (table->columns[table->key->columns[i]].is_instant)
            return true;
    }
    return false;
}

// The mirror has the time stamps of another zone, in its keys too: a row that differs in nothing
// else is the same row. First by all other columns, then by the key.
static bool
pair_across_zones(struct comparison *comparison, struct error *err)
{
    const struct table *table = comparison->table;
    struct key content = { .columns = mem_calloc(table->column_count, sizeof *content.columns) };
    struct buffer *sql = sql_start(comparison->target);

    for (size_t i = 0; i < table->column_count; i++) {
        if (!table->columns[i].is_instant)
            content.columns[content.column_count++] = (uint16_t)i;
    }
    append_new_change(sql);
    append_pairs(comparison, sql, &content, false);
    free(content.columns);
    buffer_append_text(sql,
        "; DROP TABLE IF EXISTS pg_temp." LONE "; CREATE TEMPORARY TABLE " LONE
        " AS SELECT * FROM pg_temp." CHANGE " WHERE place IS NULL OR fresh IS NULL;"
        " DELETE FROM pg_temp." CHANGE " WHERE place IS NULL OR fresh IS NULL;"
        " INSERT INTO pg_temp." CHANGE " ");
    append_pairs(comparison, sql, table->key, true);
    buffer_append_text(sql, "; DROP TABLE pg_temp." LONE);
    return compare_run(comparison, "could not pair rows across time zones", NULL, err);
}

// Invariant: each gone row that is still as it was compared, and each candidate, is in `change`
// once: both in one line (an update), or alone (a delete, an insert).
static bool
pair(struct comparison *comparison, struct error *err)
{
    struct buffer *sql;

    comparison->has_change = true;
    if (comparison->is_rezoned && has_instant_in_key(comparison->table))
        return pair_across_zones(comparison, err);
    sql = sql_start(comparison->target);
    append_new_change(sql);
    if (comparison->table->key != NULL)
        append_pairs(comparison, sql, comparison->table->key, false);
    else
        append_keyless(comparison, sql);
    return compare_run(comparison, "could not pair the differences", NULL, err);
}

void
comparison_expect_other_zone(struct comparison *comparison)
{
    comparison->is_rezoned = true;
}

bool
comparison_pair(struct comparison *comparison, struct difference_counts *counts, bool *is_current,
    struct error *err)
{
    PGresult *row = NULL;

    *counts = (struct difference_counts){ 0 };
    *is_current = true;
    if (!comparison->has_candidates && !comparison->has_gone)
        return true;
    if (!compare_make_candidates(comparison, err) || !compare_make_gone(comparison, err) ||
        !target_script(comparison->target, "could not analyse temporary tables",
            "ANALYZE pg_temp." CANDIDATE "; ANALYZE pg_temp." GONE, NULL, err))
        return false;
    if (!pair(comparison, err) ||
        !target_script(comparison->target, "could not count the differences",
            "ANALYZE pg_temp." CHANGE "; SELECT pg_catalog.count(*) FILTER (WHERE place IS NULL),"
            " pg_catalog.count(*) FILTER (WHERE place IS NOT NULL AND fresh IS NOT NULL),"
            " pg_catalog.count(*) FILTER (WHERE fresh IS NULL) FROM pg_temp." CHANGE,
            &row, err))
        return false;
    counts->to_insert = result_integer(row, 0, 0);
    counts->to_update = result_integer(row, 0, 1);
    counts->to_delete = result_integer(row, 0, 2);
    PQclear(row);
    comparison->counts = *counts;
    // A gone row whose digest is another one by now did not get into `change`.
    *is_current = counts->to_update + counts->to_delete == comparison->gone_count;
    return true;
}
