#include "source/openedge/openedge.h"

#include <string.h>

static bool
refuse_name(const char *what, const char *name, struct error *err)
{
    return error_set(err, ERROR_TABLE,
        "the name of %s \"%s\" has %zu bytes; OpenEdge's SQL knows names of %d at most", what, name,
        strlen(name), OPENEDGE_NAME_MAX);
}

bool
openedge_check_names(const struct table *table, struct error *err)
{
    if (strlen(table->name) > OPENEDGE_NAME_MAX)
        return refuse_name("table", table->name, err);
    for (size_t i = 0; i < table->column_count; i++) {
        if (strlen(table->columns[i].name) <= OPENEDGE_NAME_MAX)
            continue;
        (void)refuse_name("column", table->columns[i].name, err);
        return error_hint(
            err, "Exclude it: mirror_settings.tables.%s.exclude_columns.", table->name);
    }
    return true;
}

static void
append_quoted(struct buffer *sql, const char *name)
{
    (void)buffer_append_byte(sql, '"');
    for (; *name != '\0'; name++) {
        if (*name == '"')
            (void)buffer_append_byte(sql, '"');
        (void)buffer_append_byte(sql, *name);
    }
    (void)buffer_append_byte(sql, '"');
}

void
openedge_append_grant(struct buffer *sql, const struct table *table, const char *user)
{
    (void)buffer_append_text(sql, "GRANT SELECT ON ");
    append_quoted(sql, table->schema);
    (void)buffer_append_byte(sql, '.');
    append_quoted(sql, table->name);
    (void)buffer_append_text(sql, " TO ");
    append_quoted(sql, user);
    (void)buffer_append_byte(sql, ';');
}
