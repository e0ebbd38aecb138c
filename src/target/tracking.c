// The tracking rows of tables: read at the start of a job, written as the last statement of the
// transaction whose rows they describe.
#include "target/mirror.h"

#include "base/mem.h"
#include "base/text.h"
#include "target/piece.h"
#include "target/target_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *
table_state_name(enum table_state state)
{
    static const char *const names[] = { "pending", "staged", "running", "done", "failed",
        "dropped" };

    return names[state];
}

const char *
phase_name(enum phase phase)
{
    static const char *const names[] = { "idle", "opening", "reading", "committing", "comparing",
        "applying", "indexing", "waiting for readers", "pausing" };

    return names[phase];
}

static enum table_state
state_from_name(const char *name)
{
    for (enum table_state state = TABLE_STATE_PENDING; state <= TABLE_STATE_DROPPED; state++) {
        if (strcmp(name, table_state_name(state)) == 0)
            return state;
    }
    return TABLE_STATE_PENDING;
}

// The last two not by their names: tables that an older program made do not have them.
#define RECORD_COLUMNS                                                                             \
    "source_schema, source_table, target_table, state, method, reason, key_columns,"               \
    " digest_columns, staging_table, rows, bytes,"                                                 \
    " (extract(epoch FROM read_from) * 1000)::bigint, (extract(epoch FROM read_to) * "             \
    "1000)::bigint,"                                                                               \
    " was_resumed, attempt, error, hint, schema_fingerprint,"                                      \
    " (extract(epoch FROM last_success_at) * 1000)::bigint, run_id, loaded_at IS NOT NULL,"        \
    " EXISTS (SELECT FROM oe2pg.quarantine q WHERE q.mirror_id = tracking.mirror_id"               \
    "  AND q.source_schema = tracking.source_schema"                                               \
    "  AND q.source_table = tracking.source_table AND q.resolved_at IS NULL),"                     \
    " ARRAY(SELECT pg_catalog.jsonb_array_elements_text(pg_catalog.to_jsonb(tracking)"             \
    "  -> 'stale_columns')), pg_catalog.to_jsonb(tracking) ->> 'source_version'"

static const char *
copy_text(struct arena *arena, const PGresult *rows, int row, int column)
{
    return PQgetisnull(rows, row, column) ? NULL
                                          : arena_strdup(arena, result_text(rows, row, column));
}

static size_t
copy_names(
    struct arena *arena, const PGresult *rows, int row, int column, const char *const **names)
{
    struct cell *values;
    size_t count = sql_parse_array(arena, result_text(rows, row, column), &values);
    const char **made = arena_calloc(arena, count, sizeof *made);

    for (size_t i = 0; i < count; i++)
        made[i] = values[i].bytes;
    *names = made;
    return count;
}

static void
read_record(struct arena *arena, const PGresult *rows, int row, struct table_record *record)
{
    record->source_schema = copy_text(arena, rows, row, 0);
    record->source_table = copy_text(arena, rows, row, 1);
    record->target_table = copy_text(arena, rows, row, 2);
    record->state = state_from_name(result_text(rows, row, 3));
    record->method = copy_text(arena, rows, row, 4);
    record->reason = copy_text(arena, rows, row, 5);
    record->key_column_count = copy_names(arena, rows, row, 6, &record->key_columns);
    record->shape.digest_column_count =
        copy_names(arena, rows, row, 7, &record->shape.digest_columns);
    record->staging.table = copy_text(arena, rows, row, 8);
    record->content.row_count = result_integer(rows, row, 9);
    record->content.size_bytes = result_integer(rows, row, 10);
    record->content.read_from_ms = result_integer(rows, row, 11);
    record->content.read_to_ms = result_integer(rows, row, 12);
    record->content.was_resumed = result_text(rows, row, 13)[0] == 't';
    record->attempt = (int)result_integer(rows, row, 14);
    record->error = copy_text(arena, rows, row, 15);
    record->hint = copy_text(arena, rows, row, 16);
    record->shape.fingerprint = strtoull(result_text(rows, row, 17), NULL, 16);
    record->last_success_ms = result_integer(rows, row, 18);
    record->run_id = result_integer(rows, row, 19);
    record->is_loaded = result_text(rows, row, 20)[0] == 't';
    record->has_quarantine = result_text(rows, row, 21)[0] == 't';
    record->shape.stale_column_count =
        copy_names(arena, rows, row, 22, &record->shape.stale_columns);
    record->content.source_version = copy_text(arena, rows, row, 23);
}

bool
tracking_read(struct target *target, struct arena *arena, int mirror_id,
    struct table_record **records, size_t *count, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;

    parameter_integer(&parameters, mirror_id);
    if (!target_execute(target, "could not read the tracking table",
            "SELECT " RECORD_COLUMNS " FROM oe2pg.tracking WHERE mirror_id = $1", &parameters,
            &rows, err))
        return false;
    *count = (size_t)PQntuples(rows);
    *records = arena_calloc(arena, *count, sizeof **records);
    for (size_t i = 0; i < *count; i++)
        read_record(arena, rows, (int)i, &(*records)[i]);
    PQclear(rows);
    return true;
}

bool
tracking_read_one(struct target *target, struct arena *arena, int mirror_id,
    const char *source_schema, const char *source_table, struct table_record **record,
    struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;

    *record = NULL;
    parameter_integer(&parameters, mirror_id);
    parameter_text(&parameters, source_schema);
    parameter_text(&parameters, source_table);
    if (!target_execute_often(target, "could not read the tracking table",
            "SELECT " RECORD_COLUMNS " FROM oe2pg.tracking"
            " WHERE mirror_id = $1 AND source_schema = $2 AND source_table = $3",
            &parameters, &rows, err))
        return false;
    if (PQntuples(rows) == 1) {
        *record = arena_calloc(arena, 1, sizeof **record);
        read_record(arena, rows, 0, *record);
    }
    PQclear(rows);
    return *record == NULL ||
           piece_read(target, arena, mirror_id, *record, &(*record)->staging.parts, err);
}

// The parameters of save_row; times are milliseconds since 1970.
static const char save_statement[] =
    "INSERT INTO oe2pg.tracking (mirror_id, source_schema, source_table, target_schema,"
    " target_table, state, method, reason, key_columns, digest_columns, staging_table, rows, bytes,"
    " read_from, read_to,"
    " was_resumed, schema_fingerprint, run_id, attempt, error, hint,"
    " last_success_at,"
    " loaded_at, stale_columns, source_version)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,"
    " pg_catalog.to_timestamp($14::bigint / 1000.0), pg_catalog.to_timestamp($15::bigint / 1000.0),"
    " $16, $17, $18, $19, $20, $21,"
    " CASE WHEN $6 = 'done' THEN pg_catalog.clock_timestamp() END,"
    " CASE WHEN $6 IN ('running', 'done') THEN pg_catalog.clock_timestamp() END, $22, $23)"
    " ON CONFLICT (mirror_id, source_schema, source_table) DO UPDATE SET"
    " target_schema = excluded.target_schema, target_table = excluded.target_table,"
    " state = excluded.state, method = excluded.method, reason = excluded.reason,"
    " key_columns = excluded.key_columns, digest_columns = excluded.digest_columns,"
    " staging_table = excluded.staging_table, rows = excluded.rows, bytes = excluded.bytes,"
    " read_from = excluded.read_from, read_to = excluded.read_to,"
    " was_resumed = excluded.was_resumed, schema_fingerprint = excluded.schema_fingerprint,"
    " run_id = excluded.run_id, attempt = excluded.attempt, error = excluded.error,"
    " hint = excluded.hint, stale_columns = excluded.stale_columns,"
    " source_version = excluded.source_version,"
    " last_success_at = COALESCE(excluded.last_success_at, tracking.last_success_at),"
    " loaded_at = COALESCE(tracking.loaded_at, excluded.loaded_at)";

static bool
save_row(struct target *target, const struct mirror_claim *claim, const char *target_schema,
    const struct table_record *record, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    struct buffer keys;
    struct buffer columns;
    struct buffer stale;
    char fingerprint[20];
    bool done;

    buffer_init(&keys, BUFFER_SQL_CAP);
    buffer_init(&columns, BUFFER_SQL_CAP);
    buffer_init(&stale, BUFFER_SQL_CAP);
    sql_append_name_array(&stale, record->shape.stale_columns, record->shape.stale_column_count);
    sql_append_name_array(&keys, record->key_columns, record->key_column_count);
    sql_append_name_array(
        &columns, record->shape.digest_columns, record->shape.digest_column_count);
    (void)text_print(fingerprint, sizeof fingerprint, "%016" PRIx64, record->shape.fingerprint);
    parameter_integer(&parameters, claim->mirror_id);
    parameter_text(&parameters, record->source_schema);
    parameter_text(&parameters, record->source_table);
    parameter_text(&parameters, target_schema);
    parameter_text(&parameters, record->target_table);
    parameter_text(&parameters, table_state_name(record->state));
    parameter_text(&parameters, record->method);
    parameter_text(&parameters, record->reason);
    parameter_text(&parameters, record->key_column_count > 0 ? buffer_text(&keys) : NULL);
    parameter_text(&parameters, buffer_text(&columns));
    parameter_text(&parameters, record->staging.table);
    parameter_integer(&parameters, record->content.row_count);
    parameter_integer(&parameters, record->content.size_bytes);
    parameter_integer(&parameters, record->content.read_from_ms);
    parameter_integer(&parameters, record->content.read_to_ms);
    parameter_boolean(&parameters, record->content.was_resumed);
    parameter_text(&parameters, fingerprint);
    parameter_integer(&parameters, claim->run_id);
    parameter_integer(&parameters, record->attempt);
    parameter_text(&parameters, record->error);
    parameter_text(&parameters, record->hint);
    parameter_text(&parameters, buffer_text(&stale));
    parameter_text(&parameters, record->content.source_version);
    done = target_execute_often(
        target, "could not record the table's state", save_statement, &parameters, NULL, err);
    buffer_release(&keys);
    buffer_release(&columns);
    buffer_release(&stale);
    return done;
}

bool
tracking_save(struct target *target, const struct mirror_claim *claim, const char *target_schema,
    const struct table_record *record, struct error *err)
{
    // A small table never had a piece: no statement for it.
    return save_row(target, claim, target_schema, record, err) &&
           ((record->staging.parts.count == 0 && !record->staging.was_recorded) ||
               piece_save(target, claim, record, err));
}

bool
tracking_save_failure(struct target *target, const struct mirror_claim *claim,
    const char *target_schema, const struct table_record *record, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    char fingerprint[20];

    (void)text_print(fingerprint, sizeof fingerprint, "%016" PRIx64, record->shape.fingerprint);
    parameter_integer(&parameters, claim->mirror_id);
    parameter_text(&parameters, record->source_schema);
    parameter_text(&parameters, record->source_table);
    parameter_text(&parameters, target_schema);
    parameter_text(&parameters, record->target_table);
    parameter_text(&parameters, record->method);
    parameter_text(&parameters, record->reason);
    parameter_text(&parameters, fingerprint);
    parameter_integer(&parameters, claim->run_id);
    parameter_integer(&parameters, record->attempt);
    parameter_text(&parameters, record->error);
    parameter_text(&parameters, record->hint);
    // A staged table stays staged: what it has is continued, not loaded again.
    return target_execute(target, "could not record the table's failure",
        "INSERT INTO oe2pg.tracking (mirror_id, source_schema, source_table, target_schema,"
        " target_table, state, method, reason, digest_columns, schema_fingerprint, run_id, attempt,"
        " error, hint)"
        " VALUES ($1, $2, $3, $4, $5, 'failed', $6, $7, '{}', $8, $9, $10, $11, $12)"
        " ON CONFLICT (mirror_id, source_schema, source_table) DO UPDATE SET"
        " state = CASE tracking.state WHEN 'staged' THEN 'staged' ELSE 'failed' END,"
        " method = CASE tracking.method WHEN 'none' THEN excluded.method ELSE tracking.method END,"
        " reason = CASE tracking.method WHEN 'none' THEN excluded.reason ELSE tracking.reason END,"
        " run_id = excluded.run_id, attempt = excluded.attempt, error = excluded.error,"
        " hint = excluded.hint",
        &parameters, NULL, err);
}

bool
tracking_forget_failure(struct target *target, const struct mirror_claim *claim,
    const struct table *table, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    parameter_integer(&parameters, claim->mirror_id);
    parameter_text(&parameters, table->schema);
    parameter_text(&parameters, table->name);
    return target_execute(target, "could not take the table's failure back",
        "WITH never_mirrored AS (DELETE FROM oe2pg.tracking"
        "  WHERE mirror_id = $1 AND source_schema = $2 AND source_table = $3"
        "  AND state = 'failed' AND loaded_at IS NULL AND staging_table IS NULL)"
        " UPDATE oe2pg.tracking SET error = NULL, hint = NULL,"
        " state = CASE WHEN last_success_at IS NULL THEN 'running' ELSE 'done' END"
        " WHERE mirror_id = $1 AND source_schema = $2 AND source_table = $3"
        " AND state = 'failed' AND loaded_at IS NOT NULL",
        &parameters, NULL, err);
}

bool
table_run_save(struct target *target, const struct mirror_claim *claim,
    const struct table_record *record, const struct table_result *result, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    parameter_integer(&parameters, claim->run_id);
    parameter_text(&parameters, record->source_schema);
    parameter_text(&parameters, record->source_table);
    parameter_text(&parameters, record->method);
    parameter_text(&parameters, record->reason);
    parameter_text(&parameters, table_state_name(record->state));
    parameter_integer(&parameters, result->started_ms);
    parameter_integer(&parameters, result->finished_ms);
    parameter_integer(&parameters, record->attempt);
    parameter_integer(&parameters, result->rows_read);
    parameter_integer(&parameters, result->bytes_read);
    parameter_integer(&parameters, result->rows_inserted);
    parameter_integer(&parameters, result->rows_updated);
    parameter_integer(&parameters, result->rows_deleted);
    parameter_integer(&parameters, result->values_quarantined);
    parameter_text(&parameters, record->error);
    parameter_text(&parameters, record->hint);
    return target_execute_often(target, "could not record the table's history",
        "INSERT INTO oe2pg.table_run (run_id, source_schema, source_table, method, reason, state,"
        " started_at, finished_at, attempts, rows_read, bytes_read, rows_inserted, rows_updated,"
        " rows_deleted, rows_quarantined, error, hint)"
        " VALUES ($1, $2, $3, $4, $5, $6, pg_catalog.to_timestamp($7::bigint / 1000.0),"
        " pg_catalog.to_timestamp($8::bigint / 1000.0), $9, $10, $11, $12, $13, $14, $15, $16, $17)"
        " ON CONFLICT (run_id, source_schema, source_table) DO NOTHING",
        &parameters, NULL, err);
}

static void
add_activity(struct sql_parameters *parameters, const struct mirror_claim *claim,
    const struct activity *activity)
{
    parameter_integer(parameters, claim->run_id);
    parameter_integer(parameters, activity->worker);
    parameter_text(parameters, activity->table->schema);
    parameter_text(parameters, activity->table->name);
    parameter_text(parameters, phase_name(activity->phase));
    parameter_integer(parameters, activity->phase_since_ms);
    parameter_integer(parameters, activity->table_since_ms);
    parameter_integer(parameters, activity->heartbeat_ms);
    parameter_integer(parameters, activity->row_count);
    parameter_integer(parameters, activity->size_bytes);
    if (activity->of_rows >= 0)
        parameter_integer(parameters, activity->of_rows);
    else
        parameter_text(parameters, NULL);
}

// That the process may die is what it is for, not that PostgreSQL may: the commit need not wait for
// the disk.
bool
activity_begin(struct target *target, const struct mirror_claim *claim,
    const struct activity *activity, const char *session_name, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    add_activity(&parameters, claim, activity);
    parameter_integer(&parameters, activity->tables);
    parameter_text(&parameters, session_name);
    return target_execute_often(target, "could not record what a worker does",
        "WITH begun AS (INSERT INTO oe2pg.activity (run_id, worker, source_schema, source_table,"
        " phase, phase_since, table_since, heartbeat, rows, bytes, of_rows, tables)"
        " VALUES ($1, $2, $3, $4, $5, pg_catalog.to_timestamp($6::bigint / 1000.0),"
        " pg_catalog.to_timestamp($7::bigint / 1000.0),"
        " pg_catalog.to_timestamp($8::bigint / 1000.0), $9, $10, $11, $12)"
        " ON CONFLICT (run_id, worker) DO UPDATE SET source_schema = excluded.source_schema,"
        " source_table = excluded.source_table, phase = excluded.phase,"
        " phase_since = excluded.phase_since, table_since = excluded.table_since,"
        " heartbeat = excluded.heartbeat, rows = excluded.rows, bytes = excluded.bytes,"
        " of_rows = excluded.of_rows, tables = excluded.tables)"
        " SELECT pg_catalog.set_config('application_name', $13, false),"
        " pg_catalog.set_config('synchronous_commit', 'off', true)",
        &parameters, NULL, err);
}

bool
activity_save(struct target *target, const struct mirror_claim *claim,
    const struct activity *activity, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    add_activity(&parameters, claim, activity);
    return target_execute(target, "could not record what a worker does",
        "UPDATE oe2pg.activity SET source_schema = $3, source_table = $4, phase = $5,"
        " phase_since = pg_catalog.to_timestamp($6::bigint / 1000.0),"
        " table_since = pg_catalog.to_timestamp($7::bigint / 1000.0),"
        " heartbeat = pg_catalog.to_timestamp($8::bigint / 1000.0), rows = $9, bytes = $10,"
        " of_rows = $11 WHERE run_id = $1 AND worker = $2"
        " AND (tables > 1 OR (source_schema = $3 AND source_table = $4))",
        &parameters, NULL, err);
}

bool
activity_end(struct target *target, const struct mirror_claim *claim, int worker, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    parameter_integer(&parameters, claim->run_id);
    parameter_integer(&parameters, worker);
    return target_execute(target, "could not record what a worker does",
        "DELETE FROM oe2pg.activity WHERE run_id = $1 AND worker = $2", &parameters, NULL, err);
}

bool
tracking_save_shape(struct target *target, const struct mirror_claim *claim,
    const struct table *table, const struct name_list *stale_names, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    const char **names = mem_calloc(table->column_count, sizeof *names);
    struct buffer columns;
    struct buffer stale;
    bool done;

    buffer_init(&stale, BUFFER_SQL_CAP);
    sql_append_name_array(&stale, stale_names->names, stale_names->count);
    for (size_t i = 0; i < table->column_count; i++)
        names[i] = table->columns[i].target_name;
    buffer_init(&columns, BUFFER_SQL_CAP);
    sql_append_name_array(&columns, names, table->column_count);
    parameter_integer(&parameters, claim->mirror_id);
    parameter_text(&parameters, table->schema);
    parameter_text(&parameters, table->name);
    parameter_text(&parameters, buffer_text(&columns));
    parameter_text(&parameters, buffer_text(&stale));
    done = target_execute(target, "could not record the table's columns",
        "UPDATE oe2pg.tracking SET digest_columns = $4, stale_columns = $5"
        " WHERE mirror_id = $1 AND source_schema = $2 AND source_table = $3",
        &parameters, NULL, err);
    buffer_release(&columns);
    buffer_release(&stale);
    free(names);
    return done;
}

bool
schema_change_save(struct target *target, const struct mirror_claim *claim,
    const struct table *table, const char *change, const char *statement, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    parameter_integer(&parameters, claim->mirror_id);
    parameter_integer(&parameters, claim->run_id);
    parameter_text(&parameters, table->schema);
    parameter_text(&parameters, table->name);
    parameter_text(&parameters, change);
    parameter_text(&parameters, statement);
    return target_execute(target, "could not record a schema change",
        "INSERT INTO oe2pg.schema_change (mirror_id, run_id, source_schema, source_table, change,"
        " statement) VALUES ($1, $2, $3, $4, $5, $6)",
        &parameters, NULL, err);
}

bool
schema_change_find(struct target *target, const struct mirror_claim *claim,
    const struct table *table, const char *change, bool *found, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *row = NULL;

    parameter_integer(&parameters, claim->mirror_id);
    parameter_text(&parameters, table->schema);
    parameter_text(&parameters, table->name);
    parameter_text(&parameters, change);
    if (!target_execute(target, "could not read the history of schema changes",
            "SELECT EXISTS (SELECT FROM oe2pg.schema_change WHERE mirror_id = $1"
            " AND source_schema = $2 AND source_table = $3 AND change = $4)",
            &parameters, &row, err))
        return false;
    *found = result_text(row, 0, 0)[0] == 't';
    PQclear(row);
    return true;
}

bool
tracking_mark_dropped(struct target *target, const struct mirror_claim *claim,
    const struct table *table, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    parameter_integer(&parameters, claim->mirror_id);
    parameter_text(&parameters, table->schema);
    parameter_text(&parameters, table->name);
    parameter_integer(&parameters, claim->run_id);
    return target_execute(target, "could not record that the table is gone",
        "WITH pieces AS (DELETE FROM oe2pg.piece"
        "  WHERE mirror_id = $1 AND source_schema = $2 AND source_table = $3)"
        " UPDATE oe2pg.tracking SET state = 'dropped', staging_table = NULL, run_id = $4,"
        " reason = 'gone from the source', error = NULL, hint = NULL"
        " WHERE mirror_id = $1 AND source_schema = $2 AND source_table = $3",
        &parameters, NULL, err);
}

bool
tracking_rename(struct target *target, const struct mirror_claim *claim,
    const struct table_record *record, const struct table *table, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    parameter_integer(&parameters, claim->mirror_id);
    parameter_text(&parameters, record->source_schema);
    parameter_text(&parameters, record->source_table);
    parameter_text(&parameters, table->schema);
    parameter_text(&parameters, table->name);
    return target_execute(target, "could not record the table's new spelling",
        "WITH quarantined AS (UPDATE oe2pg.quarantine SET source_schema = $4, source_table = $5"
        "  WHERE mirror_id = $1 AND source_schema = $2 AND source_table = $3),"
        " changes AS (UPDATE oe2pg.schema_change SET source_schema = $4, source_table = $5"
        "  WHERE mirror_id = $1 AND source_schema = $2 AND source_table = $3),"
        " objects AS (UPDATE oe2pg.object SET source_schema = $4, source_table = $5"
        "  WHERE mirror_id = $1 AND source_schema = $2 AND source_table = $3),"
        " verified AS (UPDATE oe2pg.verification v SET source_schema = $4, source_table = $5"
        "  WHERE mirror_id = $1 AND source_schema = $2 AND source_table = $3 AND NOT EXISTS"
        "   (SELECT FROM oe2pg.verification o WHERE o.mirror_id = v.mirror_id"
        "    AND o.source_schema = $4 AND o.source_table = $5)),"
        " views AS (UPDATE oe2pg.typed_view SET source_schema = $4, source_table = $5"
        "  WHERE mirror_id = $1 AND source_schema = $2 AND source_table = $3)"
        " UPDATE oe2pg.tracking SET source_schema = $4, source_table = $5"
        " WHERE mirror_id = $1 AND source_schema = $2 AND source_table = $3",
        &parameters, NULL, err);
}
