// Comments on a mirrored table and its columns (index.h).
#include "target/index.h"
#include "target/target_internal.h"

bool
comment_read(struct target *target, struct arena *arena, const struct mirror_place *place,
    struct mirror_comment **comments, size_t *count, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;

    parameter_text(&parameters, place->schema);
    parameter_text(&parameters, place->table);
    if (!target_execute_often(target, "could not read the table's comments",
            "SELECT COALESCE(a.attname, ''), d.description FROM pg_catalog.pg_description d"
            " JOIN pg_catalog.pg_class c ON c.oid = d.objoid"
            "  AND d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass"
            " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
            " LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid"
            "  AND a.attnum > 0"
            " WHERE n.nspname = $1 AND c.relname = $2",
            &parameters, &rows, err))
        return false;
    *count = (size_t)PQntuples(rows);
    *comments = arena_calloc(arena, *count, sizeof **comments);
    for (int row = 0; row < PQntuples(rows); row++)
        (*comments)[row] = (struct mirror_comment){ arena_strdup(arena, result_text(rows, row, 0)),
            arena_strdup(arena, result_text(rows, row, 1)) };
    PQclear(rows);
    return true;
}

bool
comment_write(struct target *target, const struct mirror_place *place, const char *name,
    const char *text, struct error *err)
{
    struct buffer *sql = sql_start(target);

    buffer_append_text(sql, name[0] == '\0' ? TARGET_SHORT_LOCK "COMMENT ON TABLE "
                                            : TARGET_SHORT_LOCK "COMMENT ON COLUMN ");
    sql_append_qualified(sql, place->schema, place->table);
    if (name[0] != '\0') {
        buffer_append_byte(sql, '.');
        sql_append_name(sql, name);
    }
    buffer_append_text(sql, " IS ");
    if (text != NULL)
        sql_append_literal(sql, text);
    else
        buffer_append_text(sql, "NULL");
    buffer_append_text(sql, TARGET_USUAL_LOCK);
    return target_run_built(target, "could not write a comment", NULL, err);
}
