#include "target/ddl.h"

#include "target/target_internal.h"
#include "target/type.h"

#include <string.h>

static const char *const find_sql =
    "SELECT c.relkind, pg_catalog.pg_has_role(c.relowner, 'USAGE'), c.relpersistence = 'u',"
    " a.attname, c.relkind = 'r' AND pg_catalog.row_security_active(c.oid)"
    " FROM pg_catalog.pg_class c"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " LEFT JOIN pg_catalog.pg_attribute a"
    "  ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
    " WHERE n.nspname = $1 AND c.relname = $2 ORDER BY a.attnum";

bool
ddl_find(struct target *target, struct arena *arena, const char *schema, const char *name,
    struct relation *relation, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;

    memset(relation, 0, sizeof *relation);
    parameter_text(&parameters, schema);
    parameter_text(&parameters, name);
    if (!target_execute_often(
            target, "could not look the table up", find_sql, &parameters, &rows, err))
        return false;
    relation->exists = PQntuples(rows) > 0;
    if (relation->exists) {
        relation->kind = result_text(rows, 0, 0)[0];
        relation->is_owned = result_text(rows, 0, 1)[0] == 't';
        relation->is_unlogged = result_text(rows, 0, 2)[0] == 't';
        relation->hides_rows = result_text(rows, 0, 4)[0] == 't';
        relation->columns = arena_calloc(arena, (size_t)PQntuples(rows), sizeof *relation->columns);
        for (int i = 0; i < PQntuples(rows); i++) {
            if (!PQgetisnull(rows, i, 3))
                relation->columns[relation->column_count++] =
                    arena_strdup(arena, result_text(rows, i, 3));
        }
    }
    PQclear(rows);
    return true;
}

bool
ddl_create_schema(struct target *target, const char *schema, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    struct buffer *sql;
    PGresult *row = NULL;
    bool exists;

    // Asked first: CREATE SCHEMA IF NOT EXISTS needs the right to create even where it exists.
    parameter_text(&parameters, schema);
    if (!target_execute(target, "could not look the schema up",
            "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1", &parameters, &row, err))
        return false;
    exists = PQntuples(row) > 0;
    PQclear(row);
    if (exists)
        return true;
    sql = sql_start(target);
    buffer_append_text(sql, "CREATE SCHEMA IF NOT EXISTS ");
    sql_append_name(sql, schema);
    // IF NOT EXISTS looks before it creates: who creates in between is told of by one of these.
    if (target_script(target, "could not create the target schema", buffer_text(sql), NULL, err))
        return true;
    if (strcmp(err->sqlstate, "42P06") == 0 || strcmp(err->sqlstate, "23505") == 0) {
        error_clear(err);
        return true;
    }
    if (strcmp(err->sqlstate, "42501") == 0)
        err->kind = ERROR_TARGET;
    return pq_remedy(err, "42501",
        "The role needs CREATE on the database: GRANT CREATE, TEMPORARY ON DATABASE ... TO "
        "...");
}

static bool
create_table(struct target *target, const char *verb, const char *schema, const char *name,
    const struct table *table, struct error *err)
{
    struct buffer *sql = sql_start(target);

    buffer_append_text(sql, verb);
    sql_append_qualified(sql, schema, name);
    buffer_append_text(sql, " (");
    target_type_append_columns(sql, table->columns, table->column_count);
    buffer_append_byte(sql, ')');
    return target_run_built(target, "could not create the mirrored table", NULL, err);
}

bool
ddl_create_table(struct target *target, const char *schema, const char *name,
    const struct table *table, struct error *err)
{
    return create_table(target, "CREATE TABLE ", schema, name, table, err);
}

bool
ddl_create_staging(
    struct target *target, const char *name, const struct table *table, struct error *err)
{
    return create_table(target, "CREATE UNLOGGED TABLE ", STAGING_SCHEMA, name, table, err);
}

bool
ddl_move(struct target *target, const char *from_schema, const char *from_name,
    const char *to_schema, const char *to_name, struct error *err)
{
    struct buffer *sql = sql_start(target);

    // Schema and name change one after the other; the name is changed where it cannot collide.
    buffer_append_text(sql, "SET LOCAL lock_timeout = '2s'; ALTER TABLE ");
    sql_append_qualified(sql, from_schema, from_name);
    if (strcmp(to_schema, STAGING_SCHEMA) == 0) {
        buffer_append_text(sql, " SET SCHEMA ");
        sql_append_name(sql, to_schema);
        buffer_append_text(sql, "; ALTER TABLE ");
        sql_append_qualified(sql, to_schema, from_name);
        buffer_append_text(sql, " RENAME TO ");
        sql_append_name(sql, to_name);
    } else {
        buffer_append_text(sql, " RENAME TO ");
        sql_append_name(sql, to_name);
        buffer_append_text(sql, "; ALTER TABLE ");
        sql_append_qualified(sql, from_schema, to_name);
        buffer_append_text(sql, " SET SCHEMA ");
        sql_append_name(sql, to_schema);
    }
    buffer_append_text(sql, "; SET LOCAL lock_timeout = '" TARGET_LOCK_TIMEOUT "'");
    return target_run_built(target, "could not move the table into place", NULL, err);
}

static void
append_columns(struct buffer *sql, const struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (i > 0)
            buffer_append_text(sql, ", ");
        sql_append_name(sql, table->columns[i].target_name);
    }
}

bool
ddl_fill_from_staging(struct target *target, const char *staging, const char *schema,
    const char *name, const struct table *table, int64_t *row_count, struct error *err)
{
    struct buffer *sql;
    PGresult *result = NULL;

    if (!ddl_create_table(target, schema, name, table, err))
        return false;
    sql = sql_start(target);
    buffer_append_text(sql, "INSERT INTO ");
    sql_append_qualified(sql, schema, name);
    buffer_append_text(sql, " (");
    append_columns(sql, table);
    buffer_append_text(sql, ") SELECT ");
    append_columns(sql, table);
    buffer_append_text(sql, " FROM ");
    sql_append_qualified(sql, STAGING_SCHEMA, staging);
    if (sql->failed)
        return error_set(err, ERROR_TABLE, "the statement is too long");
    if (!target_script(target, "could not fill the mirrored table", buffer_text(sql), &result, err))
        return false;
    *row_count = result_affected(result);
    PQclear(result);
    return true;
}

bool
ddl_drop_staging(struct target *target, const char *staging, struct error *err)
{
    struct buffer *sql = sql_start(target);

    buffer_append_text(sql, "DROP TABLE IF EXISTS ");
    sql_append_qualified(sql, STAGING_SCHEMA, staging);
    return target_run_built(target, "could not drop the staging table", NULL, err);
}

bool
ddl_count_staging(struct target *target, const char *staging, int64_t *row_count, struct error *err)
{
    struct buffer *sql = sql_start(target);
    PGresult *row = NULL;

    buffer_append_text(sql, "SELECT pg_catalog.count(*) FROM ");
    sql_append_qualified(sql, STAGING_SCHEMA, staging);
    if (!target_script(target, "could not count the staged rows", buffer_text(sql), &row, err))
        return false;
    *row_count = result_integer(row, 0, 0);
    PQclear(row);
    return true;
}

void
ddl_analyze(struct target *target, const char *schema, const char *name)
{
    struct buffer *sql = sql_start(target);
    struct error ignored;
    bool is_analysed;

    buffer_append_text(sql, "ANALYZE ");
    sql_append_qualified(sql, schema, name);
    // Without statistics a plan may be slower, and that is all.
    is_analysed = target_run_built(target, "could not analyse the table", NULL, &ignored);
    (void)is_analysed;
}

// Runs the statement in the scratch buffer under a short lock time-out.
static bool
alter(struct target *target, struct arena *arena, const char *doing, const char **statement,
    struct error *err)
{
    if (target->sql.failed)
        return error_set(err, ERROR_TABLE, "%s: the statement is too long", doing);
    *statement = arena_strdup(arena, buffer_text(&target->sql));
    if (!target_script(target, doing, "SET LOCAL lock_timeout = '2s'", NULL, err) ||
        !target_script(target, doing, *statement, NULL, err)) {
        if (strcmp(err->sqlstate, "2BP01") == 0)
            error_hint(err, "Views or other objects depend on it: drop them first, or keep what "
                            "the source dropped (mirror_settings.dropped_columns, "
                            "dropped_tables).");
        return false;
    }
    return target_script(
        target, doing, "SET LOCAL lock_timeout = '" TARGET_LOCK_TIMEOUT "'", NULL, err);
}

static struct buffer *
start_alter(struct target *target, const char *verb, const char *schema, const char *name)
{
    struct buffer *sql = sql_start(target);

    buffer_append_text(sql, verb);
    sql_append_qualified(sql, schema, name);
    return sql;
}

bool
ddl_add_column(struct target *target, struct arena *arena, const char *schema, const char *name,
    const struct column *column, const char **statement, struct error *err)
{
    struct buffer *sql = start_alter(target, "ALTER TABLE ", schema, name);

    buffer_append_text(sql, " ADD COLUMN ");
    target_type_append_column(sql, column);
    return alter(target, arena, "could not add a column", statement, err);
}

bool
ddl_drop_column(struct target *target, struct arena *arena, const char *schema, const char *name,
    const char *column, const char **statement, struct error *err)
{
    struct buffer *sql = start_alter(target, "ALTER TABLE ", schema, name);

    buffer_append_text(sql, " DROP COLUMN ");
    sql_append_name(sql, column);
    return alter(target, arena, "could not drop a column", statement, err);
}

bool
ddl_drop_table(struct target *target, struct arena *arena, const char *schema, const char *name,
    const char **statement, struct error *err)
{
    (void)start_alter(target, "DROP TABLE ", schema, name);
    return alter(target, arena, "could not drop the mirrored table", statement, err);
}

bool
ddl_staging_is_published(
    struct target *target, const char *schema, bool *is_published, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *row = NULL;

    // pg_publication_namespace came with PostgreSQL 15.
    const char *sql =
        target->facts.server_version >= 150000
            ? "SELECT EXISTS (SELECT FROM pg_catalog.pg_publication p WHERE p.puballtables"
              "  OR EXISTS (SELECT FROM pg_catalog.pg_publication_namespace pn"
              "   JOIN pg_catalog.pg_namespace n ON n.oid = pn.pnnspid"
              "   WHERE pn.pnpubid = p.oid AND n.nspname IN ('" STAGING_SCHEMA "', $1)))"
            : "SELECT EXISTS (SELECT FROM pg_catalog.pg_publication WHERE puballtables AND"
              " $1::text IS NOT NULL)";

    parameter_text(&parameters, schema);
    if (!target_execute_often(
            target, "could not read the publications", sql, &parameters, &row, err))
        return false;
    *is_published = result_text(row, 0, 0)[0] == 't';
    PQclear(row);
    return true;
}
