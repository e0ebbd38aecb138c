#include "target/attached.h"

#include "target/target_internal.h"
#include "target/type.h"

#include <string.h>

static const char *const find_sql =
    "SELECT c.relispartition, NULLIF(c.reloftype, 0)::pg_catalog.regtype,"
    " (SELECT pg_catalog.string_agg(i.inhparent::pg_catalog.regclass::text, ', ')"
    "  FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid),"
    " (SELECT pg_catalog.string_agg(i.inhrelid::pg_catalog.regclass::text, ', ')"
    "  FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid), c.oid::pg_catalog.regclass"
    " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = $1 AND c.relname = $2";

// Names come quoted as they have to be.
struct attachment {
    const char *table;
    const char *type;     // it is one of; "": none
    const char *parents;  // "": none
    const char *children; // "": none
    bool is_partition;
};

static void
append_change(struct buffer *hint, const char *what, const struct column *column)
{
    buffer_printf(hint, column != NULL ? "ADD %s " : "DROP %s ...", what);
    if (column != NULL)
        target_type_append_column(hint, column);
}

static void
append_remedy_above(struct buffer *hint, const struct attachment *is, const struct column *column)
{
    buffer_printf(hint, "The table %s %s: ALTER TABLE %s ",
        is->is_partition ? "is a partition of" : "inherits from", is->parents, is->parents);
    append_change(hint, "COLUMN", column);
    if (is->is_partition)
        buffer_printf(hint, ", or DETACH PARTITION %s.", is->table);
    else
        buffer_printf(hint, ", or ALTER TABLE %s NO INHERIT %s.", is->table, is->parents);
}

static void
append_remedy(struct buffer *hint, const struct attachment *is, const struct column *column)
{
    if (is->type[0] != '\0') {
        buffer_printf(hint, "The table is one of type %s: ALTER TYPE %s ", is->type, is->type);
        append_change(hint, "ATTRIBUTE", column);
        buffer_printf(hint, " CASCADE, or ALTER TABLE %s NOT OF.", is->table);
    } else if (is->parents[0] != '\0') {
        append_remedy_above(hint, is, column);
    } else if (is->children[0] != '\0') {
        buffer_printf(hint,
            "Other tables inherit from the table: %s. They have to belong to the role that oe2pg "
            "uses, and to have no other column of that name; or ALTER TABLE ... NO INHERIT %s.",
            is->children, is->table);
    }
}

void
attached_explain(struct target *target, const char *schema, const char *name,
    const struct column *column, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    struct error ignored;
    struct buffer hint;
    PGresult *row = NULL;

    // What the table hangs on shows as a wrong kind of object, definition, type or owner.
    if (strncmp(err->sqlstate, "42", 2) != 0)
        return;
    error_clear(&ignored);
    parameter_text(&parameters, schema);
    parameter_text(&parameters, name);
    if (!target_execute(target, "could not see what the mirrored table hangs on", find_sql,
            &parameters, &row, &ignored))
        return;
    buffer_init(&hint, BUFFER_SQL_CAP);
    if (PQntuples(row) == 1) {
        const struct attachment is = {
            .is_partition = result_text(row, 0, 0)[0] == 't',
            .type = result_text(row, 0, 1),
            .parents = result_text(row, 0, 2),
            .children = result_text(row, 0, 3),
            .table = result_text(row, 0, 4),
        };

        append_remedy(&hint, &is, column);
    }
    if (hint.size > 0 && !hint.failed) {
        err->hint[0] = '\0';
        error_hint(err, "%s", buffer_text(&hint));
    }
    buffer_release(&hint);
    PQclear(row);
}

bool
attached_column_is_empty(struct target *target, const char *schema, const char *name,
    const char *column, bool *is_empty, struct error *err)
{
    struct buffer *sql = sql_start(target);
    PGresult *row = NULL;

    buffer_append_text(sql, "SELECT NOT EXISTS (SELECT FROM ONLY ");
    sql_append_qualified(sql, schema, name);
    buffer_append_text(sql, " m WHERE m.");
    sql_append_name(sql, column);
    buffer_append_text(sql, " IS NOT NULL)");
    if (!target_script(target, "could not look at a column of the mirrored table", buffer_text(sql),
            &row, err))
        return false;
    *is_empty = result_text(row, 0, 0)[0] == 't';
    PQclear(row);
    return true;
}
