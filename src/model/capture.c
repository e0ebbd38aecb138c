#include "model/capture.h"

#include "base/text.h"

static bool
is_captured(const struct change_policy *policy, const struct column *column)
{
    const char *name = column_at_source(column)->name;
    const struct captured_column *captured = policy->columns;

    while (captured != NULL && !text_equal_nocase(captured->name, name))
        captured = captured->next;
    return captured != NULL;
}

const char *
capture_gap(struct arena *arena, const struct table *table)
{
    const struct change_policy *policy = table->entry.policy;

    if (policy == NULL)
        return "it has no policy";
    if (!policy->is_capturing)
        return "its policy is not active";
    if (policy->level < 0 || policy->level > CAPTURE_LEVEL_MOST)
        return "its policy is of a level that is not known";
    for (size_t i = 0; i < table->column_count; i++) {
        if (!is_captured(policy, &table->columns[i]))
            return arena_printf(arena, "its policy does not capture column %s",
                column_at_source(&table->columns[i])->name);
    }
    return NULL;
}

bool
capture_names_rows(const struct table *table)
{
    const struct change_policy *policy = table->entry.policy;

    if (policy == NULL || table->key == NULL || policy->level < CAPTURE_LEVEL_VALUES)
        return false;
    for (size_t i = 0; i < table->key->column_count; i++) {
        if (!is_captured(policy, &table->columns[table->key->columns[i]]))
            return false;
    }
    return true;
}
