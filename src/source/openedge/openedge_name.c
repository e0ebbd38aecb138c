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
