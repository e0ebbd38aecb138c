#include "target/rights.h"

#include "target/mirror.h"
#include "target/target_internal.h"

#include <string.h>

static bool
is_true(const PGresult *result, int column)
{
    return result_text(result, 0, column)[0] == 't';
}

static const char *const rights_sql =
    "SELECT pg_catalog.quote_ident(current_user::pg_catalog.text),"
    " pg_catalog.quote_ident(pg_catalog.current_database()::pg_catalog.text),"
    " pg_catalog.quote_ident($1::pg_catalog.text),"
    " pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'),"
    " pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMPORARY'),"
    " n.oid IS NOT NULL,"
    " pg_catalog.has_schema_privilege(n.oid, 'USAGE')"
    "  AND pg_catalog.has_schema_privilege(n.oid, 'CREATE'),"
    " pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(n.nspowner)::pg_catalog.text),"
    " (EXTRACT(epoch FROM pg_catalog.clock_timestamp()) * 1000)::pg_catalog.int8"
    " FROM (VALUES (1)) AS one"
    " LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = $1::pg_catalog.name";

bool
rights_read(struct target *target, struct arena *arena, const char *schema, struct rights *rights,
    struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *row = NULL;

    memset(rights, 0, sizeof *rights);
    parameter_text(&parameters, schema);
    if (!target_execute(
            target, "could not read the role's rights", rights_sql, &parameters, &row, err))
        return false;
    rights->role = arena_strdup(arena, result_text(row, 0, 0));
    rights->database = arena_strdup(arena, result_text(row, 0, 1));
    rights->schema = arena_strdup(arena, result_text(row, 0, 2));
    rights->may_create_schemas = is_true(row, 3);
    rights->may_create_temporary = is_true(row, 4);
    rights->has_schema = is_true(row, 5);
    rights->may_use_schema = is_true(row, 6);
    rights->schema_owner = arena_strdup(arena, result_text(row, 0, 7));
    rights->clock_ms = result_integer(row, 0, 8);
    PQclear(row);
    return true;
}

// Whoever may not use the schema may not ask for its tables by name either; the catalogue answers
// everybody.
static const char *const tracking_sql =
    "SELECT n.oid IS NOT NULL,"
    " pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(n.nspowner)::pg_catalog.text),"
    " pg_catalog.pg_has_role(n.nspowner, 'USAGE'),"
    " pg_catalog.has_schema_privilege(n.oid, 'USAGE')"
    "  AND pg_catalog.has_schema_privilege(s.oid, 'USAGE')"
    "  AND pg_catalog.has_schema_privilege(s.oid, 'CREATE')"
    "  AND NOT EXISTS (SELECT FROM pg_catalog.pg_class c"
    "   WHERE c.relnamespace = n.oid AND c.relkind = 'r'"
    "   AND NOT (pg_catalog.has_table_privilege(c.oid, 'SELECT')"
    "    AND pg_catalog.has_table_privilege(c.oid, 'INSERT')"
    "    AND pg_catalog.has_table_privilege(c.oid, 'UPDATE')"
    "    AND pg_catalog.has_table_privilege(c.oid, 'DELETE'))),"
    " EXISTS (SELECT FROM pg_catalog.pg_class c"
    "  WHERE c.relnamespace = n.oid AND c.relkind = 'r' AND c.relname = 'version')"
    " FROM (VALUES (1)) AS one"
    " LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = 'oe2pg'"
    " LEFT JOIN pg_catalog.pg_namespace s ON s.nspname = 'oe2pg_staging'";

static bool
read_version(struct target *target, struct tracking_rights *rights, struct error *err)
{
    PGresult *row = NULL;

    if (!target_script(target, "could not read the version of the tracking tables",
            "SELECT COALESCE(pg_catalog.max(version), 0) FROM oe2pg.version", &row, err))
        return false;
    rights->version = result_integer(row, 0, 0);
    PQclear(row);
    return true;
}

bool
rights_read_tracking(
    struct target *target, struct arena *arena, struct tracking_rights *rights, struct error *err)
{
    PGresult *row = NULL;
    bool has_version;

    memset(rights, 0, sizeof *rights);
    rights->known_version = tracking_known_version();
    if (!target_script(target, "could not look for the tracking tables", tracking_sql, &row, err))
        return false;
    rights->has_schema = is_true(row, 0);
    rights->owner = arena_strdup(arena, result_text(row, 0, 1));
    rights->is_owned = is_true(row, 2);
    rights->is_open = is_true(row, 3);
    has_version = is_true(row, 4);
    PQclear(row);
    return !rights->is_open || !has_version || read_version(target, rights, err);
}

static const char *const obstacles_sql =
    "SELECT c.relname, pg_catalog.quote_ident(n.nspname::pg_catalog.text) || '.'"
    "  || pg_catalog.quote_ident(c.relname::pg_catalog.text),"
    " pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(c.relowner)::pg_catalog.text),"
    " c.relkind = 'r'"
    " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = $1::pg_catalog.name"
    " AND (c.relkind <> 'r' OR NOT pg_catalog.pg_has_role(c.relowner, 'USAGE'))"
    " ORDER BY c.relname";

bool
rights_find_obstacles(struct target *target, struct arena *arena, const char *schema,
    struct rights_obstacle **obstacles, size_t *count, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;

    parameter_text(&parameters, schema);
    if (!target_execute(
            target, "could not look at the target schema", obstacles_sql, &parameters, &rows, err))
        return false;
    *count = (size_t)PQntuples(rows);
    *obstacles = arena_calloc(arena, *count + 1, sizeof **obstacles);
    for (int i = 0; i < PQntuples(rows); i++) {
        (*obstacles)[i] = (struct rights_obstacle){
            .name = arena_strdup(arena, result_text(rows, i, 0)),
            .quoted = arena_strdup(arena, result_text(rows, i, 1)),
            .owner = arena_strdup(arena, result_text(rows, i, 2)),
            .is_table = result_text(rows, i, 3)[0] == 't',
        };
    }
    PQclear(rows);
    return true;
}
