#include "plan/adoptable.h"

#include "base/text.h"

static const char else_words[] = "rename or drop it, or ignore the table, or give the mirror "
                                 "another schema with postgres_db.schema.";

size_t
adoptable_columns(const struct table *table, const struct name_list *present)
{
    size_t count = 0;

    for (size_t i = 0; i < table->column_count; i++)
        count += name_list_has(present, table->columns[i].target_name);
    return count;
}

bool
adoptable_is(const struct table *table, char kind, const struct name_list *present)
{
    return kind == 'r' && adoptable_columns(table, present) > 0;
}

const char *
adoptable_remedy(
    struct arena *arena, const struct table *table, char kind, const struct name_list *present)
{
    size_t shared = adoptable_columns(table, present);
    char word[300];

    if (!adoptable_is(table, kind, present))
        return arena_printf(arena, "oe2pg never replaces what it did not make: %s", else_words);
    text_shell_word(table->target_name, word, sizeof word);
    return arena_printf(arena,
        "If oe2pg made it and schema oe2pg was lost since: oe2pg adopt --table %s compares it with "
        "the source (%zu of %zu columns are there%s) and removes nothing. Else %s",
        word, shared, table->column_count,
        shared < table->column_count ? ", the others are added" : "", else_words);
}
