#include "target/readers.h"

#include "target/ddl.h"
#include "target/target_internal.h"

#include <inttypes.h>
#include <string.h>

// xmax, not xmin: whatever was committed before this moment has a smaller number, and a snapshot
// whose xmin is not below it sees all of that.
bool
readers_mark(struct target *target, int64_t *xid, struct error *err)
{
    PGresult *row = NULL;

    if (!target_script(target, "could not read the current snapshot",
            "SELECT pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())", &row, err))
        return false;
    *xid = result_integer(row, 0, 0);
    PQclear(row);
    return true;
}

// A prepared transaction reads no more. A walsender that exports a slot's snapshot is in the
// database and in a transaction, like any session. Of other roles' sessions only who may read all
// statistics sees the snapshot; of those every open transaction counts, whenever it began: it may
// have been given the snapshot of another.
static const char *const before_sql =
    "SELECT pg_catalog.count(*),"
    " pg_catalog.min(pg_catalog.format('process %s (%s)', pid, application_name))"
    " FROM pg_catalog.pg_stat_activity a"
    " WHERE datname = pg_catalog.current_database()"
    " AND NOT pg_catalog.starts_with(application_name, $2)"
    " AND CASE WHEN usesysid IS NULL"
    "  OR pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')"
    "  OR pg_catalog.pg_has_role(usesysid, 'USAGE')"
    " THEN backend_xmin IS NOT NULL"
    "  AND pg_catalog.age(backend_xmin) > pg_catalog.age($1::xid8::xid)"
    "  AND backend_type NOT LIKE 'autovacuum%'"
    " ELSE EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.pid = a.pid"
    "  AND l.locktype = 'virtualxid' AND l.mode = 'ExclusiveLock') END";

bool
readers_before(struct target *target, struct arena *arena, const char *own_prefix, int64_t xid,
    int64_t *count, const char **who, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *row = NULL;

    parameter_integer(&parameters, xid);
    parameter_text(&parameters, own_prefix);
    if (!target_execute(target, "could not look for readers with an old snapshot", before_sql,
            &parameters, &row, err))
        return false;
    *count = result_integer(row, 0, 0);
    *who = arena_strdup(arena, result_text(row, 0, 1));
    PQclear(row);
    return true;
}

// A walsender with a database decodes for subscribers, and a logical slot has no xmin: it keeps the
// catalogue, and subscribers are sent rows, not snapshots. The settings speak of standbys that are
// fed from an archive or are cut off just now.
static const char *const standby_sql =
    "SELECT pg_catalog.string_agg(sign, ', ' ORDER BY sign) FILTER (WHERE number <= 3),"
    " pg_catalog.count(*) - 3 FROM ("
    "SELECT sign, pg_catalog.row_number() OVER (ORDER BY sign) AS number FROM ("
    "SELECT pg_catalog.format('replication slot \"%s\"', slot_name)"
    " FROM pg_catalog.pg_replication_slots WHERE slot_type = 'physical' OR xmin IS NOT NULL"
    " UNION ALL SELECT pg_catalog.format('WAL sender %s (%s)', r.pid, r.application_name)"
    " FROM pg_catalog.pg_stat_replication r"
    " LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = r.pid WHERE a.datid IS NULL"
    " UNION ALL SELECT pg_catalog.format('%s = %s', s.name,"
    "  COALESCE(pg_catalog.current_setting(s.name, true), 'hidden'))"
    " FROM (VALUES ('archive_mode', 'off'), ('wal_keep_size', '0'),"
    "  ('synchronous_standby_names', '')) AS s (name, without)"
    " WHERE pg_catalog.current_setting(s.name, true) IS DISTINCT FROM s.without"
    ") AS signs (sign)) AS numbered";

static bool
look_for_signs(struct target *target, struct arena *arena, const char **sign, struct error *err)
{
    PGresult *row = NULL;
    int64_t more;

    if (!target_execute(target, "could not look for standbys", standby_sql, NULL, &row, err)) {
        // What is hidden from the role may be there.
        if (strcmp(err->sqlstate, "42501") != 0)
            return false;
        error_clear(err);
        *sign = "standbys are hidden from the role";
        return true;
    }
    more = result_integer(row, 0, 1);
    if (!PQgetisnull(row, 0, 0))
        *sign = more > 0
                    ? arena_printf(arena, "%s and %" PRId64 " more", result_text(row, 0, 0), more)
                    : arena_strdup(arena, result_text(row, 0, 0));
    PQclear(row);
    return true;
}

bool
readers_on_standby(struct target *target, struct arena *arena, enum standby_readers said,
    struct first_load_way *way, struct error *err)
{
    *way = (struct first_load_way){ .said = said };
    if (said == STANDBY_READERS_AUTO && !look_for_signs(target, arena, &way->sign, err))
        return false;
    way->may_have_standby = said == STANDBY_READERS_YES || way->sign != NULL;
    return true;
}

bool
readers_first_load(struct target *target, struct arena *arena, const struct settings *settings,
    struct first_load_way *way, struct error *err)
{
    return readers_on_standby(target, arena, settings->mirror.standby_readers, way, err) &&
           ddl_staging_is_published(target, settings->target.schema, &way->would_be_published, err);
}
