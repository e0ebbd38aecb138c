// Comparing a mirrored table with what was read, and making it equal.
//
// Nothing here depends on how either side sorts or compares text: rows are matched by digest, rows
// that differ are paired by the digest of their key. A place (ctid) is only a hint: every statement
// that changes a row checks that the row there still has the digest it was read with.
#include "target/compare_internal.h"
#include "target/type.h"

#include "base/fault.h"
#include "base/mem.h"
#include "target/digest_stream.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// ---- digests in SQL ----------------------------------------------------------------------------

static const struct column *
column_at(const struct table *table, const struct key *key, size_t i)
{
    return &table->columns[key != NULL ? key->columns[i] : i];
}

// The digest of all columns, or of the key's.
void
compare_append_digest(struct buffer *sql, const struct digest_kind *kind, const struct table *table,
    const struct key *key, const char *alias)
{
    size_t count = key != NULL ? key->column_count : table->column_count;

    if (!kind->is_fallback) {
        buffer_append_text(sql, "pg_catalog.hash_record_extended(ROW(");
        for (size_t i = 0; i < count; i++) {
            buffer_append_text(sql, i > 0 ? ", " : "");
            target_type_append_text(sql, alias, column_at(table, key, i));
        }
        buffer_printf(sql, "), %" PRId64 ")", (int64_t)kind->seed);
        return;
    }
    buffer_printf(sql,
        "('x' || pg_catalog.encode(pg_catalog.substr(pg_catalog.sha256(pg_catalog.convert_to("
        "'%" PRId64 ";'",
        (int64_t)kind->seed);
    for (size_t i = 0; i < count; i++) {
        buffer_append_text(sql, " || COALESCE(pg_catalog.octet_length(");
        target_type_append_text(sql, alias, column_at(table, key, i));
        buffer_append_text(sql, ")::text || ':' || ");
        target_type_append_text(sql, alias, column_at(table, key, i));
        buffer_append_text(sql, ", '-;')");
    }
    buffer_append_text(sql, ", 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint");
}

bool
compare_run(struct comparison *comparison, const char *doing, PGresult **result, struct error *err)
{
    struct buffer *sql = &comparison->target->sql;

    if (sql->failed)
        return error_set(err, ERROR_TABLE, "%s: the statement is too long", doing);
    return target_script(comparison->target, doing, buffer_text(sql), result, err);
}

// ---- which digest ------------------------------------------------------------------------------

// Rows whose digests, if equal, leave no doubt that both sides compute the same: NULL, '', lengths
// around lookup3's 12-byte blocks, all planes.
bool
compare_choose_digest(
    struct target *target, uint64_t seed, struct digest_kind *kind, struct error *err)
{
    static const char *const probes[] = { "", "a", "elf bytes..", "twelve bytes", "thirteen byte",
        "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80 and a longer text of more than two blocks" };
    struct column columns[] = { { .target_name = "a" }, { .target_name = "b" },
        { .target_name = "c" } };
    const struct table table = { .columns = columns, .column_count = 3 };
    bool is_same = fault_setting("OE2PG_TEST_SHA256", 0) == 0;

    *kind = (struct digest_kind){ .seed = seed };
    for (size_t i = 0; is_same && i < sizeof probes / sizeof probes[0]; i++) {
        const struct cell row[] = { { .bytes = probes[i], .size = strlen(probes[i]) },
            { .bytes = NULL }, { .bytes = "z", .size = 1 } };
        struct buffer *sql = sql_start(target);
        PGresult *answer = NULL;

        buffer_append_text(sql, "SELECT ");
        compare_append_digest(sql, kind, &table, NULL, "p");
        buffer_append_text(sql, " FROM (SELECT ");
        sql_append_literal(sql, probes[i]);
        buffer_append_text(sql, "::text AS a, NULL::text AS b, 'z'::text AS c) p");
        if (!target_script(
                target, "could not probe the row hash", buffer_text(sql), &answer, err)) {
            // 42883: there is no such function any more.
            if (!target_is_alive(target))
                return false;
            is_same = false;
            break;
        }
        is_same = (uint64_t)result_integer(answer, 0, 0) == digest_row(kind, &table, row);
        PQclear(answer);
    }
    kind->is_fallback = !is_same;
    return true;
}

// ---- temporary tables --------------------------------------------------------------------------

bool
comparison_open(struct target *target, const char *schema, const struct table *table,
    const struct digest_kind *kind, struct comparison **comparison, struct error *err)
{
    struct comparison *made = mem_calloc(1, sizeof *made);

    made->target = target;
    made->schema = schema;
    made->table = table;
    made->kind = *kind;
    *comparison = made;
    // What an attempt before this one may have left in this session.
    if (target_script(target, "could not drop temporary tables",
            "DROP TABLE IF EXISTS pg_temp." CANDIDATE ", pg_temp." GONE ", pg_temp." CHANGE
            ", pg_temp." SOURCE_DIGEST,
            NULL, err))
        return true;
    comparison_close(made);
    *comparison = NULL;
    return false;
}

void
comparison_close(struct comparison *comparison)
{
    struct error ignored;

    if (comparison == NULL)
        return;
    if ((comparison->has_candidates || comparison->has_gone || comparison->has_change ||
            comparison->has_source_digests) &&
        target_is_alive(comparison->target) && !target_in_transaction(comparison->target))
        (void)!target_script(comparison->target, "could not drop temporary tables",
            "DROP TABLE IF EXISTS pg_temp." CANDIDATE ", pg_temp." GONE ", pg_temp." CHANGE
            ", pg_temp." SOURCE_DIGEST,
            NULL, &ignored);
    free(comparison);
}

bool
compare_make_candidates(struct comparison *comparison, struct error *err)
{
    struct buffer *sql = sql_start(comparison->target);

    if (comparison->has_candidates)
        return true;
    buffer_append_text(sql, "CREATE TEMPORARY TABLE " CANDIDATE " (");
    target_type_append_texts(sql, comparison->table->columns, comparison->table->column_count);
    buffer_append_byte(sql, ')');
    if (!compare_run(comparison, "could not create a temporary table", NULL, err))
        return pq_remedy(err, "42501",
            "The role needs TEMPORARY on the database: GRANT TEMPORARY ON DATABASE ... TO ...");
    comparison->has_candidates = true;
    return true;
}

bool
compare_make_gone(struct comparison *comparison, struct error *err)
{
    if (!comparison->has_gone &&
        !target_script(comparison->target, "could not create a temporary table",
            "CREATE TEMPORARY TABLE " GONE " (place tid NOT NULL, digest bigint NOT NULL)", NULL,
            err))
        return false;
    comparison->has_gone = true;
    return true;
}

bool
comparison_open_candidates(
    struct comparison *comparison, struct copy_stream **copy, struct error *err)
{
    return compare_make_candidates(comparison, err) &&
           copy_stream_open_texts(comparison->target, CANDIDATE, comparison->table, copy, err);
}

// ---- what a part of the source left ------------------------------------------------------------

bool
comparison_set_mark(struct comparison *comparison, struct comparison_mark *mark, struct error *err)
{
    PGresult *row = NULL;

    mark->xid = 0;
    if (!comparison->has_candidates && !comparison->has_source_digests)
        return true;
    if (!target_script(comparison->target, "could not mark how far the comparison came",
            "SELECT pg_catalog.txid_snapshot_xmax(pg_catalog.txid_current_snapshot())"
            " & 4294967295",
            &row, err))
        return false;
    mark->xid = (uint32_t)result_integer(row, 0, 0);
    PQclear(row);
    return true;
}

// Each COPY was a transaction of its own, so the rows themselves tell which came later. Ages are
// compared, not numbers, which begin anew after four thousand million.
static bool
remove_since(struct comparison *comparison, const char *statement, const char *all,
    const struct comparison_mark *mark, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    static const char doing[] = "could not take back what a part of the comparison found";

    if (mark->xid == 0)
        return target_script(comparison->target, doing, all, NULL, err);
    parameter_integer(&parameters, mark->xid);
    return target_execute(comparison->target, doing, statement, &parameters, NULL, err);
}

#define SINCE " WHERE pg_catalog.age(xmin) <= pg_catalog.age($1::xid)"

bool
comparison_take_back(
    struct comparison *comparison, const struct comparison_mark *mark, struct error *err)
{
    return (!comparison->has_candidates ||
               remove_since(comparison, "DELETE FROM pg_temp." CANDIDATE SINCE,
                   "TRUNCATE pg_temp." CANDIDATE, mark, err)) &&
           (!comparison->has_source_digests ||
               remove_since(comparison, "DELETE FROM pg_temp." SOURCE_DIGEST SINCE,
                   "TRUNCATE pg_temp." SOURCE_DIGEST, mark, err));
}

// ---- the mirror's digests ----------------------------------------------------------------------

// FROM ONLY: what people attached to the mirrored table as a child is not the mirror's. The place
// of a row is as old as its digest, and is believed only as long as that is still the row's.
struct buffer *
compare_begin_digests(struct comparison *comparison)
{
    struct buffer *sql = sql_start(comparison->target);

    buffer_append_text(sql, "SELECT m.ctid, ");
    compare_append_digest(sql, &comparison->kind, comparison->table, NULL, "m");
    buffer_append_text(sql, " FROM ONLY ");
    sql_append_qualified(sql, comparison->schema, comparison->table->target_name);
    buffer_append_text(sql, " m");
    return sql;
}

bool
compare_read_digests(struct comparison *comparison, struct digest_set *set, bool *is_full,
    int64_t *row_count, struct error *err)
{
    if (!digest_stream_read(comparison->target, &set, 1, is_full, row_count, err))
        return false;
    if (!*is_full)
        digest_set_freeze(set);
    return true;
}

bool
comparison_read_mirror(struct comparison *comparison, struct digest_set *set, bool *is_full,
    int64_t *row_count, struct error *err)
{
    (void)compare_begin_digests(comparison);
    return compare_read_digests(comparison, set, is_full, row_count, err);
}
