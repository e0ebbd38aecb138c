#include "target/stamp.h"

#include "target/compare_internal.h"
#include "target/digest_stream.h"
#include "target/type.h"

#include <inttypes.h>

enum {
    DAY_S = 24 * 3600,
    ZONELESS_OVERLAP_S = 3900, // an hour that a clock is set back, and five minutes
};

// ---- what is reckoned --------------------------------------------------------------------------

static int
overlap_of(const struct column *column, int overlap_s)
{
    if (column->kind == VALUE_DATE)
        return overlap_s > DAY_S ? overlap_s : DAY_S;
    if (!column->is_instant && overlap_s < ZONELESS_OVERLAP_S)
        return ZONELESS_OVERLAP_S;
    return overlap_s;
}

// As the canonical text of a stamp is printed in a session of UTC.
static const char *
type_of(const struct column *column)
{
    switch (column->kind) {
    case VALUE_DATE:
        return "date";
    case VALUE_TIMESTAMP_TZ:
        return "timestamptz";
    default:
        return "timestamp";
    }
}

static const char *
text_or_null(struct arena *arena, const PGresult *rows, int column)
{
    return PQgetisnull(rows, 0, column) ? NULL : arena_strdup(arena, result_text(rows, 0, column));
}

// Whole milliseconds: what more a source tells of its stamps, it need not take in a condition. An
// instant has nothing to do with the wall clock of whoever stamped it.
bool
stamp_make_window(struct target *target, struct arena *arena, const struct column *column,
    const struct stamp_start *start, struct stamp_window *window, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    struct buffer *sql = sql_start(target);
    const char *type = type_of(column);
    PGresult *row = NULL;

    parameter_text(&parameters, start->watermark);
    parameter_integer(&parameters, overlap_of(column, start->overlap_s));
    parameter_text(&parameters, start->clock.local);
    parameter_integer(&parameters, start->clock.utc_ms);
    parameter_integer(&parameters, start->clock.oldest_open_ms);
    buffer_printf(sql,
        "WITH u AS (SELECT CASE WHEN $4::bigint > 0 THEN"
        " pg_catalog.to_timestamp($4 / 1000.0)::timestamp ELSE $3::timestamp END AS utc),"
        " c AS (SELECT utc, %s AS wall FROM u)"
        " SELECT pg_catalog.date_trunc('milliseconds',"
        " $1::%s::timestamp - $2::int * interval '1 s')::%s::text,"
        " pg_catalog.date_trunc('milliseconds', GREATEST(utc, wall))::%s::text,"
        " pg_catalog.date_trunc('milliseconds',"
        " LEAST(utc, wall) - $5::bigint * interval '1 ms')::%s::text FROM c",
        column->is_instant ? "utc" : "$3::timestamp", type, type, type, type);
    if (!target_execute(target, "could not reckon which stamps are to be read", buffer_text(sql),
            &parameters, &row, err))
        return false;
    *window = (struct stamp_window){ .column = column->name,
        .low = text_or_null(arena, row, 0),
        .bound = text_or_null(arena, row, 1),
        .cap = text_or_null(arena, row, 2) };
    PQclear(row);
    return true;
}

static void
append_stamp(struct buffer *sql, const char *alias, const struct column *column)
{
    (void)buffer_printf(sql, "%s.", alias);
    sql_append_name(sql, column->target_name);
}

// A literal takes the type of the column that it is compared with.
bool
stamp_read_watermark(struct target *target, struct arena *arena, const char *schema,
    const struct table *table, const struct stamp_window *window, const char **watermark,
    struct error *err)
{
    const struct column *column = stamp_find(table, window->column);
    struct sql_parameters parameters = { .count = 0 };
    struct buffer *sql = sql_start(target);
    PGresult *row = NULL;

    *watermark = NULL;
    if (column == NULL)
        return true;
    buffer_append_text(sql, "SELECT pg_catalog.max(");
    append_stamp(sql, "m", column);
    buffer_append_text(sql, ")::text FROM ONLY ");
    sql_append_qualified(sql, schema, table->target_name);
    buffer_append_text(sql, " m WHERE ");
    append_stamp(sql, "m", column);
    buffer_append_text(sql, " <= ");
    sql_append_literal(sql, window->cap);
    if (!target_execute(target, "could not read the last stamp of the mirror", buffer_text(sql),
            &parameters, &row, err))
        return false;
    *watermark = text_or_null(arena, row, 0);
    PQclear(row);
    return true;
}

// ---- rows of a window --------------------------------------------------------------------------

static void
append_in_window(
    struct buffer *sql, const struct comparison *comparison, const struct stamp_window *window)
{
    const struct column *column = stamp_find(comparison->table, window->column);

    buffer_append_text(sql, "(");
    append_stamp(sql, "m", column);
    buffer_append_text(sql, " >= ");
    sql_append_literal(sql, window->low);
    buffer_append_text(sql, " AND ");
    append_stamp(sql, "m", column);
    buffer_append_text(sql, " <= ");
    sql_append_literal(sql, window->bound);
    buffer_append_text(sql, " OR ");
    append_stamp(sql, "m", column);
    buffer_append_text(sql, " IS NULL)");
}

bool
comparison_read_window(struct comparison *comparison, const struct stamp_window *window,
    struct digest_set *set, bool *is_full, int64_t *row_count, struct error *err)
{
    struct buffer *sql = compare_begin_digests(comparison);

    buffer_append_text(sql, " WHERE ");
    append_in_window(sql, comparison, window);
    return compare_read_digests(comparison, set, is_full, row_count, err);
}

// The mirror's value stands alone on its side, for its index; NULLs are asked for in a statement of
// their own, which finds nothing to do where no candidate has any.
static void
append_same_key(struct comparison *comparison, struct buffer *sql, bool has_null, bool is_of_key)
{
    const struct table *table = comparison->table;

    for (size_t i = 0; i < table->key->column_count; i++) {
        const struct column *column = &table->columns[table->key->columns[i]];

        buffer_append_text(sql, i > 0 ? " AND " : "");
        append_stamp(sql, "m", column);
        buffer_append_text(sql, has_null ? " IS NOT DISTINCT FROM c." : " = c.");
        if (is_of_key)
            buffer_printf(sql, "k%zu", i + 1);
        else
            sql_append_name(sql, column->target_name);
        if (mirror_type_is_text(&column->held))
            continue;
        buffer_append_text(sql, "::");
        target_type_append(sql, &column->held);
    }
}

static void
append_has_null(struct comparison *comparison, struct buffer *sql)
{
    const struct table *table = comparison->table;

    buffer_append_text(sql, "(");
    for (size_t i = 0; i < table->key->column_count; i++) {
        buffer_append_text(sql, i > 0 ? " OR " : "");
        append_stamp(sql, "c", &table->columns[table->key->columns[i]]);
        buffer_append_text(sql, " IS NULL");
    }
    buffer_append_text(sql, ")");
}

static bool
add_known(struct comparison *comparison, bool has_null, struct error *err)
{
    struct buffer *sql = sql_start(comparison->target);
    PGresult *row = NULL;

    buffer_append_text(sql, "WITH added AS (INSERT INTO pg_temp." GONE " SELECT DISTINCT m.ctid, ");
    compare_append_digest(sql, &comparison->kind, comparison->table, NULL, "m");
    buffer_append_text(sql, " FROM pg_temp." CANDIDATE " c JOIN ONLY ");
    sql_append_qualified(sql, comparison->schema, comparison->table->target_name);
    buffer_append_text(sql, " m ON ");
    append_same_key(comparison, sql, has_null, false);
    buffer_append_text(sql, has_null ? " WHERE " : " WHERE NOT ");
    append_has_null(comparison, sql);
    buffer_append_text(sql,
        " AND NOT EXISTS (SELECT FROM pg_temp." GONE " g WHERE g.place = m.ctid) RETURNING 1)"
        " SELECT pg_catalog.count(*) FROM added");
    if (!compare_run(comparison, "could not look for rows by their key", &row, err))
        return false;
    comparison->gone_count += result_integer(row, 0, 0);
    PQclear(row);
    return true;
}

// Rows in the window are compared by their digests already. A key with a NULL is equal to none
// here: such a row waits for the whole comparison.
bool
comparison_add_left(
    struct comparison *comparison, const struct stamp_window *window, struct error *err)
{
    struct buffer *sql = sql_start(comparison->target);
    PGresult *row = NULL;

    if (!comparison->has_source_digests)
        return true;
    if (!compare_make_gone(comparison, err))
        return false;
    buffer_append_text(sql, "WITH added AS (INSERT INTO pg_temp." GONE " SELECT DISTINCT m.ctid, ");
    compare_append_digest(sql, &comparison->kind, comparison->table, NULL, "m");
    buffer_append_text(sql, " FROM pg_temp." SOURCE_DIGEST " c JOIN ONLY ");
    sql_append_qualified(sql, comparison->schema, comparison->table->target_name);
    buffer_append_text(sql, " m ON ");
    append_same_key(comparison, sql, false, true);
    buffer_append_text(sql, " WHERE NOT (");
    append_in_window(sql, comparison, window);
    buffer_append_text(sql,
        ") AND NOT EXISTS (SELECT FROM pg_temp." GONE " g WHERE g.place = m.ctid) RETURNING 1)"
        " SELECT pg_catalog.count(*) FROM added");
    if (!compare_run(comparison, "could not look for rows that left", &row, err))
        return false;
    comparison->gone_count += result_integer(row, 0, 0);
    PQclear(row);
    return true;
}

static bool
remove_equal(struct comparison *comparison, struct error *err)
{
    struct buffer *sql = sql_start(comparison->target);
    PGresult *row = NULL;

    buffer_append_text(sql,
        "WITH same AS (SELECT DISTINCT ON (g.place) c.ctid AS fresh, g.place FROM"
        " pg_temp." CANDIDATE " c JOIN pg_temp." GONE " g ON g.digest = ");
    compare_append_digest(sql, &comparison->kind, comparison->table, NULL, "c");
    buffer_append_text(sql,
        "), source AS (DELETE FROM pg_temp." CANDIDATE " c USING same WHERE c.ctid = same.fresh),"
        " mirror AS (DELETE FROM pg_temp." GONE " g USING same WHERE g.place = same.place"
        " RETURNING 1) SELECT pg_catalog.count(*) FROM mirror");
    if (!compare_run(comparison, "could not look for equal rows", &row, err))
        return false;
    comparison->gone_count -= result_integer(row, 0, 0);
    PQclear(row);
    return true;
}

bool
comparison_settle_window(struct comparison *comparison, struct error *err)
{
    if (!comparison->has_candidates)
        return true;
    return compare_make_gone(comparison, err) &&
           target_script(comparison->target, "could not analyse temporary tables",
               "ANALYZE pg_temp." CANDIDATE "; ANALYZE pg_temp." GONE, NULL, err) &&
           add_known(comparison, false, err) && add_known(comparison, true, err) &&
           remove_equal(comparison, err);
}

// ---- what a whole comparison says of the stamp -------------------------------------------------

// A row of the mirror that is younger than the table's last record is somebody else's work: the
// record is what each of our transactions writes last.
static void
append_judged(struct comparison *comparison, const struct mirror_claim *claim,
    const struct column *column, const struct stamp_window *window, struct buffer *sql)
{
    const struct table *table = comparison->table;

    buffer_append_text(sql, "WITH judged AS (SELECT x.fresh, (");
    append_stamp(sql, "c", column);
    buffer_append_text(sql, " IS NULL OR ");
    append_stamp(sql, "c", column);
    buffer_append_text(sql, " >= ");
    sql_append_literal(sql, window->low);
    buffer_append_text(sql,
        ") AS is_told, COALESCE(pg_catalog.age(m.xmin) < pg_catalog.age(t.xmin), false)"
        " AS is_by_hand FROM pg_temp." CHANGE " x JOIN pg_temp." CANDIDATE
        " c ON c.ctid = x.fresh LEFT JOIN ONLY ");
    sql_append_qualified(sql, comparison->schema, table->target_name);
    buffer_printf(sql,
        " m ON m.ctid = x.place LEFT JOIN oe2pg.tracking t ON t.mirror_id = %" PRId64
        " AND t.source_schema = ",
        (int64_t)claim->mirror_id);
    sql_append_literal(sql, table->schema);
    buffer_append_text(sql, " AND t.source_table = ");
    sql_append_literal(sql, table->name);
    buffer_append_text(sql, ")");
}

static bool
count_judged(struct comparison *comparison, const struct mirror_claim *claim,
    const struct column *column, const struct stamp_window *window, struct stamp_findings *findings,
    struct error *err)
{
    struct buffer *sql = sql_start(comparison->target);
    PGresult *row = NULL;

    append_judged(comparison, claim, column, window, sql);
    buffer_append_text(sql, " SELECT pg_catalog.count(*) FILTER (WHERE NOT is_by_hand AND is_told),"
                            " pg_catalog.count(*) FILTER (WHERE NOT is_by_hand AND NOT is_told),"
                            " pg_catalog.count(*) FILTER (WHERE is_by_hand) FROM judged");
    if (!compare_run(comparison, "could not judge the stamps", &row, err))
        return false;
    findings->told = result_integer(row, 0, 0);
    findings->untold = result_integer(row, 0, 1);
    findings->by_hand = result_integer(row, 0, 2);
    PQclear(row);
    return true;
}

bool
comparison_judge_stamp(struct comparison *comparison, const struct mirror_claim *claim,
    struct arena *arena, const struct stamp_window *window, struct stamp_findings *findings,
    struct error *err)
{
    const struct table *table = comparison->table;
    const struct column *column = stamp_find(table, window->column);
    struct buffer *sql;
    PGresult *rows = NULL;

    *findings = (struct stamp_findings){ 0 };
    if (column == NULL || window->low == NULL || !comparison->has_change ||
        !comparison->has_candidates)
        return true;
    if (!count_judged(comparison, claim, column, window, findings, err))
        return false;
    if (findings->untold == 0)
        return true;
    sql = sql_start(comparison->target);
    append_judged(comparison, claim, column, window, sql);
    buffer_append_text(sql, " SELECT ");
    for (size_t i = 0; i < table->key->column_count; i++) {
        buffer_append_text(sql, i > 0 ? ", " : "");
        append_stamp(sql, "c", &table->columns[table->key->columns[i]]);
    }
    buffer_printf(sql,
        " FROM judged j JOIN pg_temp." CANDIDATE
        " c ON c.ctid = j.fresh WHERE NOT is_by_hand AND NOT is_told LIMIT %d",
        STAMP_UNTOLD_MAX);
    if (!compare_run(comparison, "could not list what the stamps did not tell", &rows, err))
        return false;
    findings->key_count = compare_take_keys(arena, rows, table->key->column_count, &findings->keys);
    PQclear(rows);
    return true;
}
