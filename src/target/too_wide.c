#include "target/too_wide.h"

#include "target/target_internal.h"

// A value in quarantine is wider than the width of which its entry tells; how much, nobody has
// seen. Rows that have no entry each are a number in the words of their column's entry.
#define QUARANTINED                                                                                \
    "SELECT q.source_schema, q.source_table, q.column_name,"                                       \
    "  pg_catalog.max(pg_catalog.substring(q.detail, 'width of ([0-9]+)$')::bigint) AS declared,"  \
    "  pg_catalog.sum(COALESCE(CASE WHEN q.key_values IS NULL AND q.value IS NULL THEN"            \
    "   (pg_catalog.to_jsonb(q) ->> 'value_count')::bigint END, 1))::bigint AS row_count,"         \
    "  NOT EXISTS (SELECT FROM oe2pg.quarantine n WHERE n.mirror_id = q.mirror_id"                 \
    "   AND n.source_schema = q.source_schema AND n.source_table = q.source_table"                 \
    "   AND n.column_name = q.column_name AND n.resolved_at IS NULL"                               \
    "   AND n.reason = 'not_read') AS are_all_rows"                                                \
    " FROM oe2pg.quarantine q JOIN oe2pg.mirror m ON m.id = q.mirror_id"                           \
    " WHERE m.target_schema = $1 AND q.resolved_at IS NULL"                                        \
    "  AND q.reason IN ('too_wide', 'truncated')"                                                  \
    " GROUP BY q.mirror_id, q.source_schema, q.source_table, q.column_name"

#define DECIDED                                                                                    \
    "SELECT w.source_schema, w.source_table, w.column_name, w.way, w.declared_width, w.longest,"   \
    "  w.longest_is_exact, w.rows_concerned"                                                       \
    " FROM oe2pg.column_way w JOIN oe2pg.mirror m ON m.id = w.mirror_id"                           \
    " WHERE m.target_schema = $1"

// Of a mirror that no run of this version has written to: the ways are not decided yet.
static const char *const quarantined_sql =
    "SELECT source_schema, source_table, column_name, NULL, declared, declared + 1, false,"
    "  row_count, are_all_rows FROM (" QUARANTINED ") q"
    " ORDER BY source_schema COLLATE \"C\", source_table COLLATE \"C\", column_name COLLATE \"C\"";

static const char *const decided_sql =
    "SELECT source_schema, source_table, column_name, d.way,"
    "  COALESCE(d.declared_width, q.declared),"
    "  GREATEST(d.longest, COALESCE(d.declared_width, q.declared) + 1),"
    "  COALESCE(d.longest_is_exact AND d.longest IS NOT NULL, false),"
    "  GREATEST(d.rows_concerned, q.row_count),"
    "  COALESCE(d.rows_concerned >= COALESCE(q.row_count, 0), q.are_all_rows, false)"
    " FROM (" DECIDED ") d FULL JOIN (" QUARANTINED ") q"
    "  USING (source_schema, source_table, column_name)"
    " ORDER BY source_schema COLLATE \"C\", source_table COLLATE \"C\", column_name COLLATE \"C\"";

// NULL where there are no tracking tables.
static bool
choose_query(struct target *target, const char **sql, struct error *err)
{
    bool has_quarantine;
    bool has_ways;

    if (!target_has_relation(target, "oe2pg.quarantine", &has_quarantine, err) ||
        !target_has_relation(target, "oe2pg.column_way", &has_ways, err))
        return false;
    *sql = !has_quarantine ? NULL : has_ways ? decided_sql : quarantined_sql;
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
    const char *sql;

    *count = 0;
    *columns = NULL;
    if (!choose_query(target, &sql, err))
        return false;
    if (sql == NULL)
        return true;
    parameter_text(&parameters, schema);
    if (!target_execute(target, "could not read which columns have values that are too wide", sql,
            &parameters, &rows, err))
        return false;
    *count = (size_t)PQntuples(rows);
    *columns = arena_calloc(arena, *count, sizeof **columns);
    for (size_t i = 0; i < *count; i++)
        take_column(arena, rows, (int)i, &(*columns)[i]);
    PQclear(rows);
    return true;
}
