// Who owns the mirror and which run holds it.
//
// Two locks, for two purposes. The advisory lock answers quickly: a second run is told at once who
// is at work. But it dies with its session, while other sessions of the same run may live on. So
// what protects the data is the fence: mirror.run_id, which every writing transaction locks FOR
// SHARE and compares. Invariant: once mirror_claim has committed a new run_id, no transaction of an
// earlier run is open or can begin.
#include "target/mirror.h"

#include "base/clock.h"
#include "base/text.h"
#include "target/observe.h"
#include "target/suspect.h"
#include "target/target_internal.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

enum { FENCE_TRIES = 3, LOCK_WAIT_MS = 2000, LOCK_PAUSE_MS = 100 };

// The same database: then it is the schema that is another one, most likely a slip.
static bool
is_same_database(const PGresult *row, const struct source_identity *identity)
{
    const char *guid = result_text(row, 0, 5);

    if (guid[0] != '\0' && identity->guid[0] != '\0')
        return strcmp(guid, identity->guid) == 0;
    return text_equal_nocase(result_text(row, 0, 1), identity->host) &&
           result_integer(row, 0, 2) == identity->port &&
           strcmp(result_text(row, 0, 3), identity->db_name) == 0;
}

static bool
is_same_source(const PGresult *row, const struct source_identity *identity, const char *schema)
{
    return strcmp(result_text(row, 0, 4), schema) == 0 && is_same_database(row, identity);
}

static bool
refuse_other_schema(const PGresult *row, const struct settings *settings, struct error *err)
{
    error_set(err, ERROR_CONFIG,
        "schema \"%s\" is the mirror of schema \"%s\" of this database, and progress_db.schema is "
        "\"%s\"",
        settings->target.schema, result_text(row, 0, 4), settings->source.schema);
    return error_hint(err,
        "Set progress_db.schema to \"%s\" again; or, to mirror the other one as well, give it a "
        "schema of its own with postgres_db.schema.",
        result_text(row, 0, 4));
}

static bool
refuse_other_source(const PGresult *row, const struct target_settings *settings, struct error *err)
{
    // A file has no port.
    bool has_port = result_integer(row, 0, 2) > 0;

    bool is_file = strcmp(result_text(row, 0, 1), result_text(row, 0, 3)) == 0;

    error_set(err, ERROR_CONFIG,
        "schema \"%s\" is the mirror of another source: database \"%s\"%s%s%s%s, schema \"%s\"",
        settings->schema, result_text(row, 0, 3), is_file ? "" : " on ",
        is_file                             ? ""
        : result_text(row, 0, 1)[0] != '\0' ? result_text(row, 0, 1)
                                            : "this machine",
        has_port ? " port " : "", has_port ? result_text(row, 0, 2) : "", result_text(row, 0, 4));
    return error_hint(err,
        "Give this source a schema of its own with postgres_db.schema; or, if it is the same "
        "database in another place, say so once: oe2pg --accept-source");
}

static bool
insert_mirror(struct target *target, const struct settings *settings,
    const struct source_identity *identity, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    parameter_text(&parameters, settings->target.schema);
    parameter_text(&parameters, identity->product);
    parameter_text(&parameters, identity->host);
    parameter_integer(&parameters, identity->port);
    parameter_text(&parameters, identity->db_name);
    parameter_text(&parameters, settings->source.schema);
    parameter_text(&parameters, identity->guid);
    parameter_text(&parameters, identity->code_page);
    return target_execute(target, "could not register the mirror",
        "INSERT INTO oe2pg.mirror (target_schema, source_product, source_host, source_port,"
        " source_database, source_schema, source_guid, source_code_page)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (target_schema) DO NOTHING",
        &parameters, NULL, err);
}

// The same database in another place, or its successor: the user said so.
static bool
update_identity(struct target *target, const struct settings *settings,
    const struct source_identity *identity, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    parameter_text(&parameters, settings->target.schema);
    parameter_text(&parameters, identity->product);
    parameter_text(&parameters, identity->host);
    parameter_integer(&parameters, identity->port);
    parameter_text(&parameters, identity->db_name);
    parameter_text(&parameters, settings->source.schema);
    parameter_text(&parameters, identity->guid);
    parameter_text(&parameters, identity->code_page);
    return target_execute(target, "could not record the source's new identity",
        "UPDATE oe2pg.mirror SET source_product = $2, source_host = $3, source_port = $4,"
        " source_database = $5, source_schema = $6, source_guid = $7, source_code_page = $8"
        " WHERE target_schema = $1",
        &parameters, NULL, err);
}

// The row itself, so that there is a number to lock; made when the schema was never mirrored into.
static bool
find_mirror(struct target *target, const struct settings *settings,
    const struct source_identity *identity, struct mirror_claim *claim, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *row = NULL;
    bool done;

    if (!insert_mirror(target, settings, identity, err))
        return false;
    parameter_text(&parameters, settings->target.schema);
    if (!target_execute(target, "could not read the mirror's registration",
            "SELECT id FROM oe2pg.mirror WHERE target_schema = $1", &parameters, &row, err))
        return false;
    done = PQntuples(row) == 1;
    if (done)
        claim->mirror_id = (int)result_integer(row, 0, 0);
    else
        error_set(err, ERROR_TARGET, "the mirror's registration vanished");
    PQclear(row);
    return done;
}

bool
mirror_find_twin(struct target *target, struct arena *arena, const struct settings *settings,
    const struct source_identity *identity, const struct mirror_claim *claim, const char **schema,
    struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *row = NULL;

    *schema = NULL;
    parameter_integer(&parameters, claim->mirror_id);
    parameter_text(&parameters, identity->host);
    parameter_integer(&parameters, identity->port);
    parameter_text(&parameters, identity->db_name);
    parameter_text(&parameters, settings->target.schema);
    if (!target_execute(target, "could not look for other mirrors of the source",
            "SELECT m.target_schema FROM oe2pg.mirror m WHERE m.target_schema <> $5"
            " AND pg_catalog.lower(m.source_host) = pg_catalog.lower($2) AND m.source_port = $3"
            " AND m.source_database = $4"
            " AND EXISTS (SELECT FROM oe2pg.tracking t WHERE t.mirror_id = m.id"
            "  AND t.loaded_at IS NOT NULL)"
            " AND NOT EXISTS (SELECT FROM oe2pg.tracking t WHERE t.mirror_id = $1"
            "  AND t.loaded_at IS NOT NULL) ORDER BY m.id LIMIT 1",
            &parameters, &row, err))
        return false;
    if (PQntuples(row) == 1)
        *schema = arena_strdup(arena, result_text(row, 0, 0));
    PQclear(row);
    return true;
}

// Under the lock: while another run mirrors the one source, nobody makes it another's mirror.
static bool
claim_source(struct target *target, const struct settings *settings,
    const struct source_identity *identity, struct error *err)
{
    return mirror_check_source(target, settings, identity, err) &&
           (!settings->mirror.accept_source || update_identity(target, settings, identity, err));
}

bool
mirror_check_exists(
    struct target *target, struct arena *arena, const char *schema, struct error *err)
{
    struct observation observation;

    if (!observe_mirror(target, arena, schema, &observation, err))
        return false;
    if (observation.has_mirror)
        return true;
    error_set(err, ERROR_CONFIG, "nothing is mirrored in schema \"%s\" yet", schema);
    return error_hint(err, "Mirror it first: oe2pg sync.");
}

bool
mirror_check_ignore_file(struct target *target, const struct settings *settings, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *row = NULL;
    bool was_found;

    if (settings->mirror.ignore_file_found)
        return true;
    parameter_text(&parameters, settings->target.schema);
    if (!target_execute(target, "could not read the mirror's registration",
            "SELECT 1 FROM oe2pg.mirror WHERE target_schema = $1 AND ignore_file_found",
            &parameters, &row, err))
        return false;
    was_found = PQntuples(row) > 0;
    PQclear(row);
    if (!was_found)
        return true;
    if (settings->mirror.ignore_file == NULL) {
        error_set(err, ERROR_CONFIG, "the last run had an ignore file, and none is named now");
        return error_hint(err, "Name it again (mirror_settings.ignore_file), or an empty one if "
                               "nothing is to be ignored any more.");
    }
    error_set(err, ERROR_CONFIG, "the ignore file of the last run is gone: there is no \"%s\"",
        settings->mirror.ignore_file);
    return error_hint(
        err, "Put it back, or make an empty one if nothing is to be ignored any more.");
}

bool
mirror_check_source(struct target *target, const struct settings *settings,
    const struct source_identity *identity, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *row = NULL;
    bool done;

    parameter_text(&parameters, settings->target.schema);
    if (!target_execute(target, "could not read the mirror's registration",
            "SELECT id, source_host, source_port, source_database, source_schema, source_guid"
            " FROM oe2pg.mirror WHERE target_schema = $1",
            &parameters, &row, err))
        return false;
    done = PQntuples(row) == 0 || settings->mirror.accept_source ||
           is_same_source(row, identity, settings->source.schema) ||
           (is_same_database(row, identity) ? refuse_other_schema(row, settings, err)
                                            : refuse_other_source(row, &settings->target, err));
    PQclear(row);
    return done;
}

static bool
refuse_busy(
    struct target *target, const struct mirror_claim *claim, const char *schema, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *row = NULL;

    parameter_integer(&parameters, claim->mirror_id);
    if (!target_execute(target, "could not see who holds the mirror",
            "SELECT r.id, r.host, r.pid, pg_catalog.to_char(r.started_at AT TIME ZONE 'UTC',"
            " 'YYYY-MM-DD HH24:MI:SS') FROM oe2pg.mirror m JOIN oe2pg.run r ON r.id = m.run_id"
            " WHERE m.id = $1",
            &parameters, &row, err))
        return false;
    if (PQntuples(row) == 1)
        error_set(err, ERROR_BUSY,
            "run %s holds the mirror \"%s\": process %s on host %s, since %s UTC",
            result_text(row, 0, 0), schema, result_text(row, 0, 2), result_text(row, 0, 1),
            result_text(row, 0, 3));
    else
        error_set(err, ERROR_BUSY, "another run holds the mirror \"%s\"", schema);
    PQclear(row);
    return error_hint(err, "Wait until it has ended; the next run continues from there.");
}

static bool
try_advisory_lock(
    struct target *target, const struct mirror_claim *claim, bool *is_ours, struct error *err)
{
    PGresult *row = NULL;
    char sql[128];

    (void)text_print(sql, sizeof sql,
        "SELECT pg_catalog.pg_try_advisory_lock(" ADVISORY_CLASS ", %d)", claim->mirror_id);
    if (!target_script(target, "could not lock the mirror", sql, &row, err))
        return false;
    *is_ours = result_text(row, 0, 0)[0] == 't';
    PQclear(row);
    return true;
}

// The session of a run that was just killed takes PostgreSQL a moment to end.
static bool
take_advisory_lock(
    struct target *target, const struct mirror_claim *claim, const char *schema, struct error *err)
{
    bool is_ours = false;

    for (int64_t waited = 0;; waited += LOCK_PAUSE_MS) {
        if (!try_advisory_lock(target, claim, &is_ours, err))
            return false;
        if (is_ours)
            return true;
        if (waited >= LOCK_WAIT_MS)
            return refuse_busy(target, claim, schema, err);
        clock_sleep_ms(LOCK_PAUSE_MS);
    }
}

static bool
insert_run(struct target *target, const struct settings *settings, const char *mode,
    struct mirror_claim *claim, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *row = NULL;
    char host[256] = "";

    (void)gethostname(host, sizeof host - 1);
    parameter_integer(&parameters, claim->mirror_id);
    parameter_text(&parameters, mode);
    parameter_text(&parameters, host);
    parameter_integer(&parameters, (int64_t)getpid());
    parameter_text(&parameters, OE2PG_VERSION);
    parameter_text(&parameters, settings->fingerprint);
    if (!target_execute(target, "could not record the run",
            "INSERT INTO oe2pg.run (mirror_id, mode, state, host, pid, version,"
            " settings_fingerprint) VALUES ($1, $2, 'running', $3, $4, $5, $6) RETURNING id",
            &parameters, &row, err))
        return false;
    claim->run_id = result_integer(row, 0, 0);
    PQclear(row);
    return true;
}

// The UPDATE waits for every transaction that holds the row FOR SHARE, so an earlier run's open
// transactions end first, one way or the other; at most as long as any statement waits for a lock.
static bool
set_fence(struct target *target, const struct settings *settings, const struct mirror_claim *claim,
    struct error *err)
{
    struct sql_parameters fence = { .count = 0 };

    parameter_integer(&fence, claim->mirror_id);
    parameter_integer(&fence, claim->run_id);
    parameter_boolean(&fence, settings->mirror.ignore_file_found);
    return target_execute(target, "could not take the mirror over",
        "UPDATE oe2pg.mirror SET run_id = $2, ignore_file_found = $3 WHERE id = $1", &fence, NULL,
        err);
}

// Sessions of earlier runs of this mirror that are still there; a role may end its own sessions.
static bool
end_leftovers(struct target *target, const struct mirror_claim *claim, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    char mirror[64];
    char ours[64];

    mirror_session_name(mirror, sizeof mirror, claim, "");
    *strstr(mirror, " run ") = '\0';
    mirror_session_name(ours, sizeof ours, claim, "");
    parameter_text(&parameters, mirror);
    parameter_text(&parameters, ours);
    return target_execute(target, "could not end sessions of an earlier run",
        "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity"
        " WHERE pid <> pg_catalog.pg_backend_pid() AND datname = pg_catalog.current_database()"
        " AND usename = current_user"
        " AND pg_catalog.starts_with(application_name, $1 || ' run ')"
        " AND NOT pg_catalog.starts_with(application_name, $2)",
        &parameters, NULL, err);
}

// A transaction of an earlier run that does not end by itself (its process is stopped, its host
// gone) is ended with its session; PostgreSQL undoes it then.
static bool
raise_fence(struct target *target, const struct settings *settings,
    const struct mirror_claim *claim, struct error *err)
{
    for (int tries = 1;; tries++) {
        if (set_fence(target, settings, claim, err))
            return true;
        if (strcmp(err->sqlstate, "55P03") != 0)
            return false;
        if (tries == FENCE_TRIES)
            break;
        if (!end_leftovers(target, claim, err))
            return false;
    }
    err->kind = ERROR_BUSY;
    err->hint[0] = '\0';
    return error_hint(err, "A session of an earlier run still writes and cannot be ended: see "
                           "pg_stat_activity, application_name \"oe2pg ...\".");
}

static bool
name_session(struct target *target, const struct mirror_claim *claim, struct error *err)
{
    char name[64];

    mirror_session_name(name, sizeof name, claim, "housekeeping");
    return target_set_name(target, name, err);
}

void
mirror_session_name(char *name, size_t size, const struct mirror_claim *claim, const char *what)
{
    (void)text_print(
        name, size, "oe2pg %d run %" PRId64 " %s", claim->mirror_id, claim->run_id, what);
}

bool
mirror_claim(struct target *target, const struct settings *settings,
    const struct source_identity *identity, const char *mode, struct mirror_claim *claim,
    struct error *err)
{
    memset(claim, 0, sizeof *claim);
    // Refused before anything is written: the flag of the last accepted run stays, for the next.
    if (!mirror_check_ignore_file(target, settings, err) ||
        !find_mirror(target, settings, identity, claim, err) ||
        !take_advisory_lock(target, claim, settings->target.schema, err) ||
        !claim_source(target, settings, identity, err) ||
        !insert_run(target, settings, mode, claim, err) ||
        !raise_fence(target, settings, claim, err) ||
        !suspect_close_earlier_runs(target, claim, &claim->follows_death, err) ||
        !name_session(target, claim, err) || !end_leftovers(target, claim, err))
        return false;
    target_set_fence(target, claim->mirror_id, claim->run_id);
    return true;
}

bool
mirror_end_former_session(
    struct target *target, const struct mirror_claim *claim, const char *what, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    char name[64];

    mirror_session_name(name, sizeof name, claim, what);
    parameter_text(&parameters, name);
    return target_execute(target, "could not end the lost session",
        "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity"
        " WHERE pid <> pg_catalog.pg_backend_pid() AND datname = pg_catalog.current_database()"
        " AND usename = current_user AND (application_name = $1"
        "  OR pg_catalog.starts_with(application_name, $1 || ' '))",
        &parameters, NULL, err);
}

bool
mirror_lock(struct target *target, int mirror_id, const char *schema, struct error *err)
{
    const struct mirror_claim claim = { .mirror_id = mirror_id };

    return take_advisory_lock(target, &claim, schema, err);
}

bool
mirror_reclaim(
    struct target *target, const struct mirror_claim *claim, const char *schema, struct error *err)
{
    target_set_fence(target, claim->mirror_id, claim->run_id);
    // An empty transaction: it begins only if the fence still names this run. Once before anything
    // is ended or taken, and once more with the lock, which a new run could have had in between.
    return target_begin(target, err) && target_commit(target, err) &&
           name_session(target, claim, err) &&
           mirror_end_former_session(target, claim, "housekeeping", err) &&
           take_advisory_lock(target, claim, schema, err) && target_begin(target, err) &&
           target_commit(target, err);
}

static void
add_totals(struct sql_parameters *parameters, const struct mirror_claim *claim,
    const struct run_totals *totals)
{
    parameter_integer(parameters, claim->run_id);
    parameter_integer(parameters, totals->tables_total);
    parameter_integer(parameters, totals->tables_done);
    parameter_integer(parameters, totals->tables_failed);
    parameter_integer(parameters, totals->rows.rows_read);
    parameter_integer(parameters, totals->rows.bytes_read);
    parameter_integer(parameters, totals->rows.rows_inserted);
    parameter_integer(parameters, totals->rows.rows_updated);
    parameter_integer(parameters, totals->rows.rows_deleted);
    parameter_integer(parameters, totals->rows.values_quarantined);
}

#define SET_TOTALS                                                                                 \
    "UPDATE oe2pg.run SET tables_total = $2, tables_done = $3, tables_failed = $4,"                \
    " rows_read = $5, bytes_read = $6, rows_inserted = $7, rows_updated = $8,"                     \
    " rows_deleted = $9, rows_quarantined = $10"

bool
run_save(struct target *target, const struct mirror_claim *claim, const struct run_totals *totals,
    struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    add_totals(&parameters, claim, totals);
    parameter_boolean(&parameters, totals->is_stopping);
    return target_execute(target, "could not record the run's progress",
        SET_TOTALS ", is_stopping = $11 WHERE id = $1", &parameters, NULL, err);
}

bool
run_finish(struct target *target, const struct mirror_claim *claim, const struct run_totals *totals,
    const char *state, const char *error, int history_days, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    struct sql_parameters history = { .count = 0 };

    add_totals(&parameters, claim, totals);
    parameter_text(&parameters, state);
    parameter_text(&parameters, error);
    if (!target_execute(target, "could not record the end of the run",
            "WITH gone AS (DELETE FROM oe2pg.activity WHERE run_id = $1) " SET_TOTALS
            ", state = $11, error = $12, finished_at = pg_catalog.clock_timestamp()"
            " WHERE id = $1",
            &parameters, NULL, err))
        return false;
    parameter_integer(&history, claim->mirror_id);
    parameter_integer(&history, claim->run_id);
    parameter_integer(&history, history_days);
    return target_execute(target, "could not remove old history",
        "WITH old_values AS (DELETE FROM oe2pg.quarantine WHERE mirror_id = $1"
        "  AND resolved_at < pg_catalog.now() - $3::integer * interval '1 day')"
        " DELETE FROM oe2pg.run WHERE mirror_id = $1 AND id < $2"
        " AND started_at < pg_catalog.now() - $3::integer * interval '1 day'",
        &history, NULL, err);
}

bool
run_discard(struct target *target, const struct mirror_claim *claim, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    parameter_integer(&parameters, claim->run_id);
    return target_execute(target, "could not take back the record of a run that did not begin",
        "DELETE FROM oe2pg.run WHERE id = $1", &parameters, NULL, err);
}

bool
run_leave_word(
    struct target *target, const struct mirror_claim *claim, const char *why, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    parameter_integer(&parameters, claim->run_id);
    parameter_text(&parameters, why);
    return target_execute(target, "could not record why the run ends",
        "UPDATE oe2pg.run SET error = $2 WHERE id = $1 AND state = 'running'", &parameters, NULL,
        err);
}
