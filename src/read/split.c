#include "read/split.h"

#include "model/key_choice.h"

static bool
can_have_null(const struct table *table)
{
    for (size_t i = 0; i < table->key->column_count; i++) {
        if (key_choice_can_be_null(&table->columns[table->key->columns[i]]))
            return true;
    }
    return false;
}

struct part_list
split_table(struct arena *arena, const struct table *table, bool is_in_order)
{
    enum { KINDS = 2 };
    struct part_list list = { .parts = arena_calloc(arena, KINDS, sizeof *list.parts), .count = 1 };

    list.parts[0].rows.kind = is_in_order ? KEY_PART_NOT_NULL : KEY_PART_ALL;
    if (is_in_order && can_have_null(table))
        list.parts[list.count++].rows.kind = KEY_PART_WITH_NULL;
    for (size_t i = 0; i < list.count; i++)
        list.parts[i].number = (int)i + 1;
    return list;
}
