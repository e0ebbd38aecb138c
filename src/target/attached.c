#include "target/attached.h"

#include "base/text.h"
#include "target/target_internal.h"
#include "target/type.h"

#include <string.h>

static const char *const find_sql =
    "SELECT c.relispartition, NULLIF(c.reloftype, 0)::pg_catalog.regtype,"
    " (SELECT pg_catalog.string_agg(i.inhparent::pg_catalog.regclass::text, ', ')"
    "  FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid),"
    " (SELECT pg_catalog.string_agg(pg_catalog.format('ALTER TABLE %s NO INHERIT %s;',"
    "   i.inhrelid::pg_catalog.regclass, c.oid::pg_catalog.regclass), ' ')"
    "  FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid), c.oid::pg_catalog.regclass"
    " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = $1 AND c.relname = $2";

// Names come quoted as they have to be.
struct attachment {
    const char *table;
    const char *type;    // it is one of; "": none
    const char *parents; // "": none
    const char *freeing; // statements that part its children from it; "": it has none
    bool is_partition;
};

static void
append_change(struct buffer *hint, const char *what, const struct attached_change *change)
{
    buffer_printf(hint, "%s %s ", change->added != NULL ? "ADD" : "DROP", what);
    if (change->added != NULL)
        target_type_append_column(hint, change->added);
    else if (change->dropped != NULL)
        sql_append_name(hint, change->dropped);
}

// What people hang on a column goes with it, if they say so.
static void
append_dependents(
    struct buffer *hint, const struct attachment *is, const struct attached_change *change)
{
    buffer_printf(hint,
        "Set mirror_settings.dropped_columns to \"keep\", or let it go with all that uses it: "
        "ALTER "
        "TABLE %s ",
        is->table);
    append_change(hint, "COLUMN", change);
    buffer_append_text(hint, " CASCADE;");
}

static void
append_remedy_above(
    struct buffer *hint, const struct attachment *is, const struct attached_change *change)
{
    buffer_printf(hint, "The table %s %s: ALTER TABLE %s ",
        is->is_partition ? "is a partition of" : "inherits from", is->parents, is->parents);
    append_change(hint, "COLUMN", change);
    if (is->is_partition)
        buffer_printf(hint, "; or: ALTER TABLE %s DETACH PARTITION %s;", is->parents, is->table);
    else
        buffer_printf(hint, "; or: ALTER TABLE %s NO INHERIT %s;", is->table, is->parents);
}

static void
append_remedy(
    struct buffer *hint, const struct attachment *is, const struct attached_change *change)
{
    if (is->type[0] != '\0') {
        buffer_printf(hint, "The table is one of type %s: ALTER TYPE %s ", is->type, is->type);
        append_change(hint, "ATTRIBUTE", change);
        buffer_printf(hint, " CASCADE; or: ALTER TABLE %s NOT OF;", is->table);
    } else if (is->parents[0] != '\0') {
        append_remedy_above(hint, is, change);
    } else if (is->freeing[0] != '\0') {
        buffer_printf(hint,
            "Tables that inherit from it have to belong to the role that oe2pg uses, and to have "
            "no "
            "other column of that name; or: %s",
            is->freeing);
    }
}

static bool
refuse_kind(const char *table, const char *name, char kind, struct error *err)
{
    char other[48]; // leaves room for what makes it another name

    (void)text_print(other, sizeof other, "%s", name);
    error_set(err, ERROR_TABLE, "\"%s\" is no longer a plain table in the mirror", name);
    return error_hint(err,
        "Give what is there now another name; oe2pg makes the table anew: ALTER %s %s RENAME TO "
        "\"%s_renamed\";",
        kind == 'c' ? "TYPE" : "TABLE", table, other);
}

static bool
refuse(const char *table, const char *name, const char *user, const struct relation *relation,
    struct error *err)
{
    if (relation->kind != 'r')
        return refuse_kind(table, name, relation->kind, err);
    if (!relation->is_owned) {
        error_set(err, ERROR_TABLE, "the mirrored table \"%s\" belongs to another role", name);
        return error_hint(err, "ALTER TABLE %s OWNER TO %s;", table, user);
    }
    error_set(err, ERROR_TABLE,
        "row security hides rows of the mirrored table \"%s\" from the role that oe2pg uses", name);
    return error_hint(err,
        "It could not be compared. ALTER TABLE %s NO FORCE ROW LEVEL SECURITY; or: ALTER ROLE %s "
        "BYPASSRLS;",
        table, user);
}

bool
attached_check(struct target *target, const char *schema, const char *name,
    const struct relation *relation, struct error *err)
{
    struct buffer table;
    struct buffer user;

    if (relation->kind == 'r' && relation->is_owned && !relation->hides_rows)
        return true;
    buffer_init(&table, BUFFER_SQL_CAP);
    buffer_init(&user, BUFFER_SQL_CAP);
    sql_append_qualified(&table, schema, name);
    sql_append_name(&user, target_facts(target)->user);
    (void)refuse(buffer_text(&table), name, buffer_text(&user), relation, err);
    buffer_release(&table);
    buffer_release(&user);
    return false;
}

void
attached_explain(struct target *target, const char *schema, const char *name,
    const struct attached_change *change, struct error *err)
{
    bool has_dependents = strcmp(err->sqlstate, "2BP01") == 0 && change->dropped != NULL;
    struct sql_parameters parameters = { .count = 0 };
    struct error ignored;
    struct buffer hint;
    PGresult *row = NULL;

    // What the table hangs on shows as a wrong kind of object, definition, type or owner.
    if (!has_dependents && strncmp(err->sqlstate, "42", 2) != 0)
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
            .freeing = result_text(row, 0, 3),
            .table = result_text(row, 0, 4),
        };

        if (has_dependents)
            append_dependents(&hint, &is, change);
        else
            append_remedy(&hint, &is, change);
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
