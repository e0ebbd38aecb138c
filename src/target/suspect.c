#include "target/suspect.h"

#include "target/target_internal.h"

// Of two workers only one can have a table, but more than one run may have ended in this way.
static const char *const close_sql =
    "WITH closed AS (UPDATE oe2pg.run SET state = 'interrupted',"
    "  finished_at = pg_catalog.clock_timestamp(), error = coalesce(error,"
    "   CASE WHEN is_stopping THEN 'it was told to stop, and ended before it could record how'"
    "   ELSE 'how it ended was not recorded: its log may say' END)"
    "  WHERE mirror_id = $1 AND id <> $2 AND state = 'running' RETURNING id, is_stopping),"
    " hands AS (DELETE FROM oe2pg.activity a USING closed c WHERE a.run_id = c.id"
    "  RETURNING a.run_id, a.source_schema, a.source_table, a.phase, a.tables, c.is_stopping),"
    " suspects AS (SELECT h.source_schema, h.source_table, max(h.run_id) AS run_id,"
    "  max(h.phase) AS phase,"
    "  count(*) FILTER (WHERE h.tables = 1 AND NOT EXISTS (SELECT FROM hands o"
    "   WHERE o.run_id = h.run_id AND (o.source_schema, o.source_table)"
    "    IS DISTINCT FROM (h.source_schema, h.source_table))) AS deaths,"
    "  (SELECT coalesce(sum(p.rows), 0)::bigint FROM oe2pg.piece p WHERE p.mirror_id = $1"
    "   AND p.source_schema = h.source_schema AND p.source_table = h.source_table) AS committed"
    "  FROM hands h WHERE NOT h.is_stopping GROUP BY 1, 2),"
    " saved AS (INSERT INTO oe2pg.suspect (mirror_id, source_schema, source_table, deaths, run_id,"
    "  phase, committed) SELECT $1, source_schema, source_table, deaths, run_id, phase, committed"
    "  FROM suspects ON CONFLICT (mirror_id, source_schema, source_table) DO UPDATE SET"
    "  deaths = excluded.deaths + CASE WHEN suspect.committed = excluded.committed"
    "   THEN suspect.deaths ELSE 0 END,"
    "  run_id = excluded.run_id, phase = excluded.phase, committed = excluded.committed,"
    "  died_at = excluded.died_at)"
    " SELECT EXISTS (SELECT FROM closed WHERE NOT is_stopping)";

bool
suspect_close_earlier_runs(
    struct target *target, const struct mirror_claim *claim, bool *died, struct error *err)
{
    struct sql_parameters earlier = { .count = 0 };
    PGresult *row = NULL;

    parameter_integer(&earlier, claim->mirror_id);
    parameter_integer(&earlier, claim->run_id);
    if (!target_execute(target, "could not close earlier runs", close_sql, &earlier, &row, err))
        return false;
    *died = result_text(row, 0, 0)[0] == 't';
    PQclear(row);
    return true;
}

bool
suspect_read(struct target *target, struct arena *arena, int mirror_id, struct suspect **suspects,
    size_t *count, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;

    parameter_integer(&parameters, mirror_id);
    if (!target_execute(target, "could not read which tables were in hand when a run died",
            "SELECT source_schema, source_table, deaths, run_id, phase,"
            " (extract(epoch FROM died_at) * 1000)::bigint FROM oe2pg.suspect"
            " WHERE mirror_id = $1 ORDER BY source_schema COLLATE \"C\","
            " source_table COLLATE \"C\"",
            &parameters, &rows, err))
        return false;
    *count = (size_t)PQntuples(rows);
    *suspects = arena_calloc(arena, *count, sizeof **suspects);
    for (int i = 0; i < PQntuples(rows); i++)
        (*suspects)[i] = (struct suspect){
            .source_schema = arena_strdup(arena, result_text(rows, i, 0)),
            .source_table = arena_strdup(arena, result_text(rows, i, 1)),
            .deaths = result_integer(rows, i, 2),
            .run_id = result_integer(rows, i, 3),
            .phase = arena_strdup(arena, result_text(rows, i, 4)),
            .died_ms = result_integer(rows, i, 5),
        };
    PQclear(rows);
    return true;
}

bool
suspect_forget(struct target *target, const struct mirror_claim *claim, const struct table *table,
    struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    parameter_integer(&parameters, claim->mirror_id);
    parameter_text(&parameters, table->schema);
    parameter_text(&parameters, table->name);
    return target_execute(target, "could not record that a table ended in an ordinary way",
        "DELETE FROM oe2pg.suspect WHERE mirror_id = $1 AND source_schema = $2"
        " AND source_table = $3",
        &parameters, NULL, err);
}
