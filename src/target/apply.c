// Differences from both sides: what is gone, which keys the source is asked for again, and how all
// of it is applied. They are paired in pair.c; compare.h says what is compared.
#include "base/mem.h"
#include "base/text.h"
#include "target/compare_internal.h"
#include "target/object.h"

#include <inttypes.h>
#include <string.h>

enum { KEY_BYTES_MAX = 4 * 1024 * 1024 }; // of all keys that are listed

// ---- what is gone ------------------------------------------------------------------------------

static bool
send_places(struct comparison *comparison, const struct digest_set *set, struct error *err)
{
    PGconn *connection = comparison->target->connection;
    char lines[8192];
    size_t used = 0;

    for (size_t i = 0; i < set->count; i++) {
        const struct digest_entry *entry = &set->entries[i];

        if (entry->struck_by != 0)
            continue;
        used += text_print(lines + used, sizeof lines - used,
            "(%" PRIu32 ",%" PRIu16 ")\t%" PRId64 "\n", entry->block, entry->offset,
            (int64_t)entry->digest);
        if (sizeof lines - used >= 64)
            continue;
        if (PQputCopyData(connection, lines, (int)used) != 1)
            return pq_fail(comparison->target, NULL, err, "could not send places");
        used = 0;
    }
    if ((used > 0 && PQputCopyData(connection, lines, (int)used) != 1) ||
        PQputCopyEnd(connection, NULL) != 1)
        return pq_fail(comparison->target, NULL, err, "could not send places");
    return true;
}

bool
comparison_add_gone(struct comparison *comparison, const struct digest_set *set, struct error *err)
{
    size_t left = digest_set_left(set);
    PGresult *result;
    bool done;

    if (left == 0)
        return true;
    if (!compare_make_gone(comparison, err))
        return false;
    target_fault_point(comparison->target, "start COPY of places");
    result = PQexec(comparison->target->connection, "COPY pg_temp." GONE " FROM STDIN");
    done = PQresultStatus(result) == PGRES_COPY_IN;
    if (!done)
        pq_fail(comparison->target, result, err, "could not start COPY");
    PQclear(result);
    if (!done)
        return false;
    target_fault_point(comparison->target, "send places");
    done = send_places(comparison, set, err);
    while ((result = PQgetResult(comparison->target->connection)) != NULL) {
        bool is_copy = PQresultStatus(result) == PGRES_COPY_IN; // it was not ended: never will be

        if (done && PQresultStatus(result) != PGRES_COMMAND_OK)
            done = pq_fail(comparison->target, result, err, "could not send places");
        PQclear(result);
        if (is_copy)
            break;
    }
    comparison->gone_count = (int64_t)left;
    return done;
}

// The multiset difference of all candidates (the whole source) and the mirror: the n-th row with a
// digest on one side matches the n-th on the other; what has no partner differs.
bool
comparison_find_differences(struct comparison *comparison, struct error *err)
{
    const struct table *table = comparison->table;
    struct buffer *sql;
    PGresult *result = NULL;

    if (!compare_make_candidates(comparison, err) || !compare_make_gone(comparison, err))
        return false;
    sql = sql_start(comparison->target);
    buffer_append_text(sql,
        "WITH c AS (SELECT place, digest, pg_catalog.row_number() OVER (PARTITION"
        " BY digest ORDER BY place) AS n FROM (SELECT c.ctid AS place, ");
    compare_append_digest(sql, &comparison->kind, table, NULL, "c");
    buffer_append_text(sql,
        " AS digest FROM pg_temp." CANDIDATE " c) c),"
        " m AS (SELECT place, digest, pg_catalog.row_number() OVER (PARTITION BY"
        " digest ORDER BY place) AS n FROM (SELECT m.ctid AS place, ");
    compare_append_digest(sql, &comparison->kind, table, NULL, "m");
    buffer_append_text(sql, " AS digest FROM ONLY ");
    sql_append_qualified(sql, comparison->schema, table->target_name);
    buffer_append_text(sql,
        " m) m),"
        " both_sides AS (SELECT c.place AS fresh, m.place, m.digest FROM c FULL JOIN m USING "
        "(digest,"
        " n)),"
        " same AS (DELETE FROM pg_temp." CANDIDATE " d USING both_sides b"
        "  WHERE d.ctid = b.fresh AND b.place IS NOT NULL)"
        " INSERT INTO pg_temp." GONE " SELECT b.place, b.digest FROM both_sides b"
        " WHERE b.fresh IS NULL");
    if (!compare_run(comparison, "could not compare the table", &result, err))
        return false;
    comparison->gone_count = result_affected(result);
    PQclear(result);
    return true;
}

// A row that changed is not missing: it has a partner.
bool
comparison_remember_gone(struct comparison *comparison, struct error *err)
{
    return target_script(comparison->target, "could not remember missing rows",
        "DROP TABLE IF EXISTS pg_temp." BEFORE "; CREATE TEMPORARY TABLE " BEFORE
        " AS SELECT digest, pg_catalog.count(*) AS row_count FROM pg_temp." CHANGE
        " WHERE fresh IS NULL GROUP BY digest",
        NULL, err);
}

bool
comparison_remember_nothing(struct comparison *comparison, struct error *err)
{
    return target_script(comparison->target, "could not make room for missing rows",
        "DROP TABLE IF EXISTS pg_temp." BEFORE "; CREATE TEMPORARY TABLE " BEFORE
        " (digest pg_catalog.int8, row_count pg_catalog.int8)",
        NULL, err);
}

bool
comparison_keep_common(struct comparison *comparison, int64_t *kept, struct error *err)
{
    PGresult *result = NULL;

    if (!compare_make_gone(comparison, err) ||
        !target_script(comparison->target, "could not compare missing rows",
            "DELETE FROM pg_temp." GONE " g USING (SELECT n.place FROM (SELECT place, digest,"
            " pg_catalog.row_number() OVER (PARTITION BY digest ORDER BY place) AS n"
            " FROM pg_temp." GONE ") n LEFT JOIN pg_temp." BEFORE " b USING (digest)"
            " WHERE n.n > COALESCE(b.row_count, 0)) x WHERE g.place = x.place",
            &result, err))
        return false;
    *kept = result_affected(result);
    comparison->gone_count -= *kept;
    PQclear(result);
    return true;
}

bool
comparison_keep_unconfirmed(struct comparison *comparison, struct difference_counts *counts,
    int64_t *kept, struct error *err)
{
    PGresult *result = NULL;

    if (!target_script(comparison->target, "could not compare missing rows",
            "DELETE FROM pg_temp." CHANGE " x WHERE x.fresh IS NULL AND NOT EXISTS"
            " (SELECT FROM pg_temp." BEFORE " b WHERE b.digest = x.digest)",
            &result, err))
        return false;
    *kept = result_affected(result);
    PQclear(result);
    comparison->gone_count -= *kept;
    comparison->counts.to_delete -= *kept;
    *counts = comparison->counts;
    return true;
}

// ---- what is to be asked for again -------------------------------------------------------------

// Rows that would be deleted, by their place: all, or those whose key is neither among the
// candidates nor in a row of the mirror that stays.
static void
append_doomed(struct comparison *comparison, struct buffer *sql, bool only_unmet)
{
    const struct table *table = comparison->table;

    if (!only_unmet) {
        buffer_append_text(sql, "SELECT place FROM pg_temp." CHANGE " WHERE fresh IS NULL");
        return;
    }
    buffer_append_text(sql, "SELECT g.place FROM (SELECT x.place, ");
    compare_append_digest(sql, &comparison->kind, table, table->key, "m");
    buffer_append_text(sql, " AS k FROM pg_temp." CHANGE " x JOIN ONLY ");
    sql_append_qualified(sql, comparison->schema, table->target_name);
    buffer_append_text(sql, " m ON m.ctid = x.place WHERE x.fresh IS NULL) g"
                            " WHERE NOT EXISTS (SELECT FROM (SELECT ");
    compare_append_digest(sql, &comparison->kind, table, table->key, "c");
    buffer_append_text(sql, " AS k FROM pg_temp." CANDIDATE " c UNION ALL SELECT ");
    compare_append_digest(sql, &comparison->kind, table, table->key, "m");
    buffer_append_text(sql, " FROM ONLY ");
    sql_append_qualified(sql, comparison->schema, table->target_name);
    buffer_append_text(sql, " m WHERE NOT EXISTS (SELECT FROM pg_temp." CHANGE
                            " x WHERE x.place = m.ctid)) s WHERE s.k = g.k)");
}

// The key's columns of m as texts, out of a subquery that also knows the bytes of the keys before,
// in an order that has nothing to do with the key's.
static void
append_key_list(struct buffer *sql, const struct table *table)
{
    size_t count = table->key->column_count;

    for (size_t i = 0; i < count; i++)
        buffer_printf(sql, i > 0 ? ", k%zu" : "SELECT k%zu", i);
    for (size_t i = 0; i < count; i++) {
        buffer_append_text(sql, i > 0 ? ", m." : " FROM (SELECT m.");
        sql_append_name(sql, table->columns[table->key->columns[i]].target_name);
        buffer_printf(sql, "::pg_catalog.text AS k%zu", i);
    }
    for (size_t i = 0; i < count; i++) {
        buffer_append_text(sql, i > 0 ? " + " : ", pg_catalog.sum(");
        buffer_append_text(sql, "COALESCE(pg_catalog.octet_length(m.");
        sql_append_name(sql, table->columns[table->key->columns[i]].target_name);
        buffer_append_text(sql, "::pg_catalog.text), 0)");
    }
    buffer_append_text(sql, ") OVER (ORDER BY pg_catalog.hashint8(x.n), x.n ROWS BETWEEN UNBOUNDED"
                            " PRECEDING AND 1 PRECEDING) AS bytes_before");
}

bool
comparison_keys_to_delete(struct comparison *comparison, struct arena *arena, size_t limit,
    bool only_unmet, struct cell **values, size_t *row_count, struct error *err)
{
    const struct key *key = comparison->table->key;
    struct buffer *sql;
    PGresult *rows = NULL;

    *row_count = 0;
    *values = NULL;
    if (key == NULL || !comparison->has_change)
        return true;
    sql = sql_start(comparison->target);
    append_key_list(sql, comparison->table);
    buffer_append_text(sql,
        " FROM (SELECT place, pg_catalog.row_number() OVER (ORDER BY place) AS n,"
        " pg_catalog.count(*) OVER () AS of_all FROM (");
    append_doomed(comparison, sql, only_unmet);
    buffer_append_text(sql, ") d) x JOIN ONLY ");
    sql_append_qualified(sql, comparison->schema, comparison->table->target_name);
    buffer_printf(sql,
        " m ON m.ctid = x.place WHERE x.of_all <= %zu OR x.n %% (x.of_all / %zu + 1) = 0) k"
        " WHERE bytes_before IS NULL OR bytes_before < %d",
        limit, limit, KEY_BYTES_MAX);
    if (!compare_run(comparison, "could not list the keys to be removed", &rows, err))
        return false;
    *row_count = compare_take_keys(arena, rows, key->column_count, values);
    PQclear(rows);
    return true;
}

// ---- applying ----------------------------------------------------------------------------------

// A place may be another row's since VACUUM, and what people wrote meanwhile is left alone: the
// count of rows then tells.
void
compare_append_is_unchanged(struct buffer *sql, const struct comparison *comparison)
{
    buffer_append_text(sql, " WHERE m.ctid = x.place AND ");
    compare_append_digest(sql, &comparison->kind, comparison->table, NULL, "m");
    buffer_append_text(sql, " = x.digest");
}

static void
append_target(struct comparison *comparison, struct buffer *sql)
{
    sql_append_qualified(sql, comparison->schema, comparison->table->target_name);
}

static bool
run_counted(struct comparison *comparison, const char *doing, int64_t *affected, struct error *err)
{
    PGresult *result = NULL;

    if (!compare_run(comparison, doing, &result, err))
        return false;
    *affected = result_affected(result);
    PQclear(result);
    return true;
}

static bool
delete_rows(struct comparison *comparison, int64_t *affected, struct error *err)
{
    struct buffer *sql = sql_start(comparison->target);

    buffer_append_text(sql, "DELETE FROM ONLY ");
    append_target(comparison, sql);
    buffer_append_text(sql, " m USING pg_temp." CHANGE " x");
    compare_append_is_unchanged(sql, comparison);
    buffer_append_text(sql, " AND x.fresh IS NULL");
    return run_counted(comparison, "could not delete rows", affected, err);
}

// The joins in the order in which they are written: PostgreSQL expects hardly any row of the mirror
// to have its digest still, and would go through all candidates for each.
static bool
update_rows(struct comparison *comparison, int64_t *affected, struct error *err)
{
    static const char doing[] = "could not set the order of joins";
    struct buffer *sql;

    if (!target_script(comparison->target, doing,
            "SET LOCAL join_collapse_limit = 1; SET LOCAL from_collapse_limit = 1", NULL, err))
        return false;
    sql = sql_start(comparison->target);
    compare_begin_writing(sql, comparison);
    compare_append_update(sql, comparison);
    buffer_append_text(
        sql, " FROM pg_temp." CHANGE " x JOIN pg_temp." CANDIDATE " c ON c.ctid = x.fresh");
    compare_append_is_unchanged(sql, comparison);
    compare_end_writing(sql, comparison);
    return run_counted(comparison, "could not update rows", affected, err) &&
           target_script(comparison->target, doing,
               "SET LOCAL join_collapse_limit TO DEFAULT; SET LOCAL from_collapse_limit TO DEFAULT",
               NULL, err);
}

static bool
insert_rows(struct comparison *comparison, int64_t *affected, struct error *err)
{
    struct buffer *sql = sql_start(comparison->target);

    compare_begin_writing(sql, comparison);
    compare_append_insert(sql, comparison);
    buffer_append_text(sql, " FROM pg_temp." CHANGE " x JOIN pg_temp." CANDIDATE
                            " c ON c.ctid = x.fresh WHERE x.place IS NULL");
    compare_end_writing(sql, comparison);
    return run_counted(comparison, "could not insert rows", affected, err);
}

// The order lets a new row have what one that goes or changes has had. Constraints that people
// deferred are checked here, where what they refuse can still be found.
static bool
apply_by_key(
    struct comparison *comparison, bool has_swaps, struct applied *applied, struct error *err)
{
    const struct difference_counts *counts = &comparison->counts;

    // Where a publication lacks a replica identity even a DELETE of nothing is refused.
    return (counts->to_delete == 0 || delete_rows(comparison, &applied->deleted, err)) &&
           (counts->to_update == 0 ||
               (has_swaps ? compare_update_swapped(comparison, &applied->updated, err)
                          : update_rows(comparison, &applied->updated, err))) &&
           (counts->to_insert == 0 || insert_rows(comparison, &applied->inserted, err)) &&
           target_script(comparison->target, "could not check constraints",
               "SET CONSTRAINTS ALL IMMEDIATE", NULL, err);
}

// Against writers, not against readers: so that what was compared stays while it is applied. The
// savepoint is where each way of applying begins.
static bool
lock_mirror(struct comparison *comparison, struct error *err)
{
    struct buffer *sql = sql_start(comparison->target);

    buffer_append_text(sql, "LOCK TABLE ONLY ");
    append_target(comparison, sql);
    buffer_append_text(sql, " IN SHARE ROW EXCLUSIVE MODE; SAVEPOINT before_update");
    return compare_run(comparison, "could not lock the mirrored table", NULL, err);
}

// What people can do about a table that PostgreSQL does not let us change.
static bool
add_remedy(struct error *err)
{
    if (strcmp(err->sqlstate, "55000") == 0) {
        err->hint[0] = '\0';
        error_hint(err, "A publication needs to tell rows apart: ALTER TABLE ... REPLICA IDENTITY "
                        "FULL, or USING INDEX.");
    } else if (strcmp(err->sqlstate, "42P10") == 0) {
        err->hint[0] = '\0';
        error_hint(err, "A publication's list of columns, or its condition, lacks a column of the "
                        "table's replica identity: ALTER PUBLICATION ... SET TABLE ..., or ALTER "
                        "TABLE ... REPLICA IDENTITY USING INDEX.");
    } else if (strcmp(err->sqlstate, "23503") == 0) {
        err->hint[0] = '\0';
        error_hint(err, "Rows of another table refer to rows that are gone from the source: remove "
                        "them, or declare that foreign key ON DELETE CASCADE or SET NULL.");
    } else if (strncmp(err->sqlstate, "23", 2) == 0) {
        err->hint[0] = '\0';
        error_hint(err, "A constraint that was added to the mirrored table does not hold for the "
                        "source's rows: drop or defer it.");
    }
    return false;
}

static bool
return_to_savepoint(struct comparison *comparison, struct error *err)
{
    return target_script(comparison->target, "could not return to the savepoint",
        "ROLLBACK TO SAVEPOINT before_update", NULL, err);
}

// By what people put on the table: a constraint (23), a type that has no such value (22), an index
// that takes no value as long as this (54).
static bool
is_refusal(const struct error *err)
{
    return strncmp(err->sqlstate, "23", 2) == 0 || strncmp(err->sqlstate, "54", 2) == 0 ||
           strncmp(err->sqlstate, "22", 2) == 0;
}

// Of a unique or an exclusion constraint.
static bool
is_collision(const struct error *err)
{
    return strcmp(err->sqlstate, "23505") == 0 || strcmp(err->sqlstate, "23P01") == 0;
}

static bool
is_as_planned(const struct comparison *comparison, const struct applied *applied)
{
    const struct difference_counts *counts = &comparison->counts;

    return applied->deleted == counts->to_delete && applied->updated == counts->to_update &&
           applied->inserted == counts->to_insert;
}

bool
compare_blame(struct comparison *comparison, const struct mirror_claim *claim, struct arena *arena,
    struct applied *applied, struct error *err)
{
    applied->refusal.is_of_value = strcmp(comparison->target->refused.sqlstate, "23505") != 0;
    return comparison->keeps_objects ||
           object_find_refusing(comparison->target, arena, claim, comparison->schema,
               comparison->table, &applied->refusal.by, err);
}

void
comparison_keep_objects(struct comparison *comparison)
{
    comparison->keeps_objects = true;
}

// Quickest first; each way begins where the one before it began. Which rows a trigger passed over
// is seen when they go one by one.
static bool
apply_somehow(struct comparison *comparison, const struct mirror_claim *claim,
    struct applied *applied, struct arena *arena, struct error *err)
{
    bool is_refused = true;
    struct error lost;

    error_clear(&lost);
    if (apply_by_key(comparison, false, applied, err)) {
        if (is_as_planned(comparison, applied) || comparison->shape.triggers == NULL)
            return true;
        is_refused = false;
    } else if (!is_refusal(err)) {
        return false;
    }
    if (comparison->counts.to_update > 0 && is_collision(err)) {
        if (!return_to_savepoint(comparison, &lost)) {
            *err = lost;
            return false;
        }
        *applied = (struct applied){ 0 };
        if (apply_by_key(comparison, true, applied, err))
            return true;
        // 42804: a value that nobody has is none of the column's type.
        if (!is_refusal(err) && strcmp(err->sqlstate, "42804") != 0)
            return false;
    }
    if (!return_to_savepoint(comparison, &lost)) {
        *err = lost;
        return false;
    }
    error_clear(err);
    *applied = (struct applied){ 0 };
    if (is_refused && !compare_blame(comparison, claim, arena, applied, err))
        return false;
    return applied->refusal.by != NULL ||
           compare_apply_rows(comparison, claim, applied, arena, err);
}

static bool
prepare(struct comparison *comparison, struct arrival_finding *finding, struct error *err)
{
    const struct table *table = comparison->table;

    finding->why = arena_calloc(finding->arena, table->column_count, sizeof *finding->why);
    finding->definition =
        arena_calloc(finding->arena, table->column_count, sizeof *finding->definition);
    finding->count = 0;
    return compare_make_written(comparison, err) && lock_mirror(comparison, err) &&
           arrival_read_shape(comparison->target, finding->arena, comparison->schema, table,
               &comparison->shape, err) &&
           compare_check_types(comparison, finding, err);
}

// Not all was done as planned: a rule may have passed rows over, which are there still then. A new
// row is to be inserted whatever others have done meanwhile.
static bool
check_rules(struct comparison *comparison, const struct applied *applied, struct error *err)
{
    struct buffer *sql;
    PGresult *row = NULL;
    bool passed_over = applied->inserted < comparison->counts.to_insert;

    if (comparison->shape.rules == NULL)
        return true;
    sql = sql_start(comparison->target);
    buffer_append_text(sql, "SELECT EXISTS (SELECT FROM pg_temp." CHANGE " x JOIN ONLY ");
    append_target(comparison, sql);
    buffer_append_text(sql, " m ON m.ctid = x.place AND ");
    compare_append_digest(sql, &comparison->kind, comparison->table, NULL, "m");
    buffer_append_text(sql, " = x.digest)");
    if (!compare_run(comparison, "could not look for rows that were passed over", &row, err))
        return false;
    passed_over = passed_over || result_text(row, 0, 0)[0] == 't';
    PQclear(row);
    return !passed_over || compare_refuse_makers(comparison, "passes rows over", err);
}

bool
comparison_apply(struct comparison *comparison, const struct mirror_claim *claim,
    struct applied *applied, struct arrival_finding *finding, bool *is_current, struct error *err)
{
    *applied = (struct applied){ 0 };
    *is_current = true;
    if (!prepare(comparison, finding, err))
        return false;
    if (finding->count > 0)
        return true;
    if (!apply_somehow(comparison, claim, applied, finding->arena, err)) {
        if (strcmp(err->sqlstate, COMPARE_KEPT) == 0)
            return compare_refuse_makers(comparison, "keeps rows that the source lacks", err);
        if (strcmp(err->sqlstate, COMPARE_NOT_CURRENT) != 0)
            return add_remedy(err);
        *is_current = false;
        error_clear(err);
        return true;
    }
    if (applied->refusal.by != NULL)
        return true;
    *is_current = applied->refused > 0 || is_as_planned(comparison, applied);
    return *is_current ? compare_check_written(comparison, applied->refused > 0, finding, err)
                       : check_rules(comparison, applied, err);
}
