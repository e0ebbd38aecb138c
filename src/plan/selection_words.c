#include "plan/selection_internal.h"

#include "base/text.h"
#include "model/name_map.h"

#include <string.h>

enum { NAMED_MAX = 20 };

// ---- sentences ---------------------------------------------------------------------------------

// Grows by doubling: what is left behind is the arena's.
static void
add_sentence(struct arena *arena, const char ***list, size_t *count, const char *sentence)
{
    if ((*count & (*count - 1)) == 0) {
        const char **larger = arena_calloc(arena, *count == 0 ? 1 : 2 * *count, sizeof *larger);

        if (*count > 0)
            memcpy(larger, *list, *count * sizeof *larger);
        *list = larger;
    }
    (*list)[(*count)++] = sentence;
}

void
selection_warn(struct arena *arena, struct selection *selection, const char *sentence)
{
    add_sentence(arena, &selection->warnings, &selection->warning_count, sentence);
}

void
selection_note(struct arena *arena, struct selection *selection, const char *sentence)
{
    add_sentence(arena, &selection->notes, &selection->note_count, sentence);
}

const char *
selection_place(struct arena *arena, const char *file, int line)
{
    if (file == NULL)
        file = "the configuration";
    return line > 0 ? arena_printf(arena, "%s, line %d", file, line) : arena_strdup(arena, file);
}

// ---- reading the words -------------------------------------------------------------------------

// An ignored table has no name in the mirror: who writes the word that it shares with another
// table's name there means that one.
static enum spelling
find_open(const struct selector *selector, const char *word)
{
    enum spelling spelling = spelling_find(&selector->open, word);

    return spelling != SPELLING_NONE ? spelling : spelling_find(&selector->all, word);
}

static enum spelling *
find_all_open(const struct selector *selector, const struct name_pattern *patterns, size_t count)
{
    enum spelling *spellings = arena_calloc(selector->arena, count, sizeof *spellings);

    for (size_t i = 0; i < count; i++)
        spellings[i] = find_open(selector, patterns[i].pattern);
    return spellings;
}

static void
read_ignored(struct selector *selector)
{
    const struct mirror_settings *settings = selector->basis->settings;
    struct table **open = arena_calloc(selector->arena, selector->all.count, sizeof(void *));

    selector->ignored =
        arena_calloc(selector->arena, settings->ignored_count, sizeof *selector->ignored);
    for (size_t i = 0; i < settings->ignored_count; i++)
        selector->ignored[i] = spelling_find(&selector->all, settings->ignored[i].pattern);
    selector->open = selector->all;
    selector->open.tables = open;
    selector->open.count = 0;
    for (size_t i = 0; i < selector->all.count; i++) {
        struct table *table = selector->all.tables[i];

        if (selector_find(selector, settings->ignored, selector->ignored, settings->ignored_count,
                table) == NULL)
            open[selector->open.count++] = table;
    }
}

void
selector_init(struct selector *selector, struct arena *arena, const struct selection_basis *basis,
    struct table *const *tables, size_t table_count)
{
    const struct mirror_settings *settings = basis->settings;

    *selector = (struct selector){
        .arena = arena, .basis = basis, .all = { tables, table_count, basis->target_schema }
    };
    for (size_t i = 0; i < table_count; i++)
        tables[i]->target_name = name_map(arena, settings->naming, tables[i]->name);
    read_ignored(selector);
    selector->selected = find_all_open(selector, settings->selected, settings->selected_count);
    selector->included = find_all_open(selector, settings->included, settings->included_count);
    selector->tables = arena_calloc(arena, settings->table_count, sizeof *selector->tables);
    for (size_t i = 0; i < settings->table_count; i++)
        selector->tables[i] = find_open(selector, settings->tables[i].pattern);
}

const struct name_pattern *
selector_find(const struct selector *selector, const struct name_pattern *patterns,
    const enum spelling *spellings, size_t count, const struct table *table)
{
    for (size_t i = 0; i < count; i++) {
        if (spelling_fits(&selector->all, spellings[i], patterns[i].pattern, table))
            return &patterns[i];
    }
    return NULL;
}

bool
selector_names(const struct selector *selector, const struct name_pattern *patterns,
    const enum spelling *spellings, size_t count, const struct table *table)
{
    for (size_t i = 0; i < count; i++) {
        if (spelling_is_name(&selector->all, spellings[i], patterns[i].pattern, table))
            return true;
    }
    return false;
}

// ---- words that mean nothing, or more than they say --------------------------------------------

static void
warn_unmatched(
    const struct selector *selector, const struct name_pattern *word, struct selection *selection)
{
    struct arena *arena = selector->arena;
    const char *nearest = spelling_nearest(arena, &selector->all, word->pattern);
    const char *place = selection_place(arena, word->file, word->line);

    selection_warn(arena, selection,
        nearest != NULL
            ? arena_printf(arena, "%s: \"%s\" matches no table of the source; did you mean \"%s\"?",
                  place, word->pattern, nearest)
            : arena_printf(
                  arena, "%s: \"%s\" matches no table of the source", place, word->pattern));
}

bool
selection_fail_unmatched(struct arena *arena, const struct name_space *space,
    const struct name_pattern *word, struct error *err)
{
    const char *nearest = spelling_nearest(arena, space, word->pattern);

    error_set(
        err, ERROR_USAGE, "%s \"%s\" matches no table of the source", word->file, word->pattern);
    if (nearest != NULL)
        return error_hint(err, "Did you mean \"%s\"?", nearest);
    return error_hint(err, "\"oe2pg plan --all\" lists the tables of the source.");
}

// The newest run that wrote any record of the mirror.
static int64_t
newest_run(const struct selection_basis *basis)
{
    int64_t newest = 0;

    for (size_t i = 0; i < basis->record_count; i++) {
        if (basis->records[i].run_id > newest)
            newest = basis->records[i].run_id;
    }
    return newest;
}

static bool
was_mirrored_by(const struct selection_basis *basis, int64_t run_id, const struct table *table)
{
    for (size_t i = 0; i < basis->record_count; i++) {
        const struct table_record *record = &basis->records[i];

        if (record->is_loaded && record->state != TABLE_STATE_DROPPED && record->run_id == run_id &&
            text_equal_nocase(record->source_table, table->name) &&
            text_equal_nocase(record->source_schema, table->schema))
            return true;
    }
    return false;
}

// "Order-Line, Order-Total", and how many more.
static const char *
list_meant(
    const struct selector *selector, enum spelling spelling, const char *word, size_t *until_now)
{
    int64_t last_run = newest_run(selector->basis);
    const char *list = "";
    size_t count = 0;

    *until_now = 0;
    for (size_t i = 0; i < selector->all.count; i++) {
        const struct table *table = selector->all.tables[i];

        if (!spelling_fits(&selector->all, spelling, word, table))
            continue;
        *until_now += was_mirrored_by(selector->basis, last_run, table);
        if (count++ < NAMED_MAX)
            list =
                arena_printf(selector->arena, "%s%s%s", list, count > 1 ? ", " : "", table->name);
    }
    if (count > NAMED_MAX)
        list = arena_printf(selector->arena, "%s and %zu more", list, count - (size_t)NAMED_MAX);
    return list;
}

// What is not read any more because of such a word is worth a warning, once: in the run that
// follows it is no longer what the last one mirrored.
static void
tell_mirrors_spelling(const struct selector *selector, enum spelling spelling,
    const struct name_pattern *word, bool is_ignoring, struct selection *selection)
{
    struct arena *arena = selector->arena;
    size_t until_now;
    const char *list = list_meant(selector, spelling, word->pattern, &until_now);
    const char *sentence = arena_printf(arena,
        "%s: \"%s\" is no name in the source; as a name in the mirror it means %s",
        selection_place(arena, word->file, word->line), word->pattern, list);

    if (is_ignoring && until_now > 0)
        selection_warn(arena, selection,
            arena_printf(arena,
                "%s: %zu of these were mirrored until now; what the mirror has of them stays and "
                "is no longer written",
                sentence, until_now));
    else
        selection_note(arena, selection, sentence);
}

struct word_list {
    const struct name_pattern *patterns;
    const enum spelling *spellings; // one a pattern
    size_t count;
    bool is_ignoring;
};

static bool
check_list(const struct selector *selector, const struct word_list *list,
    struct selection *selection, struct error *err)
{
    const struct name_pattern *patterns = list->patterns;
    const enum spelling *spellings = list->spellings;
    bool is_ignoring = list->is_ignoring;

    for (size_t i = 0; i < list->count; i++) {
        if (spellings[i] == SPELLING_NONE && patterns[i].line == 0)
            return selection_fail_unmatched(selector->arena, &selector->all, &patterns[i], err);
        if (spellings[i] == SPELLING_NONE)
            warn_unmatched(selector, &patterns[i], selection);
        else if (spellings[i] == SPELLING_MIRROR && (is_ignoring || patterns[i].line > 0))
            tell_mirrors_spelling(selector, spellings[i], &patterns[i], is_ignoring, selection);
    }
    return true;
}

bool
selector_check_words(
    const struct selector *selector, struct selection *selection, struct error *err)
{
    const struct mirror_settings *settings = selector->basis->settings;
    const struct word_list selected = { settings->selected, selector->selected,
        settings->selected_count, false };
    const struct word_list ignored = { settings->ignored, selector->ignored,
        settings->ignored_count, true };
    const struct word_list included = { settings->included, selector->included,
        settings->included_count, false };

    if (!check_list(selector, &selected, selection, err) ||
        !check_list(selector, &ignored, selection, err) ||
        !check_list(selector, &included, selection, err))
        return false;
    for (size_t i = 0; i < settings->table_count; i++) {
        const struct table_settings *said = &settings->tables[i];
        const struct name_pattern word = { said->pattern, said->file, said->line };

        if (selector->tables[i] == SPELLING_NONE)
            warn_unmatched(selector, &word, selection);
        else if (selector->tables[i] == SPELLING_MIRROR)
            tell_mirrors_spelling(selector, SPELLING_MIRROR, &word, false, selection);
    }
    return true;
}

// The first table whose name the i-th --table is, ignored or not; NULL: there is none.
static const struct selected_table *
find_named(
    const struct selector *selector, const struct selection *selection, size_t i, bool is_ignored)
{
    const char *word = selector->basis->settings->selected[i].pattern;

    for (size_t j = 0; j < selection->table_count; j++) {
        const struct selected_table *entry = &selection->tables[j];

        if ((entry->verdict == SELECTION_IGNORED) == is_ignored &&
            spelling_is_name(&selector->all, selector->selected[i], word, entry->table))
            return entry;
    }
    return NULL;
}

void
selector_warn_ignored(const struct selector *selector, struct selection *selection)
{
    const struct mirror_settings *settings = selector->basis->settings;
    struct arena *arena = selector->arena;

    for (size_t i = 0; i < settings->selected_count; i++) {
        const struct name_pattern *wanted = &settings->selected[i];
        const struct selected_table *entry = find_named(selector, selection, i, true);

        if (entry == NULL || find_named(selector, selection, i, false) != NULL)
            continue;
        selection_warn(arena, selection,
            arena_printf(arena, "%s \"%s\": the table is ignored by %s (\"%s\")", wanted->file,
                wanted->pattern, selection_place(arena, entry->pattern->file, entry->pattern->line),
                entry->pattern->pattern));
    }
}
