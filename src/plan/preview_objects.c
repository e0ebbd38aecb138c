#include "plan/preview_objects.h"

#include "base/text.h"
#include "plan/wanted.h"

static const char *
describe_not_nulls(struct arena *arena, const struct wanted_objects *wanted, const char *place)
{
    const char *list = NULL;

    for (size_t i = 0; i < wanted->count; i++) {
        if (wanted->list[i].kind == OBJECT_NOT_NULL)
            list = arena_printf(arena, "%s%sALTER COLUMN %s SET NOT NULL", list != NULL ? list : "",
                list != NULL ? ", " : "", text_sql_name(arena, wanted->list[i].name, '"'));
    }
    return list != NULL ? arena_printf(arena, "ALTER TABLE %s %s", place, list) : NULL;
}

static const char *
describe_index(struct arena *arena, const struct wanted_object *wanted, const char *place)
{
    const char *name = text_sql_name(arena, wanted->name, '"');

    if (wanted->is_primary)
        return arena_printf(
            arena, "ALTER TABLE %s ADD CONSTRAINT %s %s", place, name, wanted->declared);
    return arena_printf(arena, "CREATE %sINDEX %s ON %s %s", wanted->is_unique ? "UNIQUE " : "",
        name, place, wanted->columns);
}

const char **
preview_object_statements(struct arena *arena, const struct preview_input *input,
    const struct table *table, const char *first, size_t *count)
{
    const char *place =
        arena_printf(arena, "%s.%s", text_sql_name(arena, input->settings->target.schema, '"'),
            text_sql_name(arena, table->target_name, '"'));
    struct wanted_objects wanted;
    const char *not_nulls;
    const char **statements;

    wanted_make(arena, &input->settings->mirror, table, &wanted);
    statements = arena_calloc(arena, wanted.count + 2, sizeof *statements);
    *count = 0;
    statements[(*count)++] = first;
    not_nulls = describe_not_nulls(arena, &wanted, place);
    if (not_nulls != NULL)
        statements[(*count)++] = not_nulls;
    for (size_t i = 0; i < wanted.count; i++) {
        if (wanted.list[i].kind == OBJECT_INDEX)
            statements[(*count)++] = describe_index(arena, &wanted.list[i], place);
    }
    return statements;
}

const char *
preview_warn_of_objects(struct arena *arena, const struct preview_input *input)
{
    const char *first = NULL;
    size_t count = 0;

    for (size_t i = 0; i < input->plan->job_count; i++) {
        const struct job *job = &input->plan->jobs[i];

        if (job->method == METHOD_LOAD || !job->are_objects_due)
            continue;
        first = first != NULL ? first : job->table->name;
        count++;
    }
    if (count == 0)
        return NULL;
    return arena_printf(arena,
        "%zu %s (\"%s\"%s) %s indexes, NOT NULL or comments that are not as the source and "
        "mirror_settings.indexes have them: the run makes, tries again or drops them behind the "
        "rows, and leaves alone what oe2pg did not make (oe2pg.object)",
        count, text_plural(count, "table", "tables"), first, count > 1 ? " ..." : "",
        text_plural(count, "has", "have"));
}
