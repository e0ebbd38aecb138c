// Comparing a mirrored table with what was read, and making it equal.
//
// Nothing here depends on how either side sorts or compares text: rows are matched by digest, rows
// that differ are paired by the digest of their key. A place (ctid) is only a hint: every statement
// that changes a row checks that the row there still has the digest it was read with.
#include "target/compare_internal.h"

#include "base/fault.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// ---- digests in SQL ----------------------------------------------------------------------------

static void
append_value(struct buffer *sql, const char *alias, const struct column *column)
{
    buffer_printf(sql, "%s.", alias);
    sql_append_name(sql, column->target_name);
    buffer_append_text(sql, "::pg_catalog.text COLLATE pg_catalog.\"C\"");
}

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
            append_value(sql, alias, column_at(table, key, i));
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
        append_value(sql, alias, column_at(table, key, i));
        buffer_append_text(sql, ")::text || ':' || ");
        append_value(sql, alias, column_at(table, key, i));
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
            "DROP TABLE IF EXISTS pg_temp." CANDIDATE ", pg_temp." GONE ", pg_temp." CHANGE, NULL,
            err))
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
    if ((comparison->has_candidates || comparison->has_gone || comparison->has_change) &&
        target_is_alive(comparison->target) && !target_in_transaction(comparison->target))
        (void)!target_script(comparison->target, "could not drop temporary tables",
            "DROP TABLE IF EXISTS pg_temp." CANDIDATE ", pg_temp." GONE ", pg_temp." CHANGE, NULL,
            &ignored);
    free(comparison);
}

bool
compare_make_candidates(struct comparison *comparison, struct error *err)
{
    struct buffer *sql = sql_start(comparison->target);

    if (comparison->has_candidates)
        return true;
    buffer_append_text(sql, "CREATE TEMPORARY TABLE " CANDIDATE " (");
    for (size_t i = 0; i < comparison->table->column_count; i++) {
        buffer_append_text(sql, i > 0 ? ", " : "");
        sql_append_name(sql, comparison->table->columns[i].target_name);
        buffer_append_text(sql, " text");
    }
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
           copy_stream_open(comparison->target, "pg_temp", CANDIDATE, comparison->table, copy, err);
}

// ---- the mirror's digests ----------------------------------------------------------------------

static uint32_t
get_uint32(const char *bytes)
{
    const unsigned char *p = (const unsigned char *)bytes;

    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

// A row of COPY BINARY with a tid (4 + 2 bytes) and a bigint: 2 + 4 + 6 + 4 + 8 bytes, the first
// one after the 19-byte header.
enum { DIGEST_ROW_SIZE = 24, TRAILER_SIZE = 2, HEADER_SIZE = 19 };

static bool
take_rows(struct digest_set *set, const char *bytes, size_t size, bool *is_full)
{
    for (; size >= DIGEST_ROW_SIZE; bytes += DIGEST_ROW_SIZE, size -= DIGEST_ROW_SIZE) {
        uint32_t block = get_uint32(bytes + 6);
        uint16_t offset = (uint16_t)(get_uint32(bytes + 8) & 0xFFFF);
        uint64_t digest = (uint64_t)get_uint32(bytes + 16) << 32 | get_uint32(bytes + 20);

        if (get_uint32(bytes + 2) != 6 || get_uint32(bytes + 12) != 8)
            return false;
        *is_full = *is_full || !digest_set_add(set, digest, block, offset);
    }
    return size == 0 || size == TRAILER_SIZE;
}

static bool
receive_digests(
    struct comparison *comparison, struct digest_set *set, bool *is_full, struct error *err)
{
    PGconn *connection = comparison->target->connection;
    bool is_first = true;
    bool is_readable = true;
    char *bytes;
    int size;

    while ((size = PQgetCopyData(connection, &bytes, 0)) > 0) {
        size_t skip = is_first ? HEADER_SIZE : 0;

        is_first = false;
        if ((size_t)size < skip || !take_rows(set, bytes + skip, (size_t)size - skip, is_full))
            is_readable = false;
        PQfreemem(bytes);
    }
    if (size == -2)
        return pq_fail(comparison->target, NULL, err, "could not read the mirror's digests");
    if (!is_readable)
        return error_set(err, ERROR_TABLE, "PostgreSQL sent digests in an unknown form");
    return true;
}

bool
comparison_read_mirror(struct comparison *comparison, struct digest_set *set, bool *is_full,
    int64_t *row_count, struct error *err)
{
    struct buffer *sql = sql_start(comparison->target);
    PGresult *result;
    bool done;

    *is_full = false;
    buffer_append_text(sql, "COPY (SELECT m.ctid, ");
    compare_append_digest(sql, &comparison->kind, comparison->table, NULL, "m");
    buffer_append_text(sql, " FROM ONLY ");
    sql_append_qualified(sql, comparison->schema, comparison->table->target_name);
    buffer_append_text(sql, " m) TO STDOUT (FORMAT binary)");
    if (sql->failed)
        return error_set(err, ERROR_TABLE, "the digest statement is too long");
    target_fault_point(comparison->target, "read the mirror's digests");
    result = PQexec(comparison->target->connection, buffer_text(sql));
    done = PQresultStatus(result) == PGRES_COPY_OUT;
    if (!done)
        pq_fail(comparison->target, result, err, "could not read the mirror's digests");
    PQclear(result);
    target_fault_point(comparison->target, "receive the mirror's digests");
    if (!done || !receive_digests(comparison, set, is_full, err))
        return false;
    result = PQgetResult(comparison->target->connection);
    done = PQresultStatus(result) == PGRES_COMMAND_OK;
    if (done)
        *row_count = result_affected(result);
    else
        pq_fail(comparison->target, result, err, "could not read the mirror's digests");
    PQclear(result);
    while ((result = PQgetResult(comparison->target->connection)) != NULL)
        PQclear(result);
    if (done && !*is_full)
        digest_set_freeze(set);
    return done;
}
