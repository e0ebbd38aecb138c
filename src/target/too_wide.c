#include "target/too_wide.h"

#include "target/target_internal.h"

// A value in quarantine is wider than the width of which its entry tells; how much, nobody has
// seen. Of rows of which each has no entry, their column's entry has the number of them in words.
#define WIDE_VALUES                                                                                \
    "SELECT q.source_schema, q.source_table, q.column_name, NULL::text AS way,"                    \
    "  pg_catalog.max(pg_catalog.substring(q.detail, 'width of ([0-9]+)$')::bigint) AS declared,"  \
    "  pg_catalog.max(pg_catalog.substring(q.detail, 'width of ([0-9]+)$')::bigint) + 1"           \
    "   AS longest, false AS is_longest_exact, pg_catalog.count(*) AS row_count,"                  \
    "  NOT EXISTS (SELECT FROM oe2pg.quarantine n WHERE n.mirror_id = q.mirror_id"                 \
    "   AND n.source_schema = q.source_schema AND n.source_table = q.source_table"                 \
    "   AND n.column_name = q.column_name AND n.resolved_at IS NULL"                               \
    "   AND n.reason = 'not_read') AS is_row_count_exact"                                          \
    " FROM oe2pg.quarantine q JOIN oe2pg.mirror m ON m.id = q.mirror_id"                           \
    " WHERE m.target_schema = $1 AND q.resolved_at IS NULL"                                        \
    "  AND q.reason IN ('too_wide', 'truncated')"                                                  \
    " GROUP BY q.mirror_id, q.source_schema, q.source_table, q.column_name"

static bool
is_there(struct target *target, bool *exists, struct error *err)
{
    PGresult *rows = NULL;

    if (!target_script(target, "could not look for the quarantine",
            "SELECT pg_catalog.to_regclass('oe2pg.quarantine') IS NOT NULL", &rows, err))
        return false;
    *exists = result_text(rows, 0, 0)[0] == 't';
    PQclear(rows);
    return true;
}

static const char *
copy_text(struct arena *arena, const PGresult *rows, int row, int column)
{
    return PQgetisnull(rows, row, column) ? NULL
                                          : arena_strdup(arena, PQgetvalue(rows, row, column));
}

static void
take_column(struct arena *arena, const PGresult *rows, int row, struct too_wide_column *column)
{
    *column = (struct too_wide_column){
        .schema = copy_text(arena, rows, row, 0),
        .table = copy_text(arena, rows, row, 1),
        .column = copy_text(arena, rows, row, 2),
        .way = copy_text(arena, rows, row, 3),
        .declared = result_integer(rows, row, 4),
        .longest = result_integer(rows, row, 5),
        .is_longest_exact = result_text(rows, row, 6)[0] == 't',
        .row_count = PQgetisnull(rows, row, 7) ? -1 : result_integer(rows, row, 7),
        .is_row_count_exact = result_text(rows, row, 8)[0] == 't',
    };
}

bool
too_wide_read(struct target *target, struct arena *arena, const char *schema,
    struct too_wide_column **columns, size_t *count, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;
    bool exists;

    *count = 0;
    *columns = NULL;
    if (!is_there(target, &exists, err))
        return false;
    if (!exists)
        return true;
    parameter_text(&parameters, schema);
    if (!target_execute(target, "could not read which columns have values that are too wide",
            "SELECT * FROM (" WIDE_VALUES ") w ORDER BY source_schema COLLATE \"C\","
            " source_table COLLATE \"C\", column_name COLLATE \"C\"",
            &parameters, &rows, err))
        return false;
    *count = (size_t)PQntuples(rows);
    *columns = arena_calloc(arena, *count, sizeof **columns);
    for (size_t i = 0; i < *count; i++)
        take_column(arena, rows, (int)i, &(*columns)[i]);
    PQclear(rows);
    return true;
}

bool
too_wide_count(struct target *target, const char *schema, int64_t *count, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;

    parameter_text(&parameters, schema);
    if (!target_execute(target, "could not count the columns with values that are too wide",
            "SELECT pg_catalog.count(*) FROM (" WIDE_VALUES ") w", &parameters, &rows, err))
        return false;
    *count = result_integer(rows, 0, 0);
    PQclear(rows);
    return true;
}
