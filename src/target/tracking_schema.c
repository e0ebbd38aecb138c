// The tracking tables' own schema. A change is a new step at the end of `steps`; a step that was
// ever released is never edited.
#include "target/mirror.h"

#include "base/text.h"
#include "target/target_internal.h"

#include <inttypes.h>
#include <string.h>

static const char *const step_1[] = {
    "CREATE TABLE oe2pg.mirror ("
    " id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " target_schema text NOT NULL UNIQUE,"
    " source_product text NOT NULL,"
    " source_host text NOT NULL,"
    " source_port integer NOT NULL,"
    " source_database text NOT NULL,"
    " source_schema text NOT NULL,"
    " source_guid text NOT NULL,"
    " source_code_page text NOT NULL,"
    " run_id bigint,"
    " ignore_file_found boolean NOT NULL DEFAULT false,"
    " created_at timestamptz NOT NULL DEFAULT pg_catalog.now());"
    "COMMENT ON COLUMN oe2pg.mirror.run_id IS"
    " 'the fence: only this run may write to the mirror';",
    "CREATE TABLE oe2pg.run ("
    " id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " mirror_id integer NOT NULL REFERENCES oe2pg.mirror (id),"
    " mode text NOT NULL,"
    " started_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),"
    " finished_at timestamptz,"
    " state text NOT NULL,"
    " host text NOT NULL,"
    " pid integer NOT NULL,"
    " version text NOT NULL,"
    " settings_fingerprint text NOT NULL,"
    " tables_total integer NOT NULL DEFAULT 0,"
    " tables_done integer NOT NULL DEFAULT 0,"
    " tables_failed integer NOT NULL DEFAULT 0,"
    " rows_read bigint NOT NULL DEFAULT 0,"
    " bytes_read bigint NOT NULL DEFAULT 0,"
    " rows_inserted bigint NOT NULL DEFAULT 0,"
    " rows_updated bigint NOT NULL DEFAULT 0,"
    " rows_deleted bigint NOT NULL DEFAULT 0,"
    " rows_quarantined bigint NOT NULL DEFAULT 0,"
    " error text);"
    "CREATE INDEX run_mirror ON oe2pg.run (mirror_id, id);",
    "CREATE TABLE oe2pg.table_run ("
    " run_id bigint NOT NULL REFERENCES oe2pg.run (id) ON DELETE CASCADE,"
    " source_schema text NOT NULL,"
    " source_table text NOT NULL,"
    " method text NOT NULL,"
    " reason text NOT NULL,"
    " state text NOT NULL,"
    " started_at timestamptz NOT NULL,"
    " finished_at timestamptz NOT NULL,"
    " attempts integer NOT NULL,"
    " rows_read bigint NOT NULL,"
    " bytes_read bigint NOT NULL,"
    " rows_inserted bigint NOT NULL,"
    " rows_updated bigint NOT NULL,"
    " rows_deleted bigint NOT NULL,"
    " rows_quarantined bigint NOT NULL,"
    " error text,"
    " hint text,"
    " PRIMARY KEY (run_id, source_schema, source_table));",
    "CREATE TABLE oe2pg.tracking ("
    " mirror_id integer NOT NULL REFERENCES oe2pg.mirror (id),"
    " source_schema text NOT NULL,"
    " source_table text NOT NULL,"
    " target_schema text NOT NULL,"
    " target_table text NOT NULL,"
    " state text NOT NULL,"
    " method text NOT NULL,"
    " reason text NOT NULL,"
    " key_columns text[],"
    " timestamp_column text,"
    " timestamp_evidence text,"
    " watermark text,"
    " digest_columns text[] NOT NULL,"
    " staging_table text,"
    " rows bigint NOT NULL DEFAULT 0,"
    " bytes bigint NOT NULL DEFAULT 0,"
    " read_from timestamptz,"
    " read_to timestamptz,"
    " was_resumed boolean NOT NULL DEFAULT false,"
    " last_success_at timestamptz,"
    " loaded_at timestamptz,"
    " next_due_at timestamptz,"
    " verified_at timestamptz,"
    " schema_fingerprint text NOT NULL,"
    " run_id bigint NOT NULL,"
    " attempt integer NOT NULL DEFAULT 0,"
    " error text,"
    " hint text,"
    " PRIMARY KEY (mirror_id, source_schema, source_table));",
    "CREATE TABLE oe2pg.piece ("
    " mirror_id integer NOT NULL,"
    " source_schema text NOT NULL,"
    " source_table text NOT NULL,"
    " piece integer NOT NULL,"
    " is_null_part boolean NOT NULL,"
    " lower_bound text[],"
    " upper_bound text[],"
    " position text[],"
    " is_done boolean NOT NULL,"
    " rows bigint NOT NULL,"
    " bytes bigint NOT NULL,"
    " PRIMARY KEY (mirror_id, source_schema, source_table, piece),"
    " FOREIGN KEY (mirror_id, source_schema, source_table)"
    "  REFERENCES oe2pg.tracking ON UPDATE CASCADE ON DELETE CASCADE);",
    "CREATE TABLE oe2pg.activity ("
    " run_id bigint NOT NULL REFERENCES oe2pg.run (id) ON DELETE CASCADE,"
    " worker integer NOT NULL,"
    " source_schema text NOT NULL,"
    " source_table text NOT NULL,"
    " phase text NOT NULL,"
    " phase_since timestamptz NOT NULL,"
    " table_since timestamptz NOT NULL,"
    " heartbeat timestamptz NOT NULL,"
    " rows bigint NOT NULL,"
    " bytes bigint NOT NULL,"
    " of_rows bigint,"
    " PRIMARY KEY (run_id, worker));",
    "CREATE TABLE oe2pg.quarantine ("
    " id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " mirror_id integer NOT NULL REFERENCES oe2pg.mirror (id),"
    " source_schema text NOT NULL,"
    " source_table text NOT NULL,"
    " key_columns text[],"
    " key_values text[],"
    " column_name text,"
    " reason text NOT NULL,"
    " detail text,"
    " value bytea,"
    " value_bytes bigint,"
    " row_digest bigint,"
    " first_run_id bigint NOT NULL,"
    " last_run_id bigint NOT NULL,"
    " first_seen_at timestamptz NOT NULL DEFAULT pg_catalog.now(),"
    " last_seen_at timestamptz NOT NULL DEFAULT pg_catalog.now(),"
    " resolved_at timestamptz);"
    "CREATE INDEX quarantine_table ON oe2pg.quarantine"
    " (mirror_id, source_schema, source_table) WHERE resolved_at IS NULL;"
    "CREATE INDEX quarantine_row ON oe2pg.quarantine (row_digest) WHERE resolved_at IS NULL;"
    "CREATE INDEX quarantine_key ON oe2pg.quarantine"
    " (pg_catalog.hash_array_extended(key_values, 0)) WHERE resolved_at IS NULL;",
    "CREATE TABLE oe2pg.schema_change ("
    " id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " mirror_id integer NOT NULL REFERENCES oe2pg.mirror (id),"
    " run_id bigint NOT NULL,"
    " source_schema text NOT NULL,"
    " source_table text NOT NULL,"
    " change text NOT NULL,"
    " statement text,"
    " changed_at timestamptz NOT NULL DEFAULT pg_catalog.now());",
    "CREATE TABLE oe2pg.verification ("
    " mirror_id integer NOT NULL REFERENCES oe2pg.mirror (id),"
    " source_schema text NOT NULL,"
    " source_table text NOT NULL,"
    " run_id bigint NOT NULL,"
    " verified_at timestamptz NOT NULL DEFAULT pg_catalog.now(),"
    " is_equal boolean NOT NULL,"
    " rows bigint NOT NULL,"
    " missing bigint NOT NULL,"
    " changed bigint NOT NULL,"
    " surplus bigint NOT NULL,"
    " moving bigint NOT NULL,"
    " PRIMARY KEY (mirror_id, source_schema, source_table));",
    "CREATE VIEW oe2pg.progress AS"
    " SELECT m.target_schema, a.run_id, a.worker, a.source_schema, a.source_table, a.phase,"
    "  pg_catalog.now() - a.phase_since AS in_phase,"
    "  pg_catalog.now() - a.heartbeat AS silent_for,"
    "  a.rows, a.of_rows,"
    "  CASE WHEN a.of_rows > 0"
    "   THEN LEAST(100.0, pg_catalog.round(100.0 * a.rows / a.of_rows, 1)) END AS percent,"
    "  CASE WHEN a.rows > 0 AND a.of_rows > a.rows"
    "   THEN (a.heartbeat - a.table_since) * ((a.of_rows - a.rows)::float8 / a.rows)"
    "  END AS time_left"
    " FROM oe2pg.activity a"
    " JOIN oe2pg.run r ON r.id = a.run_id"
    " JOIN oe2pg.mirror m ON m.id = r.mirror_id"
    " WHERE r.state = 'running';",
    NULL,
};

static const char *const step_2[] = {
    "CREATE TABLE oe2pg.condemned_key ("
    " mirror_id integer NOT NULL REFERENCES oe2pg.mirror (id),"
    " source_schema text NOT NULL,"
    " source_table text NOT NULL,"
    " key_columns text[] NOT NULL,"
    " source_version text NOT NULL,"
    " reason text NOT NULL,"
    " run_id bigint NOT NULL,"
    " found_at timestamptz NOT NULL DEFAULT pg_catalog.now(),"
    " PRIMARY KEY (mirror_id, source_schema, source_table, key_columns));"
    "COMMENT ON TABLE oe2pg.condemned_key IS"
    " 'keys that the source orders in another way than it compares them: no read is cut by them';",
    NULL,
};

static const char *const step_3[] = {
    "ALTER TABLE oe2pg.run ADD COLUMN is_stopping boolean NOT NULL DEFAULT false;"
    "ALTER TABLE oe2pg.activity ADD COLUMN tables integer NOT NULL DEFAULT 1;",
    "CREATE TABLE oe2pg.suspect ("
    " mirror_id integer NOT NULL REFERENCES oe2pg.mirror (id),"
    " source_schema text NOT NULL,"
    " source_table text NOT NULL,"
    " deaths bigint NOT NULL,"
    " run_id bigint NOT NULL,"
    " phase text NOT NULL,"
    " committed bigint NOT NULL,"
    " died_at timestamptz NOT NULL DEFAULT pg_catalog.now(),"
    " PRIMARY KEY (mirror_id, source_schema, source_table));"
    "COMMENT ON TABLE oe2pg.suspect IS"
    " 'tables that were in hand when a run ended without saying so: read last and alone';",
    NULL,
};

static const char *const step_4[] = {
    "ALTER TABLE oe2pg.verification ADD COLUMN quarantined bigint NOT NULL DEFAULT 0,"
    " ADD COLUMN unrecorded bigint NOT NULL DEFAULT 0;"
    "COMMENT ON COLUMN oe2pg.verification.is_equal IS 'but for what is in quarantine';",
    "ALTER TABLE oe2pg.tracking ADD COLUMN stale_columns text[] NOT NULL DEFAULT '{}';"
    "COMMENT ON COLUMN oe2pg.tracking.stale_columns IS"
    " 'mirrored columns that are gone from the source and were kept: no run writes them';"
    "UPDATE oe2pg.tracking t SET stale_columns = ARRAY(SELECT DISTINCT a.attname::text"
    "  FROM oe2pg.schema_change c, pg_catalog.pg_attribute a"
    "  JOIN pg_catalog.pg_class r ON r.oid = a.attrelid"
    "  JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace"
    "  WHERE c.mirror_id = t.mirror_id AND c.source_schema = t.source_schema"
    "  AND c.source_table = t.source_table AND n.nspname = t.target_schema"
    "  AND r.relname = t.target_table AND a.attnum > 0 AND NOT a.attisdropped"
    "  AND a.attname <> ALL (t.digest_columns) AND c.change = 'column \"' || a.attname ||"
    "  '\" is gone from the source, kept and no longer written');",
    NULL,
};

// What a program before this one recorded has no bounds: its parts were the keys without a NULL and
// those with one. It told by the position, or by rows, that a part was begun.
static const char *const step_5[] = {
    "ALTER TABLE oe2pg.piece ADD COLUMN kind text, ADD COLUMN row_ids bigint[],"
    " ADD COLUMN state text;"
    "UPDATE oe2pg.piece SET"
    " kind = CASE WHEN is_null_part THEN 'keys with NULL' ELSE 'whole keys' END,"
    " state = CASE WHEN is_done THEN 'done' WHEN position IS NOT NULL OR rows > 0 THEN 'begun'"
    "  ELSE 'waiting' END;"
    "ALTER TABLE oe2pg.piece ALTER COLUMN kind SET NOT NULL, ALTER COLUMN state SET NOT NULL;"
    "COMMENT ON COLUMN oe2pg.piece.lower_bound IS"
    " 'the key behind which its rows are, as the source prints it; NULL: none';"
    "COMMENT ON COLUMN oe2pg.piece.upper_bound IS"
    " 'the last key its rows may have, as the source prints it; NULL: none';",
    NULL,
};

static const char *const step_6[] = {
    "CREATE TABLE oe2pg.column_way ("
    " mirror_id integer NOT NULL REFERENCES oe2pg.mirror (id),"
    " source_schema text NOT NULL,"
    " source_table text NOT NULL,"
    " column_name text NOT NULL,"
    " way text NOT NULL,"
    " reason text NOT NULL,"
    " declared_type text NOT NULL,"
    " declared_width bigint NOT NULL,"
    " longest bigint,"
    " longest_is_exact boolean NOT NULL DEFAULT false,"
    " rows_concerned bigint,"
    " slice_width integer,"
    " slice_count integer,"
    " begins_left boolean NOT NULL DEFAULT false,"
    " server_version text NOT NULL,"
    " since timestamptz NOT NULL DEFAULT pg_catalog.now(),"
    " run_id bigint NOT NULL,"
    " probed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),"
    " PRIMARY KEY (mirror_id, source_schema, source_table, column_name));"
    "COMMENT ON TABLE oe2pg.column_way IS"
    " 'how columns are read that the source does not deliver plainly';",
    NULL,
};

static const char *const step_7[] = {
    "ALTER TABLE oe2pg.tracking ADD COLUMN source_version text;"
    "COMMENT ON COLUMN oe2pg.tracking.source_version IS"
    " 'which state of its rows the source said they were in when they were read; NULL: it did "
    "not';",
    NULL,
};

static const char *const step_8[] = {
    "CREATE TABLE oe2pg.object ("
    " mirror_id integer NOT NULL REFERENCES oe2pg.mirror (id),"
    " source_schema text NOT NULL,"
    " source_table text NOT NULL,"
    " kind text NOT NULL,"
    " source_name text NOT NULL,"
    " name text NOT NULL,"
    " declared text NOT NULL,"
    " state text NOT NULL,"
    " reason text,"
    " object_oid oid,"
    " definition text,"
    " is_due boolean NOT NULL DEFAULT false,"
    " run_id bigint NOT NULL,"
    " since timestamptz NOT NULL DEFAULT pg_catalog.now(),"
    " PRIMARY KEY (mirror_id, source_schema, source_table, kind, source_name));"
    "COMMENT ON TABLE oe2pg.object IS"
    " 'indexes, constraints and comments that oe2pg made on mirrored tables';"
    "COMMENT ON COLUMN oe2pg.object.declared IS 'what the source has';"
    "COMMENT ON COLUMN oe2pg.object.definition IS"
    " 'what oe2pg made, as PostgreSQL prints it, of a comment its hash; NULL: nothing';"
    "COMMENT ON COLUMN oe2pg.object.is_due IS"
    " 'it is not as declared, and rows were written since it was tried last';",
    NULL,
};

static const char *const step_9[] = {
    "CREATE TABLE oe2pg.witness ("
    " mirror_id integer NOT NULL REFERENCES oe2pg.mirror (id),"
    " source_schema text NOT NULL,"
    " source_table text NOT NULL,"
    " kind text NOT NULL,"
    " state text NOT NULL,"
    " evidence text NOT NULL,"
    " point text NOT NULL,"
    " proofs bigint NOT NULL,"
    " misses bigint NOT NULL,"
    " whole_at timestamptz,"
    " since timestamptz NOT NULL DEFAULT pg_catalog.now(),"
    " run_id bigint NOT NULL,"
    " PRIMARY KEY (mirror_id, source_schema, source_table, kind));"
    "COMMENT ON TABLE oe2pg.witness IS"
    " 'what the source says of what was written to its tables, and whether it is believed; of the "
    "server itself the table is empty';",
    NULL,
};

static const char *const step_10[] = {
    "CREATE TABLE oe2pg.typed_view ("
    " mirror_id integer NOT NULL REFERENCES oe2pg.mirror (id),"
    " source_schema text NOT NULL,"
    " source_table text NOT NULL,"
    " view_schema text NOT NULL,"
    " view_oid oid NOT NULL,"
    " declared text NOT NULL,"
    " since timestamptz NOT NULL DEFAULT pg_catalog.now(),"
    " run_id bigint NOT NULL,"
    " PRIMARY KEY (mirror_id, source_schema, source_table));"
    "COMMENT ON TABLE oe2pg.typed_view IS"
    " 'views with native types over mirrored tables of text, as oe2pg made them';"
    "COMMENT ON COLUMN oe2pg.typed_view.declared IS"
    " 'a hash of what the view was made of';",
    NULL,
};

static const char *const step_11[] = {
    "ALTER TABLE oe2pg.column_way ADD COLUMN counts_bytes boolean NOT NULL DEFAULT false;"
    "COMMENT ON COLUMN oe2pg.column_way.counts_bytes IS"
    " 'whether the width at which the source cuts may be one of bytes';",
    NULL,
};

static const char *const step_12[] = {
    "ALTER TABLE oe2pg.quarantine ADD COLUMN value_count bigint;"
    "COMMENT ON COLUMN oe2pg.quarantine.value_count IS"
    " 'values of the column that the entry stands for; NULL: it is one value, or another thing';",
    NULL,
};

static const char *const step_13[] = {
    "CREATE TABLE oe2pg.sequence ("
    " mirror_id integer NOT NULL REFERENCES oe2pg.mirror (id),"
    " source_schema text NOT NULL,"
    " name text NOT NULL,"
    " current_value numeric,"
    " increment numeric,"
    " min_value numeric,"
    " max_value numeric,"
    " is_cycling boolean,"
    " run_id bigint NOT NULL,"
    " read_at timestamptz NOT NULL DEFAULT pg_catalog.now(),"
    " PRIMARY KEY (mirror_id, source_schema, name));"
    "COMMENT ON TABLE oe2pg.sequence IS"
    " 'sequences of the source; NULL what it does not tell of them';"
    "CREATE TABLE oe2pg.source_view ("
    " mirror_id integer NOT NULL REFERENCES oe2pg.mirror (id),"
    " source_schema text NOT NULL,"
    " name text NOT NULL,"
    " definition text,"
    " run_id bigint NOT NULL,"
    " read_at timestamptz NOT NULL DEFAULT pg_catalog.now(),"
    " PRIMARY KEY (mirror_id, source_schema, name));"
    "COMMENT ON TABLE oe2pg.source_view IS"
    " 'what the views of the source are made of, in its words; NULL: it does not tell';",
    NULL,
};

static const char *const *const steps[] = { step_1, step_2, step_3, step_4, step_5, step_6, step_7,
    step_8, step_9, step_10, step_11, step_12, step_13 };

enum { STEP_COUNT = sizeof steps / sizeof steps[0] };

int
tracking_known_version(void)
{
    return STEP_COUNT;
}

// Held while the tables are made or changed, so that two first runs do not collide. The number is
// arbitrary and fixed.
#define INSTALL_LOCK "6001260418102911"

// Asked of the catalogue's rows, not by name: after a wait for another run's installation a name
// that was not there before is answered out of the session's cache, and that says still that it is
// not.
static bool
read_version(struct target *target, int64_t *version, struct error *err)
{
    PGresult *result = NULL;

    if (!target_script(target, "could not read the version of the tracking tables",
            "SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
            " ON n.oid = c.relnamespace WHERE n.nspname = 'oe2pg' AND c.relname = 'version')",
            &result, err))
        return false;
    *version = 0;
    if (result_text(result, 0, 0)[0] == 't') {
        PQclear(result);
        if (!target_script(target, "could not read the version of the tracking tables",
                "SELECT pg_catalog.max(version) FROM oe2pg.version", &result, err))
            return false;
        *version = result_integer(result, 0, 0);
    }
    PQclear(result);
    return true;
}

static bool
check_version(int64_t version, struct error *err)
{
    if (version <= STEP_COUNT)
        return true;
    error_set(err, ERROR_TARGET,
        "the tracking tables (schema oe2pg) have version %" PRId64 ", this program knows up to %d",
        version, (int)STEP_COUNT);
    return error_hint(err, "A newer oe2pg has been used on this database: use that one.");
}

static bool
run_steps(struct target *target, int64_t version, struct error *err)
{
    char mark[128];

    if (version == 0 && !target_script(target, "could not create schema oe2pg",
                            "CREATE SCHEMA oe2pg; REVOKE ALL ON SCHEMA oe2pg FROM PUBLIC;"
                            "CREATE SCHEMA IF NOT EXISTS oe2pg_staging;"
                            "REVOKE ALL ON SCHEMA oe2pg_staging FROM PUBLIC;"
                            "CREATE TABLE oe2pg.version (version integer PRIMARY KEY,"
                            " migrated_at timestamptz NOT NULL DEFAULT pg_catalog.now())",
                            NULL, err))
        return pq_remedy(err, "42501",
            "The role needs CREATE on the database: GRANT CREATE, TEMPORARY ON DATABASE ... TO "
            "...");
    for (int64_t step = version; step < STEP_COUNT; step++) {
        for (const char *const *sql = steps[step]; *sql != NULL; sql++) {
            if (!target_script(target, "could not create the tracking tables", *sql, NULL, err))
                return false;
        }
        (void)text_print(
            mark, sizeof mark, "INSERT INTO oe2pg.version VALUES (%" PRId64 ")", step + 1);
        if (!target_script(target, "could not create the tracking tables", mark, NULL, err))
            return false;
    }
    return true;
}

// Without the tracking tables there is no mirror at all: the run ends, not one table.
static bool
install(struct target *target, int64_t version, struct error *err)
{
    if (run_steps(target, version, err))
        return true;
    if (strcmp(err->sqlstate, "42501") == 0)
        err->kind = ERROR_TARGET;
    return false;
}

// 55P03: the lock was not to be had in time. There is nothing yet that could name the other run.
static void
say_who_is_at_it(struct error *err)
{
    if (strcmp(err->sqlstate, "55P03") != 0)
        return;
    error_set(err, ERROR_BUSY, "another run in this database is making the tracking tables");
    error_hint(err, "Wait until it has ended; the next run continues from there.");
}

bool
tracking_install(struct target *target, struct error *err)
{
    int64_t version;
    bool done = false;

    if (!read_version(target, &version, err) || !check_version(version, err))
        return false;
    if (version == STEP_COUNT)
        return true;
    if (!target_script(target, "could not make the tracking tables",
            "BEGIN; SELECT pg_catalog.pg_advisory_xact_lock(" INSTALL_LOCK ")", NULL, err)) {
        say_who_is_at_it(err);
        goto out;
    }
    // Somebody may have been faster.
    done = read_version(target, &version, err) && check_version(version, err) &&
           install(target, version, err) && target_commit(target, err);
out:
    if (!done)
        target_rollback(target);
    return done;
}
