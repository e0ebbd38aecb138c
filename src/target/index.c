#include "target/index.h"

#include "base/sqlstate.h"
#include "target/target_internal.h"

#include <string.h>

static void
name_place(struct sql_parameters *parameters, const struct mirror_place *place)
{
    parameters->count = 0;
    parameter_text(parameters, place->schema);
    parameter_text(parameters, place->table);
}

// ---- looking -----------------------------------------------------------------------------------

bool
index_is_possible(
    struct target *target, const struct mirror_place *place, bool *is_possible, struct error *err)
{
    struct sql_parameters parameters;
    PGresult *row = NULL;

    name_place(&parameters, place);
    if (!target_execute_often(target, "could not look the table up",
            "SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
            " ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2"
            " AND c.relkind = 'r' AND pg_catalog.pg_has_role(c.relowner, 'USAGE')"
            " AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid)",
            &parameters, &row, err))
        return false;
    *is_possible = PQntuples(row) > 0;
    PQclear(row);
    return true;
}

bool
index_find_name(struct target *target, const struct mirror_place *place, int mirror_id,
    const struct wanted_object *wanted, const char **name, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *row = NULL;

    parameter_text(&parameters, place->schema);
    parameter_text(&parameters, wanted->name);
    parameter_text(&parameters, wanted->other_name);
    parameter_integer(&parameters, mirror_id);
    if (!target_execute_often(target, "could not look for a free name",
            "SELECT v.place FROM (VALUES (1, $2::text), (2, $3::text)) v (place, name)"
            " WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
            "  ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = v.name)"
            " AND NOT EXISTS (SELECT FROM oe2pg.tracking t WHERE t.mirror_id = $4"
            "  AND t.target_table = v.name) ORDER BY v.place LIMIT 1",
            &parameters, &row, err))
        return false;
    *name = PQntuples(row) == 0              ? NULL
            : result_integer(row, 0, 0) == 1 ? wanted->name
                                             : wanted->other_name;
    PQclear(row);
    return true;
}

static void
append_names(struct buffer *out, const struct table *table, const struct key *key)
{
    const char *names[KEY_COLUMNS_MAX];

    for (size_t i = 0; i < key->column_count; i++)
        names[i] = table->columns[key->columns[i]].target_name;
    sql_append_name_array(out, names, key->column_count);
}

// Somebody's own, of the same columns: over all rows, and unique where that is wanted. What oe2pg
// made for another wish is not, for it may go with that.
static const char *const same_sql =
    "SELECT x.relname, x.oid::bigint FROM pg_catalog.pg_index i"
    " JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid"
    " JOIN pg_catalog.pg_am m ON m.oid = x.relam AND m.amname = 'btree'"
    " JOIN pg_catalog.pg_class t ON t.oid = i.indrelid"
    " JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace"
    " WHERE n.nspname = $1 AND t.relname = $2 AND i.indisvalid AND i.indpred IS NULL"
    " AND i.indexprs IS NULL AND (i.indisunique AND i.indimmediate OR NOT $4::boolean)"
    " AND NOT EXISTS (SELECT FROM oe2pg.object o WHERE o.object_oid = x.oid"
    "  AND o.state <> 'somebody''s')"
    " AND ARRAY(SELECT a.attname::text FROM pg_catalog.generate_series(1, i.indnkeyatts) k (n)"
    "  JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[k.n - 1]"
    "  ORDER BY k.n) = $3::text[] ORDER BY x.oid LIMIT 1";

bool
index_find_same(struct target *target, struct arena *arena, const struct mirror_place *place,
    const struct table *table, const struct wanted_object *wanted, struct found_index *found,
    struct error *err)
{
    struct sql_parameters parameters;
    struct buffer names;
    PGresult *row = NULL;
    bool done;

    buffer_init(&names, BUFFER_SQL_CAP);
    append_names(&names, table, wanted->key);
    name_place(&parameters, place);
    parameter_text(&parameters, buffer_text(&names));
    parameter_boolean(&parameters, wanted->is_unique);
    done = target_execute_often(
        target, "could not look at the table's indexes", same_sql, &parameters, &row, err);
    buffer_release(&names);
    if (!done)
        return false;
    *found = (struct found_index){ 0 };
    if (PQntuples(row) > 0)
        *found = (struct found_index){ arena_strdup(arena, result_text(row, 0, 0)),
            (uint32_t)result_integer(row, 0, 1) };
    PQclear(row);
    return true;
}

bool
index_describe(struct target *target, struct arena *arena, const struct mirror_place *place,
    const char *name, uint32_t *oid, const char **definition, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *row = NULL;

    parameter_text(&parameters, place->schema);
    parameter_text(&parameters, name);
    if (!target_execute_often(target, "could not look an index up",
            "SELECT c.oid::bigint, " INDEX_DEFINITION " FROM pg_catalog.pg_index i"
            " JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
            " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = $1 AND c.relname = $2",
            &parameters, &row, err))
        return false;
    *oid = PQntuples(row) > 0 ? (uint32_t)result_integer(row, 0, 0) : 0;
    *definition = PQntuples(row) > 0 ? arena_strdup(arena, result_text(row, 0, 1)) : NULL;
    PQclear(row);
    return true;
}

bool
index_count_equal(struct target *target, const struct mirror_place *place,
    const struct table *table, const struct wanted_object *wanted, int64_t *row_count,
    struct error *err)
{
    struct buffer *sql = sql_start(target);
    PGresult *row = NULL;

    buffer_append_text(sql, "SELECT COALESCE(pg_catalog.sum(n), 0)::bigint FROM"
                            " (SELECT pg_catalog.count(*) AS n FROM ONLY ");
    sql_append_qualified(sql, place->schema, place->table);
    for (size_t i = 0; i < wanted->key->column_count; i++) {
        buffer_append_text(sql, i > 0 ? " AND " : " WHERE ");
        sql_append_name(sql, table->columns[wanted->key->columns[i]].target_name);
        buffer_append_text(sql, " IS NOT NULL");
    }
    buffer_append_text(sql, " GROUP BY ");
    for (size_t i = 0; i < wanted->key->column_count; i++) {
        buffer_append_text(sql, i > 0 ? ", " : "");
        sql_append_name(sql, table->columns[wanted->key->columns[i]].target_name);
    }
    buffer_append_text(sql, " HAVING pg_catalog.count(*) > 1) v");
    if (!target_run_built(target, "could not count rows that are not unique", &row, err))
        return false;
    *row_count = result_integer(row, 0, 0);
    PQclear(row);
    return true;
}

// ---- making ------------------------------------------------------------------------------------

// What says something of the data or of the columns' types, and not of the server.
static bool
is_answer(const struct error *err, enum index_attempt *attempt)
{
    if (err->side != ERROR_SIDE_TARGET)
        return false;
    if (strcmp(err->sqlstate, "23505") == 0)
        *attempt = INDEX_NOT_UNIQUE;
    else if (strcmp(err->sqlstate, "54000") == 0)
        *attempt = INDEX_TOO_LONG;
    else if (strncmp(err->sqlstate, "22", 2) == 0 || strncmp(err->sqlstate, "54", 2) == 0 ||
             strcmp(err->sqlstate, "42704") == 0)
        *attempt = INDEX_IMPOSSIBLE;
    else
        return false;
    return true;
}

bool
index_make(struct target *target, const struct mirror_place *place,
    const struct wanted_object *wanted, const char *name, bool is_unique,
    enum index_attempt *attempt, struct error *err)
{
    struct buffer *sql;

    if (!target_savepoint(target, err))
        return false;
    sql = sql_start(target);
    buffer_append_text(sql, is_unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ");
    sql_append_name(sql, name);
    buffer_append_text(sql, " ON ONLY ");
    sql_append_qualified(sql, place->schema, place->table);
    buffer_append_byte(sql, ' ');
    buffer_append_text(sql, wanted->columns);
    *attempt = INDEX_MADE;
    if (target_run_built(target, "could not make an index", NULL, err))
        return target_release_savepoint(target, err);
    if (!is_answer(err, attempt))
        return false;
    error_clear(err);
    return target_rollback_to_savepoint(target, err);
}

bool
index_make_primary(
    struct target *target, const struct mirror_place *place, const char *name, struct error *err)
{
    struct buffer *sql = sql_start(target);

    buffer_append_text(sql, TARGET_SHORT_LOCK "ALTER TABLE ONLY ");
    sql_append_qualified(sql, place->schema, place->table);
    buffer_append_text(sql, " ADD CONSTRAINT ");
    sql_append_name(sql, name);
    buffer_append_text(sql, " PRIMARY KEY USING INDEX ");
    sql_append_name(sql, name);
    buffer_append_text(sql, TARGET_USUAL_LOCK);
    return target_run_built(target, "could not make the primary key", NULL, err);
}

bool
index_rename(struct target *target, const struct mirror_place *place, const char *name,
    const char *new_name, struct error *err)
{
    struct buffer *sql = sql_start(target);

    buffer_append_text(sql, "ALTER INDEX ");
    sql_append_qualified(sql, place->schema, name);
    buffer_append_text(sql, " RENAME TO ");
    sql_append_name(sql, new_name);
    return target_run_built(target, "could not rename an index", NULL, err);
}

bool
index_drop(
    struct target *target, const struct mirror_place *place, const char *name, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    struct buffer *sql;
    PGresult *row = NULL;
    bool is_constraint;

    parameter_text(&parameters, place->schema);
    parameter_text(&parameters, name);
    if (!target_execute_often(target, "could not look an index up",
            "SELECT FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = "
            "k.conindid"
            " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = $1 AND c.relname = $2"
            " AND k.contype IN ('p', 'u')",
            &parameters, &row, err))
        return false;
    is_constraint = PQntuples(row) > 0;
    PQclear(row);
    sql = sql_start(target);
    buffer_append_text(sql, TARGET_SHORT_LOCK);
    if (is_constraint) {
        buffer_append_text(sql, "ALTER TABLE ONLY ");
        sql_append_qualified(sql, place->schema, place->table);
        buffer_append_text(sql, " DROP CONSTRAINT ");
        sql_append_name(sql, name);
    } else {
        buffer_append_text(sql, "DROP INDEX ");
        sql_append_qualified(sql, place->schema, name);
    }
    buffer_append_text(sql, TARGET_USUAL_LOCK);
    return target_run_built(target, "could not drop an index", NULL, err);
}
