#include "target/small_tables.h"

#include "target/compare_internal.h"
#include "target/digest_stream.h"

#include <inttypes.h>
#include <string.h>

bool
small_tables_read(struct target *target, const struct digest_kind *kind,
    const struct small_tables *small, bool *is_full, struct error *err)
{
    struct buffer *sql = sql_start(target);
    int64_t row_count;

    for (size_t i = 0; i < small->count; i++) {
        buffer_append_text(sql, i > 0 ? " UNION ALL SELECT " : "SELECT ");
        if (small->count > 1)
            buffer_printf(sql, "%zu::pg_catalog.int2, ", i);
        buffer_append_text(sql, "m.ctid, ");
        compare_append_digest(sql, kind, small->tables[i], NULL, "m");
        buffer_append_text(sql, " FROM ONLY ");
        sql_append_qualified(sql, small->schema, small->tables[i]->target_name);
        buffer_append_text(sql, " m");
    }
    if (!digest_stream_read(target, small->sets, small->count, is_full, &row_count, err))
        return false;
    for (size_t i = 0; i < small->count && !*is_full; i++)
        digest_set_freeze(small->sets[i]);
    return true;
}

// ---- their record ------------------------------------------------------------------------------

enum { TEXTS = 3, NUMBERS = 5 };

static void
append_row(struct sql_arrays *arrays, const struct small_table_record *record)
{
    const int64_t numbers[NUMBERS] = { record->row_count, record->size_bytes, record->read_from_ms,
        record->read_to_ms, record->rows_read };
    const char *const texts[TEXTS] = { record->table->schema, record->table->name, record->reason };

    sql_arrays_add(arrays, texts, numbers);
}

static bool
save(struct target *target, const struct mirror_claim *claim, struct sql_arrays *arrays,
    size_t count, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *result = NULL;
    int64_t saved;

    parameter_integer(&parameters, claim->mirror_id);
    parameter_integer(&parameters, claim->run_id);
    if (!sql_arrays_end(arrays, &parameters, err))
        return false;
    if (!target_execute(target, "could not record tables as unchanged",
            "WITH t AS (SELECT s, n, reason, c AS rows, b AS bytes,"
            "  pg_catalog.to_timestamp(f / 1000.0) AS read_from,"
            "  pg_catalog.to_timestamp(u / 1000.0) AS read_to, rows_read"
            "  FROM ROWS FROM (pg_catalog.unnest($3::text[]), pg_catalog.unnest($4::text[]),"
            "   pg_catalog.unnest($5::text[]), pg_catalog.unnest($6::bigint[]),"
            "   pg_catalog.unnest($7::bigint[]), pg_catalog.unnest($8::bigint[]),"
            "   pg_catalog.unnest($9::bigint[]), pg_catalog.unnest($10::bigint[]))"
            "   AS t (s, n, reason, c, b, f, u, rows_read)),"
            " history AS (INSERT INTO oe2pg.table_run (run_id, source_schema, source_table, method,"
            "  reason, state, started_at, finished_at, attempts, rows_read, bytes_read,"
            "  rows_inserted, rows_updated, rows_deleted, rows_quarantined)"
            "  SELECT $2, s, n, 'full', reason, 'done', read_from, read_to, 1, rows_read,"
            "  CASE WHEN rows_read > 0 THEN bytes ELSE 0 END, 0, 0, 0, 0 FROM t ON CONFLICT "
            "(run_id, source_schema, source_table) DO NOTHING)"
            " UPDATE oe2pg.tracking k SET state = 'done', method = 'full', reason = t.reason,"
            "  rows = t.rows, bytes = t.bytes, read_from = t.read_from, read_to = t.read_to,"
            "  was_resumed = false, run_id = $2, attempt = 1, error = NULL,"
            "  hint = CASE WHEN k.error IS NULL THEN k.hint END,"
            "  last_success_at = pg_catalog.clock_timestamp()"
            "  FROM t WHERE k.mirror_id = $1 AND k.source_schema = t.s AND k.source_table = t.n"
            "  AND EXISTS (SELECT FROM pg_catalog.pg_class c"
            "   JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
            "   WHERE n.nspname = k.target_schema AND c.relname = k.target_table"
            "   AND c.relkind IN ('r', 'p'))",
            &parameters, &result, err))
        return false;
    saved = result_affected(result);
    PQclear(result);
    if (saved != (int64_t)count)
        return error_set(err, ERROR_TABLE,
            "%zu tables were found unchanged, but %" PRId64 " have a record and are there", count,
            saved);
    return true;
}

bool
small_tables_save(struct target *target, const struct mirror_claim *claim,
    const struct small_table_record *records, size_t count, struct error *err)
{
    struct sql_arrays arrays;
    bool done;

    sql_arrays_init(&arrays, TEXTS, NUMBERS);
    for (size_t i = 0; i < count; i++)
        append_row(&arrays, &records[i]);
    done = target_begin(target, err) && save(target, claim, &arrays, count, err) &&
           target_commit(target, err);
    if (!done)
        target_rollback(target);
    sql_arrays_release(&arrays);
    return done;
}
