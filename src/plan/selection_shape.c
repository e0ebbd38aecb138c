#include "plan/selection_internal.h"

#include "base/text.h"
#include "model/key_choice.h"
#include "model/name_map.h"

#include <stdlib.h>
#include <string.h>

// ---- excluded columns --------------------------------------------------------------------------

// One word of one exclude_columns.
struct exclusion {
    bool is_used;
    // By the name that a column has in the mirror: the first one, and in how many tables.
    const struct table *table;
    const char *column;
    size_t table_count;
};

struct excluding {
    const struct mirror_settings *settings;
    struct exclusion **exclusions; // a row each of settings->tables
};

struct excluding *
excluding_new(struct arena *arena, const struct mirror_settings *settings)
{
    struct excluding *excluding = arena_alloc(arena, sizeof *excluding);

    excluding->settings = settings;
    excluding->exclusions = arena_calloc(arena, settings->table_count, sizeof(void *));
    for (size_t i = 0; i < settings->table_count; i++)
        excluding->exclusions[i] = arena_calloc(
            arena, settings->tables[i].exclude_column_count, sizeof **excluding->exclusions);
    return excluding;
}

static bool
matches_any_column(const struct table *table, const char *word)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (text_match(word, table->columns[i].name))
            return true;
    }
    return false;
}

// Only a whole name is looked for among those of the mirror: a pattern that came to mean more would
// take columns away that people rely on.
static void
find_in_mirror(struct arena *arena, enum naming naming, const struct table *table, const char *word,
    struct exclusion *exclusion, bool *is_excluded)
{
    if (matches_any_column(table, word))
        return;
    for (size_t i = 0; i < table->column_count; i++) {
        const char *name = table->columns[i].name;

        if (!text_equal_nocase(word, name_map_column(arena, naming, name)))
            continue;
        is_excluded[i] = true;
        exclusion->is_used = true;
        if (exclusion->table_count++ == 0) {
            exclusion->table = table;
            exclusion->column = name;
        }
        return;
    }
}

static void
find_excluded(struct arena *arena, enum naming naming, const struct table *table,
    struct exclusion *exclusions, bool *is_excluded)
{
    const struct table_settings *settings = table->settings;

    for (size_t i = 0; i < settings->exclude_column_count; i++) {
        const char *word = settings->exclude_columns[i];

        for (size_t k = 0; k < table->column_count; k++) {
            if (!text_match(word, table->columns[k].name))
                continue;
            exclusions[i].is_used = true;
            is_excluded[k] = true;
        }
        find_in_mirror(arena, naming, table, word, &exclusions[i], is_excluded);
    }
}

// Those without the keys over a column that is gone, renumbered. `places` says where each column
// went, UINT16_MAX for nowhere. The arrays are new: the old keys stay as they were read.
static struct key *
renumber_keys(struct arena *arena, const struct key *keys, size_t *key_count,
    const uint16_t *places, size_t place_count)
{
    struct key *kept = arena_calloc(arena, *key_count, sizeof *kept);
    size_t count = 0;

    for (size_t i = 0; i < *key_count; i++) {
        const struct key *key = &keys[i];
        uint16_t *columns = arena_calloc(arena, key->column_count, sizeof *columns);
        bool is_whole = true;

        for (size_t j = 0; j < key->column_count; j++) {
            columns[j] = key->columns[j] < place_count ? places[key->columns[j]] : UINT16_MAX;
            is_whole = is_whole && columns[j] != UINT16_MAX;
        }
        if (!is_whole)
            continue;
        kept[count] = *key;
        kept[count++].columns = columns;
    }
    *key_count = count;
    return kept;
}

void
selection_renumber_keys(
    struct arena *arena, struct table *table, const uint16_t *places, size_t place_count)
{
    struct catalog_entry *entry = &table->entry;

    table->keys = renumber_keys(arena, table->keys, &table->key_count, places, place_count);
    entry->indexes = renumber_keys(arena, entry->indexes, &entry->index_count, places, place_count);
}

void
excluding_apply(
    struct excluding *excluding, struct arena *arena, enum naming naming, struct table *table)
{
    size_t row = (size_t)(table->settings - excluding->settings->tables);
    bool *is_excluded = arena_calloc(arena, table->column_count, sizeof *is_excluded);
    uint16_t *places = arena_calloc(arena, table->column_count, sizeof *places);
    const char **names = arena_calloc(arena, table->column_count, sizeof *names);
    size_t kept = 0;

    find_excluded(arena, naming, table, excluding->exclusions[row], is_excluded);
    for (size_t i = 0; i < table->column_count; i++) {
        places[i] = is_excluded[i] ? UINT16_MAX : (uint16_t)kept;
        if (is_excluded[i])
            names[i - kept] = name_map_column(arena, naming, table->columns[i].name);
        else
            table->columns[kept++] = table->columns[i];
    }
    table->excluded = names;
    table->excluded_count = table->column_count - kept;
    if (kept == table->column_count)
        return;
    selection_renumber_keys(arena, table, places, table->column_count);
    table->column_count = kept;
}

static const char *
describe_found(
    struct arena *arena, const struct exclusion *exclusion, const char *place, const char *word)
{
    const char *more = "";

    if (exclusion->table_count > 1)
        more = arena_printf(arena, " and of %zu more tables", exclusion->table_count - 1);
    return arena_printf(arena,
        "%s: \"%s\" excludes \"%s\" of \"%s\"%s, by the name that it would have in the mirror",
        place, word, exclusion->column, exclusion->table->name, more);
}

static bool
is_applied(const struct selection *selection, const struct table_settings *said)
{
    for (size_t i = 0; i < selection->table_count; i++) {
        if (selection->tables[i].table->settings == said)
            return true;
    }
    return false;
}

void
excluding_report(const struct excluding *excluding, struct arena *arena,
    const struct mirror_settings *settings, struct selection *selection)
{
    for (size_t i = 0; i < settings->table_count; i++) {
        const struct table_settings *said = &settings->tables[i];
        const char *place = selection_place(arena, said->file, said->line);

        if (!is_applied(selection, said))
            continue;
        for (size_t j = 0; j < said->exclude_column_count; j++) {
            const struct exclusion *exclusion = &excluding->exclusions[i][j];

            if (!exclusion->is_used)
                selection_warn(arena, selection,
                    arena_printf(arena,
                        "%s: no column of \"%s\" is named \"%s\"; nothing is excluded by it", place,
                        said->pattern, said->exclude_columns[j]));
            else if (exclusion->table_count > 0)
                selection_note(arena, selection,
                    describe_found(arena, exclusion, place, said->exclude_columns[j]));
        }
    }
}

// ---- refusals ----------------------------------------------------------------------------------

// Refuses the table and keeps the reason; the first one stays.
static struct error *
refuse(struct arena *arena, struct selected_table *entry)
{
    struct error *reason = arena_alloc(arena, sizeof *reason);

    if (entry->verdict == SELECTION_TAKEN) {
        entry->verdict = SELECTION_REFUSED;
        entry->refusal = reason;
    }
    return reason;
}

static void
refuse_count(struct arena *arena, struct selected_table *entry)
{
    const struct table *table = entry->table;
    struct error *reason = refuse(arena, entry);

    if (table->column_count == 0) {
        error_set(
            reason, ERROR_TABLE, "table \"%s\": no column is left to be mirrored", table->name);
        error_hint(reason,
            "Let a column stay (tables.%s.exclude_columns), or put the table on the "
            "ignore file.",
            table->name);
        return;
    }
    error_set(reason, ERROR_TABLE, "table \"%s\": PostgreSQL allows %d columns, these are %zu",
        table->name, (int)TARGET_COLUMNS_MAX, table->column_count);
    error_hint(reason, "Exclude some of them (tables.%s.exclude_columns).", table->name);
}

static void
refuse_columns(struct arena *arena, struct selected_table *entry, const char *collision)
{
    struct error *reason = refuse(arena, entry);

    error_set(reason, ERROR_TABLE, "table \"%s\": %s", entry->table->name, collision);
    error_hint(reason,
        "Exclude one of them (tables.%s.exclude_columns) or set mirror_settings.naming to "
        "\"exact\".",
        entry->table->name);
}

static bool
is_utf8(const char *name)
{
    size_t size = strlen(name);

    return text_utf8_valid_size(name, size) == size;
}

// The first name of the table that no tracking table could hold; NULL: all are UTF-8.
static const char *
find_odd_name(const struct table *table)
{
    if (!is_utf8(table->schema) || !is_utf8(table->name))
        return table->name;
    for (size_t i = 0; i < table->column_count; i++) {
        if (!is_utf8(table->columns[i].name))
            return table->columns[i].name;
    }
    return NULL;
}

// What is recorded of it is recorded under names that can be written down.
static void
refuse_names(struct arena *arena, struct selected_table *entry, const char *odd)
{
    struct table *table = entry->table;
    struct error *reason = refuse(arena, entry);
    char *schema = arena_strdup(arena, table->schema);
    char *name = arena_strdup(arena, table->name);

    error_set(reason, ERROR_TABLE, "table \"%s\": the name \"%s\" holds bytes that are no UTF-8",
        table->name, odd);
    error_hint(reason, "Set the driver's character set to UTF-8; if the source itself keeps the "
                       "name so, rename it there.");
    if (entry->refusal != reason)
        return;
    text_make_utf8(schema);
    text_make_utf8(name);
    table->schema = schema;
    table->name = name;
}

// Makes the table what it will be in the mirror; refuses it when that cannot be done.
void
selection_prepare(struct arena *arena, enum naming naming, struct selected_table *entry)
{
    struct table *table = entry->table;
    struct error err = { 0 };
    const char *collision = name_map_table(arena, naming, table);
    const char *odd = find_odd_name(table);

    if (odd != NULL) {
        refuse_names(arena, entry, odd);
    } else if (table->entry.unread != NULL) {
        *refuse(arena, entry) = *table->entry.unread;
    } else if (table->column_count == 0 || table->column_count > TARGET_COLUMNS_MAX) {
        refuse_count(arena, entry);
    } else if (collision != NULL) {
        refuse_columns(arena, entry, collision);
    } else if (!key_choice_make(arena, table->settings, table, &err)) {
        error_within(&err, "table \"%s\"", table->name);
        *refuse(arena, entry) = err;
    }
}

// ---- two tables of one name --------------------------------------------------------------------

// A name that will be taken in the mirror's schema, and for which table.
struct claim {
    const char *name;
    struct selected_table *entry;
};

static int
compare_claims(const void *a, const void *b)
{
    const struct claim *x = a;
    const struct claim *y = b;
    int order = strcmp(x->name, y->name);

    return order != 0 ? order : (x->entry > y->entry) - (x->entry < y->entry);
}

static void
refuse_collision(struct arena *arena, const struct claim *claim, const struct claim *other)
{
    struct error *reason = refuse(arena, claim->entry);

    error_set(reason, ERROR_TABLE,
        "tables \"%s\" and \"%s\" of the source would both need the name \"%s\" in the mirror",
        claim->entry->table->name, other->entry->table->name, claim->name);
    error_hint(reason, "Ignore one of them (--ignore-table, or a line in the ignore file), or set "
                       "mirror_settings.naming to \"exact\".");
}

void
selection_refuse_collisions(struct arena *arena, struct selection *selection)
{
    struct claim *claims = arena_calloc(arena, selection->table_count, sizeof *claims);
    size_t count = 0;

    for (size_t i = 0; i < selection->table_count; i++) {
        struct selected_table *entry = &selection->tables[i];
        const char *name = entry->table->target_name;

        if (entry->verdict != SELECTION_IGNORED)
            claims[count++] = (struct claim){ name, entry };
    }
    if (count > 1)
        qsort(claims, count, sizeof *claims, compare_claims);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(claims[i - 1].name, claims[i].name) != 0)
            continue;
        refuse_collision(arena, &claims[i - 1], &claims[i]);
        refuse_collision(arena, &claims[i], &claims[i - 1]);
    }
}
