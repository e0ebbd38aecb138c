// Applying differences row by row, when PostgreSQL refused them as a whole: people may have put a
// constraint on a mirrored table that some of the source's rows do not keep. Each change runs in a
// subtransaction of its own. What is refused is tried again after the others: it may have waited
// for one of them. What is refused then loses its old version, for the mirror holds no row that the
// source does not have; it is tried a last time, when all old versions are gone, and if even that
// fails it is left out and put into quarantine.
#include "base/text.h"
#include "target/compare_internal.h"

#include <inttypes.h>
#include <string.h>

#define RAISE(state) "RAISE EXCEPTION USING ERRCODE = '" state "'; "

// No row: a trigger passed it over, if it is still there, or somebody changed it since it was
// compared.
static void
append_check_found(struct comparison *comparison, struct buffer *sql, const char *passed_over)
{
    buffer_append_text(sql, "; IF NOT FOUND THEN IF EXISTS (SELECT FROM ONLY ");
    sql_append_qualified(sql, comparison->schema, comparison->table->target_name);
    buffer_append_text(sql, " m");
    compare_append_is_unchanged(sql, comparison);
    buffer_append_text(sql, ") THEN ");
    buffer_append_text(sql, passed_over);
    buffer_append_text(sql, "END IF; " RAISE(COMPARE_NOT_CURRENT) "END IF; ");
}

static void
append_update(struct comparison *comparison, struct buffer *sql)
{
    compare_begin_writing(sql, comparison);
    compare_append_update(sql, comparison);
    buffer_append_text(sql, " FROM pg_temp." CANDIDATE " c");
    compare_append_is_unchanged(sql, comparison);
    buffer_append_text(sql, " AND c.ctid = x.fresh");
    compare_end_writing(sql, comparison);
    append_check_found(comparison, sql, RAISE(COMPARE_SKIPPED));
}

// A new row has no place at which another could be met: no row means that a trigger passed it over.
static void
append_insert(struct comparison *comparison, struct buffer *sql)
{
    compare_begin_writing(sql, comparison);
    compare_append_insert(sql, comparison);
    buffer_append_text(sql, " FROM pg_temp." CANDIDATE " c WHERE c.ctid = x.fresh");
    compare_end_writing(sql, comparison);
    buffer_append_text(sql, "; IF NOT FOUND THEN " RAISE(COMPARE_SKIPPED) "END IF; ");
}

static void
append_delete(struct comparison *comparison, struct buffer *sql)
{
    buffer_append_text(sql, "DELETE FROM ONLY ");
    sql_append_qualified(sql, comparison->schema, comparison->table->target_name);
    buffer_append_text(sql, " m");
    compare_append_is_unchanged(sql, comparison);
    append_check_found(comparison, sql, RAISE(COMPARE_KEPT));
}

#define IF_REFUSED                                                                                 \
    "EXCEPTION WHEN integrity_constraint_violation OR program_limit_exceeded OR data_exception "   \
    "OR SQLSTATE '" COMPARE_SKIPPED "' THEN "

// Who refused a row is told of by names: of a constraint or an index, and of a column (23502).
#define GET_REASON                                                                                 \
    "GET STACKED DIAGNOSTICS why = RETURNED_SQLSTATE, who = CONSTRAINT_NAME, what = COLUMN_NAME;"

// Rows go first: others may wait for what they had. Then each is changed or added; changes that
// were refused are tried once more, after all others; the old versions of what is refused still go;
// and all that is refused is added as if it were new. What REFUSED holds then is left out.
static void
append_body(struct comparison *comparison, struct buffer *body)
{
    buffer_append_text(body,
        " DECLARE x record; why text; who text; what text; BEGIN SET CONSTRAINTS ALL IMMEDIATE;"
        " FOR x IN SELECT place, digest, fresh FROM pg_temp." CHANGE
        " ORDER BY fresh IS NULL DESC, place LOOP IF x.fresh IS NULL THEN ");
    append_delete(comparison, body);
    buffer_append_text(body, "CONTINUE; END IF; BEGIN IF x.place IS NULL THEN ");
    append_insert(comparison, body);
    buffer_append_text(body, "ELSE ");
    append_update(comparison, body);
    buffer_append_text(body, "END IF; " IF_REFUSED GET_REASON " INSERT INTO pg_temp." REFUSED
                             " VALUES (x.place, x.digest, x.fresh, why, who, what);"
                             " END; END LOOP;"
                             " FOR x IN SELECT place, digest, fresh FROM pg_temp." REFUSED
                             " WHERE place IS NOT NULL LOOP BEGIN ");
    append_update(comparison, body);
    buffer_append_text(body,
        "DELETE FROM pg_temp." REFUSED " r WHERE r.fresh = x.fresh; " IF_REFUSED
        "NULL; END; END LOOP;"
        " FOR x IN SELECT place, digest FROM pg_temp." REFUSED " WHERE place IS NOT NULL LOOP ");
    append_delete(comparison, body);
    buffer_append_text(
        body, "END LOOP; FOR x IN SELECT fresh FROM pg_temp." REFUSED " LOOP BEGIN ");
    append_insert(comparison, body);
    buffer_append_text(body,
        "DELETE FROM pg_temp." REFUSED " r WHERE r.fresh = x.fresh; " IF_REFUSED GET_REASON
        " UPDATE pg_temp." REFUSED " r SET state = why, constraint_name = who,"
        " column_name = what WHERE r.fresh = x.fresh; END; END LOOP; END ");
}

// The body is a literal: whatever a name holds cannot end it.
static bool
run_loop(struct comparison *comparison, struct error *err)
{
    struct buffer *sql = sql_start(comparison->target);
    struct buffer body;

    buffer_init(&body, BUFFER_SQL_CAP);
    append_body(comparison, &body);
    buffer_append_text(sql,
        "CREATE TEMPORARY TABLE " REFUSED " (place tid, digest bigint, fresh tid,"
        " state text, constraint_name text, column_name text) ON COMMIT DROP; DO ");
    sql_append_literal(sql, buffer_text(&body));
    sql->failed = sql->failed || body.failed;
    buffer_release(&body);
    return compare_run(comparison, "could not apply the changes row by row", NULL, err);
}

// The refused rows as (state, key_values, row_text, d). The digest has no seed: later runs, each
// with a seed of its own, know the row by it.
static void
append_refused_rows(struct comparison *comparison, struct buffer *sql)
{
    const struct table *table = comparison->table;
    const struct digest_kind unseeded = { .is_fallback = comparison->kind.is_fallback };

    buffer_append_text(sql, "SELECT r.state, ARRAY[");
    for (size_t i = 0; table->key != NULL && i < table->key->column_count; i++) {
        buffer_append_text(sql, i > 0 ? ", c." : "c.");
        sql_append_name(sql, table->columns[table->key->columns[i]].target_name);
    }
    buffer_append_text(sql, "]::text[] AS key_values, ARRAY[");
    for (size_t i = 0; i < table->column_count; i++) {
        buffer_append_text(sql, i > 0 ? ", c." : "c.");
        sql_append_name(sql, table->columns[i].target_name);
    }
    buffer_append_text(sql, "]::text AS row_text, ");
    compare_append_digest(sql, &unseeded, table, NULL, "c");
    buffer_append_text(
        sql, " AS d FROM pg_temp." REFUSED " r JOIN pg_temp." CANDIDATE " c ON c.ctid = r.fresh");
}

static void
append_key_names(struct buffer *sql, const struct table *table)
{
    buffer_append_text(sql, "ARRAY[");
    for (size_t i = 0; table->key != NULL && i < table->key->column_count; i++) {
        buffer_append_text(sql, i > 0 ? ", " : "");
        sql_append_literal(sql, table->columns[table->key->columns[i]].name);
    }
    buffer_append_text(sql, "]::text[]");
}

static void
append_table(struct buffer *sql, const struct table *table)
{
    sql_append_literal(sql, table->schema);
    buffer_append_text(sql, ", ");
    sql_append_literal(sql, table->name);
}

// The n-th of equal rows has the n-th of their entries.
static void
append_saving(struct comparison *comparison, const struct mirror_claim *claim, struct buffer *sql)
{
    buffer_append_text(sql,
        "WITH v AS (SELECT *, pg_catalog.row_number() OVER (PARTITION BY d) AS n"
        " FROM (");
    append_refused_rows(comparison, sql);
    buffer_printf(sql,
        ") v), k AS (SELECT id, row_digest AS d, pg_catalog.row_number() OVER"
        " (PARTITION BY row_digest ORDER BY id) AS n FROM oe2pg.quarantine WHERE mirror_id = %d"
        " AND column_name IS NULL AND resolved_at IS NULL AND (source_schema, source_table) = (",
        claim->mirror_id);
    append_table(sql, comparison->table);
    buffer_printf(sql,
        ")), touched AS (UPDATE oe2pg.quarantine q SET last_run_id = %" PRId64
        ", last_seen_at = pg_catalog.now() FROM k JOIN v USING (d, n) WHERE q.id = k.id),"
        " fresh AS (INSERT INTO oe2pg.quarantine (mirror_id, source_schema, source_table,"
        " key_columns, key_values, reason, detail, value, value_bytes, row_digest, first_run_id,"
        " last_run_id) SELECT %d, ",
        claim->run_id, claim->mirror_id);
    append_table(sql, comparison->table);
    buffer_append_text(sql, ", ");
    append_key_names(sql, comparison->table);
    buffer_printf(sql,
        ", v.key_values, 'row_refused', CASE v.state WHEN '" COMPARE_SKIPPED "' THEN"
        " 'a trigger of the mirrored table passed the row over' ELSE"
        " 'PostgreSQL refused the row, SQLSTATE ' || v.state END,"
        " pg_catalog.convert_to(v.row_text, 'UTF8'), pg_catalog.octet_length(v.row_text), v.d,"
        " %" PRId64 ", %" PRId64 " FROM v LEFT JOIN k USING (d, n) WHERE k.id IS NULL RETURNING 1)"
        " SELECT (SELECT pg_catalog.count(*) FROM v), (SELECT pg_catalog.count(*) FROM fresh)",
        claim->run_id, claim->run_id);
}

static bool
save_refused(struct comparison *comparison, const struct mirror_claim *claim,
    struct applied *applied, struct error *err)
{
    PGresult *row = NULL;

    append_saving(comparison, claim, sql_start(comparison->target));
    if (!compare_run(comparison, "could not put refused rows into quarantine", &row, err))
        return false;
    applied->refused = result_integer(row, 0, 0);
    applied->newly_refused = result_integer(row, 0, 1);
    PQclear(row);
    return true;
}

// How many of the refused had an old version, which went.
static bool
count_refused(struct comparison *comparison, int64_t *refused_updates, struct error *err)
{
    PGresult *row = NULL;

    if (!target_script(comparison->target, "could not count refused rows",
            "SELECT pg_catalog.count(place) FROM pg_temp." REFUSED, &row, err))
        return false;
    *refused_updates = result_integer(row, 0, 0);
    PQclear(row);
    return true;
}

// Among what people's constraints refused may be rows that an object of ours refused.
static bool
blame_each(struct comparison *comparison, const struct mirror_claim *claim, struct applied *applied,
    struct arena *arena, struct error *err)
{
    struct refused_by *refused = &comparison->target->refused;
    PGresult *rows = NULL;
    bool done;

    done = target_script(comparison->target, "could not read who refused rows",
        "SELECT DISTINCT state, constraint_name, column_name FROM pg_temp." REFUSED, &rows, err);
    for (int i = 0; done && applied->refusal.by == NULL && i < PQntuples(rows); i++) {
        (void)text_print(
            refused->sqlstate, sizeof refused->sqlstate, "%s", result_text(rows, i, 0));
        (void)text_print(
            refused->constraint, sizeof refused->constraint, "%s", result_text(rows, i, 1));
        (void)text_print(refused->column, sizeof refused->column, "%s", result_text(rows, i, 2));
        done = compare_blame(comparison, claim, arena, applied, err);
    }
    PQclear(rows);
    return done;
}

bool
compare_apply_rows(struct comparison *comparison, const struct mirror_claim *claim,
    struct applied *applied, struct arena *arena, struct error *err)
{
    const struct difference_counts *counts = &comparison->counts;
    int64_t refused_updates;

    *applied = (struct applied){ 0 };
    if (!run_loop(comparison, err) || !blame_each(comparison, claim, applied, arena, err))
        return false;
    if (applied->refusal.by != NULL)
        return true;
    if (!count_refused(comparison, &refused_updates, err) ||
        !save_refused(comparison, claim, applied, err))
        return false;
    // A change that was refused took its old version along: it is a row that went.
    applied->updated = counts->to_update - refused_updates;
    applied->deleted = counts->to_delete + refused_updates;
    applied->inserted = counts->to_insert - (applied->refused - refused_updates);
    return true;
}
