#include "target/typed_view.h"

#include "base/hash.h"
#include "base/text.h"
#include "target/target_internal.h"
#include "target/typed_cast.h"

#include <inttypes.h>
#include <string.h>

#define DOING "could not make a view with native types"

// ---- what is recorded --------------------------------------------------------------------------

static const char *const read_sql =
    "SELECT v.source_schema, v.source_table, v.view_schema, v.declared, v.view_oid::bigint,"
    " c.oid::pg_catalog.regclass FROM oe2pg.typed_view v"
    " LEFT JOIN pg_catalog.pg_class c ON c.oid = v.view_oid AND c.relkind = 'v'"
    " WHERE v.mirror_id = $1 AND ($2::text IS NULL OR (v.source_schema = $2"
    "  AND v.source_table = $3))";

struct found_views {
    struct typed_view *list;
    size_t count;
};

static bool
read_views(struct target *target, struct arena *arena, int mirror_id, const char *source_schema,
    const char *source_table, struct found_views *views, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;
    bool exists;

    *views = (struct found_views){ NULL, 0 };
    if (!target_has_relation(target, "oe2pg.typed_view", &exists, err))
        return false;
    if (!exists)
        return true;
    parameter_integer(&parameters, mirror_id);
    parameter_text(&parameters, source_schema);
    parameter_text(&parameters, source_table);
    if (!target_execute(
            target, "could not read which views there are", read_sql, &parameters, &rows, err))
        return false;
    views->count = (size_t)PQntuples(rows);
    views->list = arena_calloc(arena, views->count, sizeof *views->list);
    for (int i = 0; i < PQntuples(rows); i++)
        views->list[i] = (struct typed_view){
            .source_schema = arena_strdup(arena, result_text(rows, i, 0)),
            .source_table = arena_strdup(arena, result_text(rows, i, 1)),
            .schema = arena_strdup(arena, result_text(rows, i, 2)),
            .declared = arena_strdup(arena, result_text(rows, i, 3)),
            .oid = result_integer(rows, i, 4),
            .name = PQgetisnull(rows, i, 5) ? NULL : arena_strdup(arena, result_text(rows, i, 5)),
        };
    PQclear(rows);
    return true;
}

bool
typed_view_read(struct target *target, struct arena *arena, int mirror_id,
    struct typed_view **views, size_t *count, struct error *err)
{
    struct found_views found;

    if (!read_views(target, arena, mirror_id, NULL, NULL, &found, err))
        return false;
    *views = found.list;
    *count = found.count;
    return true;
}

bool
typed_view_read_one(struct target *target, struct arena *arena, int mirror_id,
    const char *source_schema, const char *source_table, struct typed_view **view,
    struct error *err)
{
    struct found_views found;

    if (!read_views(target, arena, mirror_id, source_schema, source_table, &found, err))
        return false;
    *view = found.count > 0 ? found.list : NULL;
    return true;
}

static bool
record(struct target *target, const struct mirror_claim *claim, const char *schema,
    const struct table *table, const struct typed_definition *definition, const char *view,
    struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    parameter_integer(&parameters, claim->mirror_id);
    parameter_text(&parameters, table->schema);
    parameter_text(&parameters, table->name);
    parameter_text(&parameters, schema);
    parameter_text(&parameters, view);
    parameter_text(&parameters, definition->declared);
    parameter_integer(&parameters, claim->run_id);
    return target_execute(target, "could not record a view",
        "INSERT INTO oe2pg.typed_view (mirror_id, source_schema, source_table, view_schema,"
        " view_oid, declared, run_id) VALUES ($1, $2, $3, $4, $5::pg_catalog.regclass, $6, $7)"
        " ON CONFLICT (mirror_id, source_schema, source_table) DO UPDATE SET"
        " view_schema = excluded.view_schema, view_oid = excluded.view_oid,"
        " declared = excluded.declared, run_id = excluded.run_id, since = pg_catalog.now()",
        &parameters, NULL, err);
}

// ---- what it is to be --------------------------------------------------------------------------

static const char *const columns_sql =
    "SELECT c.relname, a.attname, a.atttypid = 'pg_catalog.text'::pg_catalog.regtype"
    " FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = $1 AND ($2::text IS NULL OR c.relname = $2) AND c.relkind = 'r'"
    " AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname COLLATE \"C\", a.attnum";

static const struct column *
find_column(const struct table *table, const char *target_name)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (strcmp(table->columns[i].target_name, target_name) == 0)
            return &table->columns[i];
    }
    return NULL;
}

static void
append_value(struct target *target, struct buffer *sql, const struct column *column, bool is_text)
{
    static const struct mirror_type as_it_is = { .base = MIRROR_TEXT };
    struct buffer name;

    buffer_init(&name, BUFFER_SQL_CAP);
    (void)buffer_append_text(&name, "m.");
    sql_append_name(&name, column->target_name);
    typed_cast_append(sql, is_text ? &column->native : &as_it_is, buffer_text(&name),
        target->facts.server_version);
    (void)buffer_append_text(sql, " AS ");
    sql_append_name(sql, column->target_name);
    buffer_release(&name);
}

static uint64_t
hash_text(const char *text)
{
    return text != NULL ? hash_bytes_extended(text, strlen(text), 0) : 0;
}

static void
sign(struct typed_definition *definition)
{
    uint64_t digest = hash_row_add(0, hash_text(definition->query));

    for (size_t i = 0; i < definition->column_count; i++) {
        const struct dictionary_words *words = &definition->columns[i]->words;

        digest = hash_row_add(digest, hash_text(words->label));
        digest = hash_row_add(digest, hash_text(words->description));
    }
    (void)text_print(definition->declared, sizeof definition->declared, "%016" PRIx64, digest);
}

// The rows of one mirrored table.
struct column_rows {
    const PGresult *rows;
    int first;
    int end;
};

static bool
define(struct target *target, struct arena *arena, const char *mirror_schema,
    const struct table *table, const struct column_rows *of, struct typed_definition *definition,
    struct error *err)
{
    size_t count = (size_t)(of->end - of->first);
    const struct column **columns = arena_calloc(arena, count, sizeof(void *));
    struct buffer *sql = sql_start(target);

    *definition = (struct typed_definition){ .table = table, .columns = columns };
    (void)buffer_append_text(sql, "SELECT ");
    for (int i = of->first; i < of->end; i++) {
        const struct column *column = find_column(table, result_text(of->rows, i, 1));

        if (column == NULL)
            continue;
        (void)buffer_append_text(sql, definition->column_count > 0 ? ", " : "");
        append_value(target, sql, column, result_text(of->rows, i, 2)[0] == 't');
        columns[definition->column_count++] = column;
    }
    (void)buffer_append_text(sql, " FROM ");
    sql_append_qualified(sql, mirror_schema, table->target_name);
    (void)buffer_append_text(sql, " m");
    if (sql->failed)
        return error_set(err, ERROR_TABLE, DOING ": the statement is too long");
    definition->query = definition->column_count > 0 ? arena_strdup(arena, buffer_text(sql)) : NULL;
    sign(definition);
    return true;
}

static size_t
find_table(const struct table *const *tables, size_t count, const char *target_name)
{
    size_t i = 0;

    while (i < count && strcmp(tables[i]->target_name, target_name) != 0)
        i++;
    return i;
}

bool
typed_view_define(struct target *target, struct arena *arena, const char *mirror_schema,
    const struct table *const *tables, size_t count, struct typed_definition *definitions,
    struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;
    bool done = true;

    for (size_t i = 0; i < count; i++)
        definitions[i] = (struct typed_definition){ .query = NULL };
    parameter_text(&parameters, mirror_schema);
    parameter_text(&parameters, count == 1 ? tables[0]->target_name : NULL);
    if (!target_execute(target, "could not read the columns of mirrored tables", columns_sql,
            &parameters, &rows, err))
        return false;
    for (int first = 0, end; first < PQntuples(rows) && done; first = end) {
        const char *name = result_text(rows, first, 0);
        size_t at = find_table(tables, count, name);

        for (end = first + 1; end < PQntuples(rows) && strcmp(result_text(rows, end, 0), name) == 0;
             end++)
            ;
        done = at == count ||
               define(target, arena, mirror_schema, tables[at],
                   &(const struct column_rows){ rows, first, end }, &definitions[at], err);
    }
    PQclear(rows);
    return done;
}

// ---- making and dropping it --------------------------------------------------------------------

static bool
run_built(struct target *target, struct error *err)
{
    if (target->sql.failed)
        return error_set(err, ERROR_TABLE, DOING ": the statement is too long");
    return target_script(target, DOING, buffer_text(&target->sql), NULL, err);
}

static bool
create(struct target *target, const char *verb, const char *view,
    const struct typed_definition *definition, struct error *err)
{
    struct buffer *sql = sql_start(target);

    (void)buffer_printf(sql, "%s %s AS %s", verb, view, definition->query);
    return run_built(target, err);
}

static bool
drop(struct target *target, const char *view, struct error *err)
{
    struct buffer *sql = sql_start(target);

    (void)buffer_printf(sql, "DROP VIEW %s", view);
    return run_built(target, err);
}

static void
append_comment(struct buffer *sql, const char *view, const struct column *column)
{
    const struct dictionary_words *words = &column->words;
    const char *label = words->label != NULL ? words->label : "";
    const char *description = words->description != NULL ? words->description : "";
    struct buffer text;

    if (label[0] == '\0' && description[0] == '\0')
        return;
    buffer_init(&text, BUFFER_SQL_CAP);
    (void)buffer_printf(&text, "%s%s%s", label,
        label[0] != '\0' && description[0] != '\0' ? ": " : "", description);
    (void)buffer_printf(sql, "; COMMENT ON COLUMN %s.", view);
    sql_append_name(sql, column->target_name);
    (void)buffer_append_text(sql, " IS ");
    sql_append_literal(sql, buffer_text(&text));
    buffer_release(&text);
}

static bool
comment(struct target *target, const char *view, const struct table *table,
    const struct typed_definition *definition, struct error *err)
{
    struct buffer *sql = sql_start(target);
    struct buffer text;

    buffer_init(&text, BUFFER_SQL_CAP);
    (void)buffer_printf(&text, "%s with native types, made by oe2pg", table->name);
    (void)buffer_printf(sql, "COMMENT ON VIEW %s IS ", view);
    sql_append_literal(sql, buffer_text(&text));
    buffer_release(&text);
    for (size_t i = 0; i < definition->column_count; i++)
        append_comment(sql, view, definition->columns[i]);
    return run_built(target, err);
}

// The rights that others have on the view, as statements; in `arena`.
static bool
read_grants(struct target *target, struct arena *arena, const struct typed_view *view,
    const char **grants, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *row = NULL;

    parameter_integer(&parameters, view->oid);
    if (!target_execute(target, "could not read the rights on a view",
            "SELECT COALESCE(pg_catalog.string_agg(pg_catalog.format('GRANT %s ON %s TO %s%s',"
            " x.privilege_type, c.oid::pg_catalog.regclass, CASE x.grantee WHEN 0 THEN 'PUBLIC'"
            "  ELSE x.grantee::pg_catalog.regrole::text END,"
            " CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END), '; '), '')"
            " FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) x"
            " WHERE c.oid = $1::bigint::oid AND x.grantee <> c.relowner",
            &parameters, &row, err))
        return false;
    *grants = arena_strdup(arena, result_text(row, 0, 0));
    PQclear(row);
    return true;
}

// In its place, under the name that it has, also where people renamed it.
static bool
make_anew(struct target *target, struct arena *arena, const struct typed_view *present,
    const struct typed_definition *definition, struct error *err)
{
    const char *grants;

    return read_grants(target, arena, present, &grants, err) && drop(target, present->name, err) &&
           create(target, "CREATE VIEW", present->name, definition, err) &&
           (grants[0] == '\0' || target_script(target, DOING, grants, NULL, err));
}

// Columns at the end may be added to a view that others use; nothing else may become different.
static bool
replace(struct target *target, struct arena *arena, const struct typed_view *present,
    const struct typed_definition *definition, struct error *err)
{
    if (!target_savepoint(target, err))
        return false;
    if (create(target, "CREATE OR REPLACE VIEW", present->name, definition, err))
        return target_release_savepoint(target, err);
    if (strcmp(err->sqlstate, "42P16") != 0)
        return false;
    error_clear(err);
    return target_rollback_to_savepoint(target, err) &&
           make_anew(target, arena, present, definition, err);
}

static const char *
qualified(struct arena *arena, const char *schema, const char *name)
{
    struct buffer text;
    const char *made;

    buffer_init(&text, BUFFER_SQL_CAP);
    sql_append_qualified(&text, schema, name);
    made = arena_strdup(arena, buffer_text(&text));
    buffer_release(&text);
    return made;
}

bool
typed_view_make(struct target *target, struct arena *arena, const struct mirror_claim *claim,
    const char *schema, const struct typed_definition *definition, const struct typed_view *present,
    struct error *err)
{
    const struct table *table = definition->table;
    bool is_there = present != NULL && present->name != NULL;
    bool stays = is_there && strcmp(present->schema, schema) == 0;
    const char *view = stays ? present->name : qualified(arena, schema, table->target_name);

    return target_script(target, DOING, "SET LOCAL lock_timeout = '2s'", NULL, err) &&
           (!is_there || stays || drop(target, present->name, err)) &&
           (stays ? replace(target, arena, present, definition, err)
                  : create(target, "CREATE VIEW", view, definition, err)) &&
           comment(target, view, table, definition, err) &&
           record(target, claim, schema, table, definition, view, err) &&
           target_script(
               target, DOING, "SET LOCAL lock_timeout = '" TARGET_LOCK_TIMEOUT "'", NULL, err);
}

bool
typed_view_drop(
    struct target *target, int mirror_id, const struct typed_view *view, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    parameter_integer(&parameters, mirror_id);
    parameter_text(&parameters, view->source_schema);
    parameter_text(&parameters, view->source_table);
    return target_script(target, DOING, "SET LOCAL lock_timeout = '2s'", NULL, err) &&
           (view->name == NULL || drop(target, view->name, err)) &&
           target_execute(target, "could not forget a view",
               "DELETE FROM oe2pg.typed_view WHERE mirror_id = $1 AND source_schema = $2"
               " AND source_table = $3",
               &parameters, NULL, err) &&
           target_script(
               target, DOING, "SET LOCAL lock_timeout = '" TARGET_LOCK_TIMEOUT "'", NULL, err);
}

bool
typed_view_drop_of(struct target *target, struct arena *arena, int mirror_id,
    const char *source_schema, const char *source_table, struct error *err)
{
    struct typed_view *view;

    return typed_view_read_one(target, arena, mirror_id, source_schema, source_table, &view, err) &&
           (view == NULL || typed_view_drop(target, mirror_id, view, err));
}

void
typed_view_explain(struct target *target, const struct typed_view *view, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    struct error ignored = { 0 };
    PGresult *row = NULL;

    if (strcmp(err->sqlstate, "2BP01") != 0 || view == NULL || view->name == NULL)
        return;
    parameter_integer(&parameters, view->oid);
    if (!target_execute(target, "could not see who uses a view",
            "SELECT pg_catalog.string_agg(DISTINCT r.ev_class::pg_catalog.regclass::text, ', ')"
            " FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid"
            " WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass"
            " AND d.refobjid = $1::bigint::oid AND r.ev_class <> d.refobjid"
            " AND d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass",
            &parameters, &row, &ignored))
        return;
    err->hint[0] = '\0';
    error_hint(err,
        "The view %s with native types is used by %s: drop that, let oe2pg run, and make it again.",
        view->name, PQgetisnull(row, 0, 0) ? "other objects" : result_text(row, 0, 0));
    PQclear(row);
}
