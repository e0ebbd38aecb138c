#include "target/observe_ways.h"

#include "target/target_internal.h"

#include <string.h>

static bool
are_open(struct target *target, bool *is_open, struct error *err)
{
    PGresult *row = NULL;

    if (!target_execute(target, "could not see the rights on oe2pg.column_way",
            "SELECT COALESCE(pg_catalog.has_table_privilege("
            "pg_catalog.to_regclass('oe2pg.column_way'), 'SELECT'), false)",
            NULL, &row, err))
        return false;
    *is_open = result_text(row, 0, 0)[0] == 't';
    PQclear(row);
    return true;
}

enum field {
    FIELD_SCHEMA,
    FIELD_TABLE,
    FIELD_COLUMN,
    FIELD_WAY,
    FIELD_REASON,
    FIELD_SINCE,
    FIELD_PROBED,
    FIELD_ROWS,
    FIELD_LONGEST,
    FIELD_IS_EXACT,
};

static const char *const ways_sql =
    "SELECT source_schema, source_table, column_name, way, reason,"
    "  (extract(epoch FROM since) * 1000)::bigint, (extract(epoch FROM probed_at) * 1000)::bigint,"
    "  COALESCE(rows_concerned, -1), COALESCE(longest, -1), longest_is_exact"
    "  FROM oe2pg.column_way WHERE mirror_id = $1"
    "  ORDER BY source_schema COLLATE \"C\", source_table COLLATE \"C\", column_name COLLATE \"C\"";

static void
fill_way(struct arena *arena, const PGresult *rows, int row, struct observed_way *way)
{
    *way = (struct observed_way){
        .column = arena_strdup(arena, result_text(rows, row, FIELD_COLUMN)),
        .way = arena_strdup(arena, result_text(rows, row, FIELD_WAY)),
        .reason = arena_strdup(arena, result_text(rows, row, FIELD_REASON)),
        .since_ms = result_integer(rows, row, FIELD_SINCE),
        .probed_ms = result_integer(rows, row, FIELD_PROBED),
        .row_count = result_integer(rows, row, FIELD_ROWS),
        .longest = result_integer(rows, row, FIELD_LONGEST),
        .is_longest_exact = result_text(rows, row, FIELD_IS_EXACT)[0] == 't',
    };
}

// They come table by table, so that those of one stand together.
static void
tell_table(const PGresult *rows, struct observed_way *ways, struct observed_table *table)
{
    for (int row = 0; row < PQntuples(rows); row++) {
        if (strcmp(result_text(rows, row, FIELD_TABLE), table->source_table) != 0 ||
            strcmp(result_text(rows, row, FIELD_SCHEMA), table->source_schema) != 0)
            continue;
        if (table->ways.count++ == 0)
            table->ways.list = &ways[row];
    }
}

bool
observe_ways(
    struct target *target, struct arena *arena, struct observation *observation, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    struct observed_way *ways;
    PGresult *rows = NULL;
    bool is_open;

    if (!are_open(target, &is_open, err))
        return false;
    if (!is_open)
        return true;
    parameter_integer(&parameters, observation->mirror_id);
    if (!target_execute(
            target, "could not read how columns are read", ways_sql, &parameters, &rows, err))
        return false;
    ways = arena_calloc(arena, (size_t)PQntuples(rows), sizeof *ways);
    for (int row = 0; row < PQntuples(rows); row++)
        fill_way(arena, rows, row, &ways[row]);
    for (size_t i = 0; PQntuples(rows) > 0 && i < observation->table_count; i++)
        tell_table(rows, ways, &observation->tables[i]);
    PQclear(rows);
    return true;
}
