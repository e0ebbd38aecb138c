#include "model/name_list.h"

#include <string.h>

bool
name_list_has(const struct name_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->names[i], name) == 0)
            return true;
    }
    return false;
}

const char *
name_list_text(struct arena *arena, const struct name_list *list)
{
    const char *text = "";

    for (size_t i = 0; i < list->count && i < NAMES_TOLD; i++)
        text = arena_printf(arena, "%s%s%s", text, i > 0 ? ", " : "", list->names[i]);
    if (list->count > NAMES_TOLD)
        text = arena_printf(arena, "%s and %zu more", text, list->count - NAMES_TOLD);
    return text;
}
