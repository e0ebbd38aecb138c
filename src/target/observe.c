#include "target/observe.h"

#include "base/text.h"
#include "target/observe_ways.h"
#include "target/target_internal.h"

#include <stdio.h>
#include <string.h>

static const char *
copy_text(struct arena *arena, const PGresult *rows, int row, int column)
{
    return PQgetisnull(rows, row, column) ? NULL
                                          : arena_strdup(arena, result_text(rows, row, column));
}

static int64_t
read_count(const PGresult *rows, int row, int column)
{
    return PQgetisnull(rows, row, column) ? -1 : result_integer(rows, row, column);
}

// Every failure here that is not one of the connection has one remedy.
static bool
query(struct target *target, const char *doing, const char *sql,
    const struct sql_parameters *parameters, PGresult **rows, struct error *err)
{
    if (target_execute(target, doing, sql, parameters, rows, err))
        return true;
    if (strcmp(err->sqlstate, "42501") == 0) {
        err->kind = ERROR_TARGET;
        err->hint[0] = '\0';
        error_hint(err, "GRANT USAGE ON SCHEMA oe2pg TO ...; GRANT SELECT ON ALL TABLES IN SCHEMA "
                        "oe2pg TO ...");
    }
    return false;
}

static bool
has_tracking(struct target *target, bool *has_tables, struct error *err)
{
    PGresult *row = NULL;

    // By the catalogue, which everybody may read; a missing right on the schema is told later.
    if (!query(target, "could not look for the tracking tables",
            "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
            " ON n.oid = c.relnamespace WHERE n.nspname = 'oe2pg' AND c.relname = 'mirror'",
            NULL, &row, err))
        return false;
    *has_tables = PQntuples(row) == 1;
    PQclear(row);
    return true;
}

static const char *const mirror_sql =
    "SELECT id, (extract(epoch FROM pg_catalog.clock_timestamp()) * 1000)::bigint,"
    "  source_product, source_host, source_port, source_database, source_schema,"
    "  (extract(epoch FROM created_at) * 1000)::bigint"
    "  FROM oe2pg.mirror WHERE target_schema = $1";

static bool
read_mirror(struct target *target, struct arena *arena, const char *schema,
    struct observation *observation, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *row = NULL;

    parameter_text(&parameters, schema);
    if (!query(
            target, "could not read the mirror's registration", mirror_sql, &parameters, &row, err))
        return false;
    observation->has_mirror = PQntuples(row) == 1;
    observation->target_schema = arena_strdup(arena, schema);
    if (observation->has_mirror) {
        observation->mirror_id = result_integer(row, 0, 0);
        observation->now_ms = result_integer(row, 0, 1);
        observation->source_product = copy_text(arena, row, 0, 2);
        observation->source_host = copy_text(arena, row, 0, 3);
        observation->source_port = result_integer(row, 0, 4);
        observation->source_database = copy_text(arena, row, 0, 5);
        observation->source_schema = copy_text(arena, row, 0, 6);
        observation->created_ms = result_integer(row, 0, 7);
    }
    PQclear(row);
    return true;
}

static void
fill_run(struct arena *arena, const PGresult *row, struct observed_run *run)
{
    run->id = result_integer(row, 0, 0);
    run->mode = copy_text(arena, row, 0, 1);
    run->state = copy_text(arena, row, 0, 2);
    run->host = copy_text(arena, row, 0, 3);
    run->pid = result_integer(row, 0, 4);
    run->version = copy_text(arena, row, 0, 5);
    run->error = copy_text(arena, row, 0, 6);
    run->started_ms = result_integer(row, 0, 7);
    run->finished_ms = result_integer(row, 0, 8);
    run->tables_total = result_integer(row, 0, 9);
    run->tables_done = result_integer(row, 0, 10);
    run->tables_failed = result_integer(row, 0, 11);
    run->counts.rows_read = result_integer(row, 0, 12);
    run->counts.bytes_read = result_integer(row, 0, 13);
    run->counts.rows_inserted = result_integer(row, 0, 14);
    run->counts.rows_updated = result_integer(row, 0, 15);
    run->counts.rows_deleted = result_integer(row, 0, 16);
    run->counts.rows_quarantined = result_integer(row, 0, 17);
    run->is_stopping = result_text(row, 0, 18)[0] == 't';
}

static const char *const run_sql =
    "SELECT id, mode, state, host, pid, version, error,"
    "  (extract(epoch FROM started_at) * 1000)::bigint,"
    "  (extract(epoch FROM finished_at) * 1000)::bigint,"
    "  tables_total, tables_done, tables_failed, rows_read, bytes_read, rows_inserted,"
    "  rows_updated, rows_deleted, rows_quarantined,"
    "  pg_catalog.to_jsonb(run) ->> 'is_stopping'" // a column that older tables have not
    "  FROM oe2pg.run WHERE mirror_id = $1 ORDER BY id DESC LIMIT 1";

static bool
read_run(
    struct target *target, struct arena *arena, struct observation *observation, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *row = NULL;

    parameter_integer(&parameters, observation->mirror_id);
    if (!query(target, "could not read the last run", run_sql, &parameters, &row, err))
        return false;
    if (PQntuples(row) == 1)
        fill_run(arena, row, &observation->run);
    PQclear(row);
    return true;
}

// Both are open to every role: pg_locks, and the names (not the texts) in pg_stat_activity.
static bool
read_liveness(struct target *target, struct observation *observation, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *row = NULL;

    parameter_integer(&parameters, observation->mirror_id);
    parameter_integer(&parameters, observation->run.id);
    if (!query(target, "could not see whether the run is alive",
            "SELECT EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.locktype = 'advisory'"
            "  AND l.classid = " ADVISORY_CLASS "::bigint::oid AND l.objid = $1::bigint::oid"
            "  AND l.objsubid = 2 AND l.granted AND l.database = (SELECT oid FROM"
            "  pg_catalog.pg_database WHERE datname = pg_catalog.current_database())),"
            " (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity"
            "  WHERE datname = pg_catalog.current_database()"
            "  AND pg_catalog.starts_with(application_name,"
            "   'oe2pg ' || $1::bigint || ' run ' || $2::bigint || ' '))",
            &parameters, &row, err))
        return false;
    observation->run.holds_lock = result_text(row, 0, 0)[0] == 't';
    observation->run.session_count = result_integer(row, 0, 1);
    PQclear(row);
    return true;
}

static const char *const workers_sql =
    "SELECT worker, source_schema, source_table, phase,"
    "  (extract(epoch FROM phase_since) * 1000)::bigint,"
    "  (extract(epoch FROM table_since) * 1000)::bigint,"
    "  (extract(epoch FROM heartbeat) * 1000)::bigint,"
    "  rows, bytes, of_rows FROM oe2pg.activity WHERE run_id = $1 ORDER BY worker";

static bool
read_workers(
    struct target *target, struct arena *arena, struct observation *observation, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;

    parameter_integer(&parameters, observation->run.id);
    if (!query(target, "could not read what the workers do", workers_sql, &parameters, &rows, err))
        return false;
    observation->worker_count = (size_t)PQntuples(rows);
    observation->workers =
        arena_calloc(arena, observation->worker_count, sizeof *observation->workers);
    for (int i = 0; i < PQntuples(rows); i++) {
        observation->workers[i] = (struct observed_worker){
            .number = result_integer(rows, i, 0),
            .source_schema = copy_text(arena, rows, i, 1),
            .source_table = copy_text(arena, rows, i, 2),
            .phase = copy_text(arena, rows, i, 3),
            .phase_since_ms = result_integer(rows, i, 4),
            .table_since_ms = result_integer(rows, i, 5),
            .heartbeat_ms = result_integer(rows, i, 6),
            .row_count = result_integer(rows, i, 7),
            .size_bytes = result_integer(rows, i, 8),
            .of_rows = read_count(rows, i, 9),
        };
    }
    PQclear(rows);
    return true;
}

// Tracking tables that an older program made have not all the counts.
static void
fill_verification(const PGresult *rows, int i, struct observed_verification *verification)
{
    enum { FIRST = 17 };

    *verification = (struct observed_verification){
        .verified_ms = result_integer(rows, i, FIRST),
        .is_equal = result_text(rows, i, FIRST + 1)[0] == 't',
        .row_count = result_integer(rows, i, FIRST + 2),
        .missing = result_integer(rows, i, FIRST + 3),
        .changed = result_integer(rows, i, FIRST + 4),
        .surplus = result_integer(rows, i, FIRST + 5),
        .quarantined = result_integer(rows, i, FIRST + 6),
        .unrecorded = result_integer(rows, i, FIRST + 7),
    };
}

static void
fill_stale(struct arena *arena, const char *array, struct observed_table *table)
{
    struct cell *names;
    size_t count = sql_parse_array(arena, array, &names);
    const char **texts = arena_calloc(arena, count, sizeof *texts);

    for (size_t i = 0; i < count; i++)
        texts[i] = names[i].bytes;
    table->stale_columns = texts;
    table->stale_count = count;
}

static void
fill_table(struct arena *arena, const PGresult *rows, int i, struct observed_table *table)
{
    *table = (struct observed_table){
        .source_schema = copy_text(arena, rows, i, 0),
        .source_table = copy_text(arena, rows, i, 1),
        .target_table = copy_text(arena, rows, i, 2),
        .state = copy_text(arena, rows, i, 3),
        .method = copy_text(arena, rows, i, 4),
        .reason = copy_text(arena, rows, i, 5),
        .key = copy_text(arena, rows, i, 6),
        .error = copy_text(arena, rows, i, 7),
        .hint = copy_text(arena, rows, i, 8),
        .content.row_count = result_integer(rows, i, 9),
        .content.size_bytes = result_integer(rows, i, 10),
        .content.read_from_ms = result_integer(rows, i, 11),
        .content.read_to_ms = result_integer(rows, i, 12),
        .last_success_ms = result_integer(rows, i, 13),
        .verified_ms = result_integer(rows, i, 14),
        .attempt = result_integer(rows, i, 15),
        .run_id = result_integer(rows, i, 16),
        .quarantined = -1,
    };
    fill_verification(rows, i, &table->verification);
    fill_stale(arena, result_text(rows, i, 25), table);
}

static const char *const tables_sql =
    "SELECT t.source_schema, t.source_table, t.target_table, t.state, t.method, t.reason,"
    "  pg_catalog.array_to_string(t.key_columns, ', '), t.error, t.hint, t.rows, t.bytes,"
    "  (extract(epoch FROM t.read_from) * 1000)::bigint,"
    "  (extract(epoch FROM t.read_to) * 1000)::bigint,"
    "  (extract(epoch FROM t.last_success_at) * 1000)::bigint,"
    "  (extract(epoch FROM t.verified_at) * 1000)::bigint, t.attempt, t.run_id,"
    "  (extract(epoch FROM v.verified_at) * 1000)::bigint,"
    "  v.is_equal, v.rows, v.missing, v.changed, v.surplus,"
    "  pg_catalog.to_jsonb(v) ->> 'quarantined', pg_catalog.to_jsonb(v) ->> 'unrecorded',"
    "  ARRAY(SELECT s.name FROM pg_catalog.jsonb_array_elements_text("
    "   pg_catalog.to_jsonb(t) -> 'stale_columns') s (name)"
    "   WHERE EXISTS (SELECT FROM pg_catalog.pg_attribute a"
    "    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
    "    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    "    WHERE n.nspname = t.target_schema AND c.relname = t.target_table"
    "    AND a.attname = s.name AND NOT a.attisdropped))"
    "  FROM oe2pg.tracking t LEFT JOIN oe2pg.verification v"
    "  USING (mirror_id, source_schema, source_table) WHERE t.mirror_id = $1"
    "  ORDER BY t.target_table COLLATE \"C\", t.source_table COLLATE \"C\"";

// read_from is 1970 for a table that failed before anything was read.
static bool
read_tables(
    struct target *target, struct arena *arena, struct observation *observation, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;

    parameter_integer(&parameters, observation->mirror_id);
    if (!query(
            target, "could not read the state of the tables", tables_sql, &parameters, &rows, err))
        return false;
    observation->table_count = (size_t)PQntuples(rows);
    observation->tables =
        arena_calloc(arena, observation->table_count, sizeof *observation->tables);
    for (int i = 0; i < PQntuples(rows); i++)
        fill_table(arena, rows, i, &observation->tables[i]);
    PQclear(rows);
    return true;
}

static struct observed_table *
find_table(struct observation *observation, const char *schema, const char *name)
{
    for (size_t i = 0; i < observation->table_count; i++) {
        if (strcmp(observation->tables[i].source_table, name) == 0 &&
            strcmp(observation->tables[i].source_schema, schema) == 0)
            return &observation->tables[i];
    }
    return NULL;
}

// Tables of before lack the column. An entry for many has no key and no value.
#define VALUE_COUNT                                                                                \
    "CASE WHEN key_values IS NULL AND value IS NULL THEN"                                          \
    " (pg_catalog.to_jsonb(q) ->> 'value_count')::bigint END"

// Apart from the rest, because it holds values and may be closed to whoever looks.
static bool
count_quarantine(struct target *target, struct observation *observation, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;
    bool is_open;

    observation->quarantine_total = -1;
    if (!query(target, "could not see the rights on oe2pg.quarantine",
            "SELECT pg_catalog.has_table_privilege('oe2pg.quarantine', 'SELECT')", NULL, &rows,
            err))
        return false;
    is_open = result_text(rows, 0, 0)[0] == 't';
    PQclear(rows);
    if (!is_open)
        return true;
    parameter_integer(&parameters, observation->mirror_id);
    if (!query(target, "could not count the quarantine",
            "SELECT source_schema, source_table,"
            " pg_catalog.sum(COALESCE(" VALUE_COUNT ", 1))::bigint FROM oe2pg.quarantine q"
            " WHERE mirror_id = $1 AND resolved_at IS NULL GROUP BY 1, 2",
            &parameters, &rows, err))
        return false;
    observation->quarantine_total = 0;
    for (size_t i = 0; i < observation->table_count; i++)
        observation->tables[i].quarantined = 0;
    for (int i = 0; i < PQntuples(rows); i++) {
        struct observed_table *table =
            find_table(observation, result_text(rows, i, 0), result_text(rows, i, 1));

        observation->quarantine_total += result_integer(rows, i, 2);
        if (table != NULL)
            table->quarantined = result_integer(rows, i, 2);
    }
    PQclear(rows);
    return true;
}

static bool
read_all(struct target *target, struct arena *arena, const char *schema,
    struct observation *observation, struct error *err)
{
    bool has_tables;

    observation->quarantine_total = -1;
    if (!has_tracking(target, &has_tables, err))
        return false;
    if (!has_tables)
        return true;
    if (!read_mirror(target, arena, schema, observation, err))
        return false;
    return !observation->has_mirror ||
           (read_run(target, arena, observation, err) && read_liveness(target, observation, err) &&
               read_workers(target, arena, observation, err) &&
               read_tables(target, arena, observation, err) &&
               count_quarantine(target, observation, err) &&
               observe_ways(target, arena, observation, err));
}

bool
observe_mirror(struct target *target, struct arena *arena, const char *schema,
    struct observation *observation, struct error *err)
{
    bool done;

    memset(observation, 0, sizeof *observation);
    if (!target_script(target, "could not begin to look",
            "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY", NULL, err))
        return false;
    done = read_all(target, arena, schema, observation, err);
    target_rollback(target);
    return done;
}

// ---- quarantine --------------------------------------------------------------------------------

// Its columns, and their values too where somebody asked for values.
static const char *
describe_key(struct arena *arena, const PGresult *rows, int row, bool with_values)
{
    struct cell *names;
    struct cell *values;
    size_t name_count = sql_parse_array(arena, result_text(rows, row, 1), &names);
    size_t value_count = sql_parse_array(arena, result_text(rows, row, 2), &values);
    const char *text = "";

    if (name_count == 0 || (with_values && name_count != value_count))
        return NULL;
    for (size_t i = 0; i < name_count; i++) {
        text = arena_printf(arena, "%s%s%s", text, i > 0 ? ", " : "",
            names[i].bytes != NULL ? names[i].bytes : "?");
        if (with_values)
            text = arena_printf(
                arena, "%s = %s", text, values[i].bytes != NULL ? values[i].bytes : "NULL");
    }
    return text;
}

static const char *const entries_sql =
    "SELECT id, key_columns, CASE WHEN $5::integer > 0 THEN key_values END, column_name, reason,"
    "  value_bytes,"
    "  (extract(epoch FROM first_seen_at) * 1000)::bigint,"
    "  (extract(epoch FROM last_seen_at) * 1000)::bigint,"
    "  CASE WHEN $5::integer > 0 THEN"
    "   pg_catalog.encode(pg_catalog.substring(value, 1, $5::integer), 'hex') END,"
    "  " VALUE_COUNT "  FROM oe2pg.quarantine q WHERE mirror_id = $1 AND source_schema = $2"
    "  AND source_table = $3 AND resolved_at IS NULL ORDER BY id LIMIT $4";

static bool
read_entries(struct target *target, struct arena *arena, struct observation *observation,
    const struct observed_table *table, bool with_values, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;

    parameter_integer(&parameters, observation->mirror_id);
    parameter_text(&parameters, table->source_schema);
    parameter_text(&parameters, table->source_table);
    parameter_integer(
        &parameters, OBSERVED_QUARANTINE_MAX - (int64_t)observation->quarantine_count);
    parameter_integer(&parameters, with_values ? OBSERVED_VALUE_BYTES : 0);
    if (!query(target, "could not read the quarantine", entries_sql, &parameters, &rows, err))
        return false;
    for (int i = 0; i < PQntuples(rows); i++) {
        observation->quarantine[observation->quarantine_count++] = (struct observed_quarantine){
            .id = result_integer(rows, i, 0),
            .source_schema = table->source_schema,
            .source_table = table->source_table,
            .key = describe_key(arena, rows, i, with_values),
            .column = copy_text(arena, rows, i, 3),
            .reason = copy_text(arena, rows, i, 4),
            .value_bytes = read_count(rows, i, 5),
            .first_seen_ms = result_integer(rows, i, 6),
            .last_seen_ms = result_integer(rows, i, 7),
            .value = copy_text(arena, rows, i, 8),
            .value_count = read_count(rows, i, 9),
        };
    }
    PQclear(rows);
    return true;
}

bool
observe_quarantine(struct target *target, struct arena *arena,
    const struct quarantine_request *request, struct observation *observation, struct error *err)
{
    if (observation->quarantine_total < 0) {
        error_set(err, ERROR_TARGET, "the role may not read oe2pg.quarantine");
        return error_hint(err, "GRANT SELECT ON oe2pg.quarantine TO ... (it holds values of the "
                               "source); or leave --quarantine away.");
    }
    observation->quarantine_total = 0;
    observation->quarantine_count = 0;
    observation->quarantine =
        arena_calloc(arena, OBSERVED_QUARANTINE_MAX, sizeof *observation->quarantine);
    for (size_t i = 0; i < request->table_count; i++) {
        const struct observed_table *table = request->tables[i];

        if (table->quarantined <= 0)
            continue;
        observation->quarantine_total += table->quarantined;
        if (!read_entries(target, arena, observation, table, request->with_values, err))
            return false;
    }
    return true;
}

// ---- one table ---------------------------------------------------------------------------------

static void
name_table(struct sql_parameters *parameters, const struct observation *observation,
    const struct observed_table *table)
{
    parameter_integer(parameters, observation->mirror_id);
    parameter_text(parameters, table->source_schema);
    parameter_text(parameters, table->source_table);
    parameter_integer(parameters, OBSERVED_STORY_MAX);
}

static void
fill_table_run(struct arena *arena, const PGresult *rows, int i, struct observed_table_run *run)
{
    *run = (struct observed_table_run){
        .run_id = result_integer(rows, i, 0),
        .method = copy_text(arena, rows, i, 1),
        .reason = copy_text(arena, rows, i, 2),
        .state = copy_text(arena, rows, i, 3),
        .error = copy_text(arena, rows, i, 4),
        .hint = copy_text(arena, rows, i, 5),
        .started_ms = result_integer(rows, i, 6),
        .finished_ms = result_integer(rows, i, 7),
        .attempts = result_integer(rows, i, 8),
        .counts.rows_read = result_integer(rows, i, 9),
        .counts.bytes_read = result_integer(rows, i, 10),
        .counts.rows_inserted = result_integer(rows, i, 11),
        .counts.rows_updated = result_integer(rows, i, 12),
        .counts.rows_deleted = result_integer(rows, i, 13),
        .counts.rows_quarantined = result_integer(rows, i, 14),
    };
}

static const char *const table_runs_sql =
    "SELECT t.run_id, t.method, t.reason, t.state, t.error, t.hint,"
    "  (extract(epoch FROM t.started_at) * 1000)::bigint,"
    "  (extract(epoch FROM t.finished_at) * 1000)::bigint,"
    "  t.attempts, t.rows_read, t.bytes_read, t.rows_inserted, t.rows_updated,"
    "  t.rows_deleted, t.rows_quarantined"
    "  FROM oe2pg.table_run t JOIN oe2pg.run r ON r.id = t.run_id WHERE r.mirror_id = $1"
    "  AND t.source_schema = $2 AND t.source_table = $3 ORDER BY t.run_id DESC LIMIT $4";

static bool
read_table_runs(struct target *target, struct arena *arena, const struct observation *observation,
    struct observed_story *story, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;

    name_table(&parameters, observation, story->table);
    if (!query(
            target, "could not read the table's history", table_runs_sql, &parameters, &rows, err))
        return false;
    story->run_count = (size_t)PQntuples(rows);
    story->runs = arena_calloc(arena, story->run_count, sizeof *story->runs);
    for (int i = 0; i < PQntuples(rows); i++)
        fill_table_run(arena, rows, i, &story->runs[i]);
    PQclear(rows);
    return true;
}

static const char *const changes_sql =
    "SELECT run_id, (extract(epoch FROM changed_at) * 1000)::bigint, change, statement"
    "  FROM oe2pg.schema_change WHERE mirror_id = $1 AND source_schema = $2"
    "  AND source_table = $3 ORDER BY id DESC LIMIT $4";

static bool
read_changes(struct target *target, struct arena *arena, const struct observation *observation,
    struct observed_story *story, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;

    name_table(&parameters, observation, story->table);
    if (!query(target, "could not read the table's schema changes", changes_sql, &parameters, &rows,
            err))
        return false;
    story->change_count = (size_t)PQntuples(rows);
    story->changes = arena_calloc(arena, story->change_count, sizeof *story->changes);
    for (int i = 0; i < PQntuples(rows); i++) {
        story->changes[i] = (struct observed_change){
            .run_id = result_integer(rows, i, 0),
            .changed_ms = result_integer(rows, i, 1),
            .change = copy_text(arena, rows, i, 2),
            .statement = copy_text(arena, rows, i, 3),
        };
    }
    PQclear(rows);
    return true;
}

bool
observe_story(struct target *target, struct arena *arena, const struct observation *observation,
    const struct observed_table *table, struct observed_story *story, struct error *err)
{
    memset(story, 0, sizeof *story);
    story->table = table;
    return read_table_runs(target, arena, observation, story, err) &&
           read_changes(target, arena, observation, story, err);
}
