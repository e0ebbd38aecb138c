#include "plan/allowed.h"

#include "base/text.h"
#include "plan/spelling.h"

#include <string.h>

struct allowing {
    const struct selection *selection;
    struct table_record *records;
    size_t record_count;
    struct table *recorded; // as words look for them, one a record
    struct table **tables;
    struct table **open_tables;
    struct name_space all;
    struct name_space open; // without those that are ignored
};

static bool
is_ignored(const struct selection *selection, const struct table_record *record)
{
    for (size_t i = 0; i < selection->table_count; i++) {
        const struct selected_table *entry = &selection->tables[i];

        if (entry->verdict == SELECTION_IGNORED &&
            text_equal_nocase(entry->table->name, record->source_table) &&
            text_equal_nocase(entry->table->schema, record->source_schema))
            return true;
    }
    return false;
}

static void
add_name(struct allowing *allowing, struct table *table, bool is_open)
{
    allowing->tables[allowing->all.count++] = table;
    if (is_open)
        allowing->open_tables[allowing->open.count++] = table;
}

static void
gather(struct allowing *allowing, struct arena *arena, const char *target_schema)
{
    const struct selection *selection = allowing->selection;
    size_t most = selection->table_count + allowing->record_count;

    allowing->recorded = arena_calloc(arena, allowing->record_count, sizeof *allowing->recorded);
    allowing->tables = arena_calloc(arena, most, sizeof(void *));
    allowing->open_tables = arena_calloc(arena, most, sizeof(void *));
    allowing->all = (struct name_space){ allowing->tables, 0, target_schema };
    allowing->open = (struct name_space){ allowing->open_tables, 0, target_schema };
    for (size_t i = 0; i < selection->table_count; i++)
        add_name(allowing, selection->tables[i].table,
            selection->tables[i].verdict != SELECTION_IGNORED);
    for (size_t i = 0; i < allowing->record_count; i++) {
        const struct table_record *record = &allowing->records[i];

        allowing->recorded[i] = (struct table){
            .schema = record->source_schema,
            .name = record->source_table,
            .target_name = record->target_table,
        };
        add_name(allowing, &allowing->recorded[i], !is_ignored(selection, record));
    }
}

static bool
names_any(const struct name_space *space, enum spelling spelling, const char *word)
{
    for (size_t i = 0; i < space->count; i++) {
        if (spelling_is_name(space, spelling, word, space->tables[i]))
            return true;
    }
    return false;
}

static enum spelling
find_name(const struct allowing *allowing, const char *word)
{
    const struct name_space *const spaces[] = { &allowing->open, &allowing->all };

    for (size_t i = 0; i < 2; i++) {
        if (names_any(spaces[i], SPELLING_SOURCE, word))
            return SPELLING_SOURCE;
        if (names_any(spaces[i], SPELLING_MIRROR, word))
            return SPELLING_MIRROR;
    }
    return SPELLING_NONE;
}

static void
allow(const struct allowing *allowing, enum spelling spelling, const char *word, bool is_all)
{
    const struct name_space *space = &allowing->all;

    for (size_t i = 0; i < allowing->selection->table_count; i++) {
        struct table *table = allowing->selection->tables[i].table;

        table->may_lose_rows |= is_all || spelling_is_name(space, spelling, word, table);
    }
    for (size_t i = 0; i < allowing->record_count; i++)
        allowing->records[i].may_vanish |=
            is_all || spelling_is_name(space, spelling, word, &allowing->recorded[i]);
}

static bool
refuse_pattern(const struct name_pattern *word, struct error *err)
{
    error_set(err, ERROR_USAGE, "%s \"%s\" is a pattern, and no table has that name", word->file,
        word->pattern);
    return error_hint(err, "Name each table that may lose its rows; '*' alone means all of them.");
}

bool
allowed_apply(struct arena *arena, const struct settings *settings,
    const struct selection *selection, struct table_record *records, size_t record_count,
    struct error *err)
{
    const struct mirror_settings *mirror = &settings->mirror;
    struct allowing allowing = {
        .selection = selection, .records = records, .record_count = record_count
    };

    gather(&allowing, arena, settings->target.schema);
    for (size_t i = 0; i < mirror->allowed_delete_count; i++) {
        const struct name_pattern *word = &mirror->allowed_deletes[i];
        enum spelling spelling = find_name(&allowing, word->pattern);
        bool is_all = strcmp(word->pattern, "*") == 0;

        if (spelling == SPELLING_NONE && !is_all)
            return strpbrk(word->pattern, "*?") != NULL
                       ? refuse_pattern(word, err)
                       : selection_fail_unmatched(arena, &allowing.all, word, err);
        allow(&allowing, spelling, word->pattern, is_all);
    }
    return true;
}
