#include "plan/selection.h"

#include "base/text.h"
#include "plan/array_columns.h"
#include "plan/selection_internal.h"

#include <string.h>

// What tables.X says of this one: by its name before by a pattern that fits it, later entries
// before earlier ones. NULL when there is nothing.
static const struct table_settings *
find_settings(const struct selector *selector, const struct table *table)
{
    const struct mirror_settings *settings = selector->basis->settings;
    const struct table_settings *found = NULL;
    bool found_by_name = false;

    for (size_t i = 0; i < settings->table_count; i++) {
        const char *word = settings->tables[i].pattern;
        bool by_name = spelling_is_name(&selector->all, selector->tables[i], word, table);

        if (!by_name &&
            (found_by_name || !spelling_fits(&selector->all, selector->tables[i], word, table)))
            continue;
        found = &settings->tables[i];
        found_by_name = by_name;
    }
    return found;
}

static bool
is_named_by_settings(const struct selector *selector, const struct table *table)
{
    size_t at =
        table->settings == NULL ? 0 : (size_t)(table->settings - selector->basis->settings->tables);

    return table->settings != NULL &&
           spelling_is_name(&selector->all, selector->tables[at], table->settings->pattern, table);
}

// By its name: a wildcard means the tables that people know. Views are meant by include_views
// alone, in any way.
static bool
is_asked_for(const struct selector *selector, const struct table *table)
{
    const struct mirror_settings *settings = selector->basis->settings;

    if (table->entry.is_view)
        return selector_find(selector, settings->included, selector->included,
                   settings->included_count, table) != NULL;
    return selector_names(
               selector, settings->included, selector->included, settings->included_count, table) ||
           selector_names(
               selector, settings->selected, selector->selected, settings->selected_count, table) ||
           is_named_by_settings(selector, table);
}

// What the mirror has stays in it, whatever it is and whoever asked for it once.
static const struct table_record *
find_mirrored(const struct selection_basis *basis, const struct table *table)
{
    for (size_t i = 0; i < basis->record_count; i++) {
        const struct table_record *record = &basis->records[i];

        if (record->state != TABLE_STATE_DROPPED &&
            (record->is_loaded || record->staging.table != NULL) &&
            text_equal_nocase(record->source_table, table->name) &&
            text_equal_nocase(record->source_schema, table->schema))
            return record;
    }
    return NULL;
}

static void
judge(const struct selector *selector, struct selected_table *entry)
{
    const struct mirror_settings *settings = selector->basis->settings;
    struct table *table = entry->table;

    entry->pattern = selector_find(
        selector, settings->ignored, selector->ignored, settings->ignored_count, table);
    if (entry->pattern != NULL) {
        entry->verdict = SELECTION_IGNORED;
        return;
    }
    entry->pattern = selector_find(
        selector, settings->selected, selector->selected, settings->selected_count, table);
    entry->verdict = settings->selected_count == 0 || entry->pattern != NULL
                         ? SELECTION_TAKEN
                         : SELECTION_NOT_SELECTED;
    table->settings = find_settings(selector, table);
    if (table->entry.left_out != NULL && !is_asked_for(selector, table) &&
        (table->entry.is_absent || find_mirrored(selector->basis, table) == NULL)) {
        entry->pattern = NULL;
        entry->verdict = SELECTION_IGNORED;
    }
}

static void
explain_left_out(struct arena *arena, struct selected_table *entry)
{
    struct name_pattern *why = arena_alloc(arena, sizeof *why);

    *why = (struct name_pattern){ .pattern = entry->table->name,
        .file = entry->table->entry.left_out };
    entry->pattern = why;
}

static void
skip_ignored(const void *basis, struct arena *arena, struct table *const *tables, size_t count)
{
    struct selector selector;

    selector_init(&selector, arena, basis, tables, count);
    for (size_t i = 0; i < count; i++) {
        struct selected_table entry = { .table = tables[i] };

        judge(&selector, &entry);
        tables[i]->entry.is_skipped = entry.verdict == SELECTION_IGNORED;
    }
}

struct table_filter
selection_filter(const struct selection_basis *basis)
{
    return (struct table_filter){ .skip_ignored = skip_ignored,
        .context = basis,
        .are_views_named = basis->settings->included_count > 0 };
}

static void
apply_settings(const struct selector *selector, struct excluding *excluding, struct table *table)
{
    const struct table_settings *said = table->settings;

    if (said == NULL)
        return;
    excluding_apply(excluding, selector->arena, selector->basis->settings->naming, table);
    table->where.condition = said->where;
    if (said->where != NULL)
        table->where.place = selection_place(selector->arena, said->file, said->line);
    table->priority = said->priority;
}

static void
count_verdicts(struct selection *selection)
{
    for (size_t i = 0; i < selection->table_count; i++) {
        const struct selected_table *entry = &selection->tables[i];
        enum selection_verdict verdict = entry->verdict;
        bool is_view_left_out = verdict == SELECTION_IGNORED && entry->table->entry.is_view;

        selection->taken_count += verdict == SELECTION_TAKEN;
        selection->ignored_count += verdict == SELECTION_IGNORED && !is_view_left_out;
        selection->view_count += is_view_left_out;
        selection->refused_count += verdict == SELECTION_REFUSED;
    }
}

static void
fill(const struct selector *selector, struct excluding *excluding, struct selected_table *entry)
{
    judge(selector, entry);
    if (entry->verdict != SELECTION_IGNORED) {
        apply_settings(selector, excluding, entry->table);
        array_columns_apply(selector->arena, selector->basis->settings,
            find_mirrored(selector->basis, entry->table), entry->table);
        selection_prepare(selector->arena, selector->basis->settings->naming, entry);
    } else if (entry->pattern == NULL) {
        explain_left_out(selector->arena, entry);
    }
}

bool
selection_make(struct arena *arena, const struct selection_basis *basis,
    const struct catalog *catalog, struct selection *selection, struct error *err)
{
    const struct mirror_settings *settings = basis->settings;
    struct excluding *excluding = excluding_new(arena, settings);
    struct selector selector;

    memset(selection, 0, sizeof *selection);
    selector_init(&selector, arena, basis, catalog->tables, catalog->table_count);
    for (size_t i = 0; i < catalog->note_count; i++)
        selection_warn(arena, selection, catalog->notes[i]);
    selection->tables = arena_calloc(arena, catalog->table_count, sizeof *selection->tables);
    selection->table_count = catalog->table_count;
    if (!selector_check_words(&selector, selection, err))
        return false;
    for (size_t i = 0; i < catalog->table_count; i++) {
        selection->tables[i].table = catalog->tables[i];
        fill(&selector, excluding, &selection->tables[i]);
    }
    selector_warn_ignored(&selector, selection);
    excluding_report(excluding, arena, settings, selection);
    selection_refuse_collisions(arena, selection);
    count_verdicts(selection);
    return true;
}
