#include "target/inspect.h"

#include "target/target_internal.h"

#include <string.h>

static const char *
copy_text(struct arena *arena, const PGresult *rows, int row, int column)
{
    return PQgetisnull(rows, row, column) ? NULL
                                          : arena_strdup(arena, result_text(rows, row, column));
}

// What needs a column or a table: pg_depend, by the number of the column, 0 for the table itself.
// What a view reads its rule needs: it is the view that people know.
#define NEEDED_BY(column)                                                                          \
    " (SELECT pg_catalog.min(CASE WHEN w.rulename = '_RETURN'"                                     \
    "   THEN pg_catalog.pg_describe_object(d.refclassid, w.ev_class, 0)"                           \
    "   ELSE pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid) END)"                   \
    "  FROM pg_catalog.pg_depend d LEFT JOIN pg_catalog.pg_rewrite w ON w.oid = d.objid"           \
    "   AND d.classid = 'pg_catalog.pg_rewrite'::regclass WHERE d.refclassid = "                   \
    "'pg_catalog.pg_class'::regclass"                                                              \
    "  AND d.refobjid = c.oid AND d.refobjsubid = " column " AND d.deptype = 'n')"

// The last column asks what pg_publication_tables holds of the table, however it got there.
static const char *const relations_sql =
    "SELECT c.relname, c.relkind, pg_catalog.pg_has_role(c.relowner, 'USAGE'),"
    " c.relkind = 'r' AND pg_catalog.row_security_active(c.oid),"
    " CASE c.relreplident WHEN 'f' THEN false WHEN 'n' THEN true"
    "  WHEN 'd' THEN NOT EXISTS (SELECT FROM pg_catalog.pg_index i"
    "   WHERE i.indrelid = c.oid AND i.indisprimary AND i.indisvalid)"
    "  ELSE NOT EXISTS (SELECT FROM pg_catalog.pg_index i"
    "   WHERE i.indrelid = c.oid AND i.indisreplident AND i.indisvalid) END,"
    " CASE WHEN c.relkind IN ('r', 'm') THEN pg_catalog.pg_total_relation_size(c.oid) ELSE 0 "
    "END," NEEDED_BY(
        "0") ","
             " p.pubname"
             " FROM pg_catalog.pg_class c"
             " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
             " LEFT JOIN (SELECT t.tablename, pg_catalog.min(t.pubname) AS pubname"
             "  FROM pg_catalog.pg_publication_tables t JOIN pg_catalog.pg_publication u"
             "  ON u.pubname = t.pubname WHERE t.schemaname = $1 AND (u.pubupdate OR u.pubdelete)"
             "  GROUP BY t.tablename) p ON p.tablename = c.relname"
             " WHERE n.nspname = $1 AND c.relkind NOT IN ('i', 'I', 't')"
             " ORDER BY c.relname COLLATE \"C\"";

static bool
read_relations(struct target *target, struct arena *arena, const char *schema,
    struct inspection *found, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;

    parameter_text(&parameters, schema);
    if (!target_execute(
            target, "could not look at the target schema", relations_sql, &parameters, &rows, err))
        return false;
    found->relation_count = (size_t)PQntuples(rows);
    found->relations = arena_calloc(arena, found->relation_count, sizeof *found->relations);
    for (int i = 0; i < PQntuples(rows); i++) {
        struct mirrored_relation *relation = &found->relations[i];

        relation->name = copy_text(arena, rows, i, 0);
        relation->kind = result_text(rows, i, 1)[0];
        relation->is_owned = result_text(rows, i, 2)[0] == 't';
        relation->has_row_security = result_text(rows, i, 3)[0] == 't';
        relation->size_bytes = result_integer(rows, i, 5);
        relation->dependent = copy_text(arena, rows, i, 6);
        relation->publication = copy_text(arena, rows, i, 7);
        relation->lacks_identity =
            relation->publication != NULL && result_text(rows, i, 4)[0] == 't';
    }
    PQclear(rows);
    return true;
}

static struct mirrored_relation *
find_relation(struct inspection *found, const char *name, size_t from)
{
    for (size_t i = from; i < found->relation_count; i++) {
        if (strcmp(found->relations[i].name, name) == 0)
            return &found->relations[i];
    }
    return NULL;
}

static const char *const columns_sql =
    "SELECT c.relname, a.attname,"
    " a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AND c.relkind = 'r'," NEEDED_BY(
        "a.attnum") ", a.atttypid::bigint, a.atttypmod FROM pg_catalog.pg_class c"
                    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                    " JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid"
                    " WHERE n.nspname = $1 AND c.relkind NOT IN ('i', 'I', 't')"
                    " AND a.attnum > 0 AND NOT a.attisdropped"
                    " ORDER BY c.relname COLLATE \"C\", a.attnum";

static int
count_same_name(const PGresult *rows, int from)
{
    int count = 0;

    while (from + count < PQntuples(rows) &&
           strcmp(result_text(rows, from, 0), result_text(rows, from + count, 0)) == 0)
        count++;
    return count;
}

// Both lists have one order, so each relation is found where the one before it ended.
static void
fill_columns(struct arena *arena, const PGresult *rows, struct inspection *found)
{
    size_t at = 0;

    for (int i = 0; i < PQntuples(rows);) {
        struct mirrored_relation *relation = find_relation(found, result_text(rows, i, 0), at);
        int count = count_same_name(rows, i);

        if (relation != NULL) {
            at = (size_t)(relation - found->relations);
            relation->columns = arena_calloc(arena, (size_t)count, sizeof *relation->columns);
            relation->column_count = (size_t)count;
        }
        for (int k = 0; relation != NULL && k < count; k++)
            relation->columns[k] = (struct mirrored_column){
                .name = copy_text(arena, rows, i + k, 1),
                .is_required = result_text(rows, i + k, 2)[0] == 't',
                .dependent = copy_text(arena, rows, i + k, 3),
                .type_oid = (uint32_t)result_integer(rows, i + k, 4),
                .type_modifier = (int32_t)result_integer(rows, i + k, 5),
            };
        i += count;
    }
}

static bool
read_columns(struct target *target, struct arena *arena, const char *schema,
    struct inspection *found, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;

    parameter_text(&parameters, schema);
    if (!target_execute(
            target, "could not look at the mirrored columns", columns_sql, &parameters, &rows, err))
        return false;
    fill_columns(arena, rows, found);
    PQclear(rows);
    return true;
}

static bool
read_rights(struct target *target, struct arena *arena, const char *schema,
    struct inspection *found, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *row = NULL;

    parameter_text(&parameters, schema);
    if (!target_execute(target, "could not see the rights on the target",
            "SELECT n.oid IS NOT NULL,"
            " pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'),"
            " COALESCE(pg_catalog.has_schema_privilege(n.oid, 'CREATE') AND"
            "  pg_catalog.has_schema_privilege(n.oid, 'USAGE'), false),"
            " pg_catalog.pg_database_size(pg_catalog.current_database()),"
            " (SELECT pg_catalog.min(pubname) FROM pg_catalog.pg_publication"
            "  WHERE puballtables AND (pubupdate OR pubdelete))"
            " FROM (SELECT 1) one LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = $1",
            &parameters, &row, err))
        return false;
    found->has_schema = result_text(row, 0, 0)[0] == 't';
    found->may_create_schema = result_text(row, 0, 1)[0] == 't';
    found->may_create_tables = result_text(row, 0, 2)[0] == 't';
    found->database_bytes = result_integer(row, 0, 3);
    found->all_tables_publication = copy_text(arena, row, 0, 4);
    PQclear(row);
    return true;
}

static bool
read_histories(struct target *target, struct arena *arena, int mirror_id, struct inspection *found,
    struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;

    parameter_integer(&parameters, mirror_id);
    if (!target_execute(target, "could not read what earlier runs took",
            "SELECT DISTINCT ON (t.source_schema, t.source_table) t.source_schema, t.source_table,"
            " t.rows_read, t.bytes_read,"
            " (extract(epoch FROM t.finished_at - t.started_at) * 1000)::bigint"
            " FROM oe2pg.table_run t JOIN oe2pg.run r ON r.id = t.run_id"
            " WHERE r.mirror_id = $1 AND t.state = 'done' AND t.rows_read > 0"
            " ORDER BY t.source_schema, t.source_table, t.run_id DESC",
            &parameters, &rows, err))
        return false;
    found->history_count = (size_t)PQntuples(rows);
    found->histories = arena_calloc(arena, found->history_count, sizeof *found->histories);
    for (int i = 0; i < PQntuples(rows); i++) {
        found->histories[i] = (struct table_history){
            .source_schema = copy_text(arena, rows, i, 0),
            .source_table = copy_text(arena, rows, i, 1),
            .rows_read = result_integer(rows, i, 2),
            .bytes_read = result_integer(rows, i, 3),
            .duration_ms = result_integer(rows, i, 4),
        };
    }
    PQclear(rows);
    return true;
}

static bool
read_misfits(struct target *target, struct arena *arena, int mirror_id, struct inspection *found,
    struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;

    parameter_integer(&parameters, mirror_id);
    if (!target_execute(target, "could not read which values do not fit",
            "SELECT source_schema, source_table, column_name, pg_catalog.count(*),"
            " pg_catalog.bool_and(pg_catalog.encode(value, 'escape')"
            "  OPERATOR(pg_catalog.~) '^-?[0-9]+([.][0-9]+)?$')"
            " FROM oe2pg.quarantine WHERE mirror_id = $1 AND reason = 'does_not_fit'"
            " AND resolved_at IS NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
            &parameters, &rows, err))
        return false;
    found->misfit_count = (size_t)PQntuples(rows);
    found->misfits = arena_calloc(arena, found->misfit_count, sizeof *found->misfits);
    for (int i = 0; i < PQntuples(rows); i++)
        found->misfits[i] = (struct misfit_column){
            .source_schema = copy_text(arena, rows, i, 0),
            .source_table = copy_text(arena, rows, i, 1),
            .column = copy_text(arena, rows, i, 2),
            .value_count = result_integer(rows, i, 3),
            .are_numbers = result_text(rows, i, 4)[0] == 't',
        };
    PQclear(rows);
    return true;
}

bool
inspect_schema(struct target *target, struct arena *arena, const char *schema, int mirror_id,
    struct inspection *found, struct error *err)
{
    memset(found, 0, sizeof *found);
    return read_rights(target, arena, schema, found, err) &&
           read_relations(target, arena, schema, found, err) &&
           read_columns(target, arena, schema, found, err) &&
           (mirror_id == 0 || (read_histories(target, arena, mirror_id, found, err) &&
                                  read_misfits(target, arena, mirror_id, found, err)));
}
