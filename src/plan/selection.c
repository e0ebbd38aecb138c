#include "plan/selection.h"

#include "base/text.h"
#include "model/key_choice.h"
#include "model/name_map.h"

#include <stdlib.h>
#include <string.h>

enum { QUALIFIED_MAX = 1024, TARGET_COLUMNS_MAX = 1600 };

// "schema.name"; false when the table has no schema or the two are absurdly long.
static bool
qualify(const struct table *table, char out[QUALIFIED_MAX])
{
    size_t schema_size = strlen(table->schema);
    size_t name_size = strlen(table->name);

    if (schema_size == 0 || schema_size + name_size + 2 > QUALIFIED_MAX)
        return false;
    memcpy(out, table->schema, schema_size);
    out[schema_size] = '.';
    memcpy(out + schema_size + 1, table->name, name_size + 1);
    return true;
}

bool
selection_matches(const char *pattern, const struct table *table)
{
    char qualified[QUALIFIED_MAX];

    if (text_match(pattern, table->name))
        return true;
    return qualify(table, qualified) && text_match(pattern, qualified);
}

static bool
is_named(const char *pattern, const struct table *table)
{
    char qualified[QUALIFIED_MAX];

    if (text_equal_nocase(pattern, table->name))
        return true;
    return qualify(table, qualified) && text_equal_nocase(pattern, qualified);
}

const struct table_settings *
selection_find_settings(const struct mirror_settings *settings, const struct table *table)
{
    const struct table_settings *found = NULL;
    bool found_by_name = false;

    for (size_t i = 0; i < settings->table_count; i++) {
        const struct table_settings *candidate = &settings->tables[i];
        bool by_name = is_named(candidate->pattern, table);

        if (!by_name && (found_by_name || !selection_matches(candidate->pattern, table)))
            continue;
        found = candidate;
        found_by_name = by_name;
    }
    return found;
}

const char *
selection_place(struct arena *arena, const char *file, int line)
{
    if (file == NULL)
        file = "the configuration";
    return line > 0 ? arena_printf(arena, "%s, line %d", file, line) : arena_strdup(arena, file);
}

// What may have been meant by a pattern that matches nothing: a table's name, or NULL. The schema
// may be the part that is wrong.
static const char *
find_near_miss(struct arena *arena, const struct catalog *catalog, const char *pattern)
{
    const char **names = arena_calloc(arena, catalog->table_count, sizeof *names);
    const char *dot = strchr(pattern, '.');
    const char *nearest;

    for (size_t i = 0; i < catalog->table_count; i++)
        names[i] = catalog->tables[i]->name;
    nearest = text_nearest(pattern, names, catalog->table_count);
    if (nearest == NULL && dot != NULL)
        nearest = text_nearest(dot + 1, names, catalog->table_count);
    return nearest;
}

static bool
matches_any(const char *pattern, const struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->table_count; i++) {
        if (selection_matches(pattern, catalog->tables[i]))
            return true;
    }
    return false;
}

static void
warn_unmatched(struct arena *arena, const struct catalog *catalog, const char *pattern,
    const char *place, struct selection *selection)
{
    const char *nearest = find_near_miss(arena, catalog, pattern);

    selection->warnings[selection->warning_count++] =
        nearest != NULL
            ? arena_printf(arena, "%s: \"%s\" matches no table of the source; did you mean \"%s\"?",
                  place, pattern, nearest)
            : arena_printf(arena, "%s: \"%s\" matches no table of the source", place, pattern);
}

static bool
fail_unmatched(struct arena *arena, const struct catalog *catalog,
    const struct name_pattern *pattern, struct error *err)
{
    const char *nearest = find_near_miss(arena, catalog, pattern->pattern);

    error_set(err, ERROR_USAGE, "%s \"%s\" matches no table of the source", pattern->file,
        pattern->pattern);
    if (nearest != NULL)
        return error_hint(err, "Did you mean \"%s\"?", nearest);
    return error_hint(err, "\"oe2pg plan --all\" lists the tables of the source.");
}

// Every pattern must mean something: an error for a flag, a warning for a line of a file.
static bool
check_patterns(struct arena *arena, const struct catalog *catalog,
    const struct name_pattern *patterns, size_t count, struct selection *selection,
    struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (matches_any(patterns[i].pattern, catalog))
            continue;
        if (patterns[i].line == 0)
            return fail_unmatched(arena, catalog, &patterns[i], err);
        warn_unmatched(arena, catalog, patterns[i].pattern,
            selection_place(arena, patterns[i].file, patterns[i].line), selection);
    }
    return true;
}

// A table that is gone from the source is known by its record.
static bool
matches_a_record(const char *pattern, const struct table_record *records, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct table table = { .schema = records[i].source_schema,
            .name = records[i].source_table,
            .target_name = records[i].target_table };

        if (selection_matches(pattern, &table))
            return true;
    }
    return false;
}

bool
selection_check_allowed(struct arena *arena, const struct mirror_settings *settings,
    const struct catalog *catalog, const struct table_record *records, size_t record_count,
    struct error *err)
{
    for (size_t i = 0; i < settings->allowed_delete_count; i++) {
        const struct name_pattern *allowed = &settings->allowed_deletes[i];

        if (!matches_any(allowed->pattern, catalog) &&
            !matches_a_record(allowed->pattern, records, record_count))
            return fail_unmatched(arena, catalog, allowed, err);
    }
    return true;
}

static const struct name_pattern *
find_pattern(const struct name_pattern *patterns, size_t count, const struct table *table)
{
    for (size_t i = 0; i < count; i++) {
        if (selection_matches(patterns[i].pattern, table))
            return &patterns[i];
    }
    return NULL;
}

static bool
names_any(const struct name_pattern *patterns, size_t count, const struct table *table)
{
    for (size_t i = 0; i < count; i++) {
        if (is_named(patterns[i].pattern, table))
            return true;
    }
    return false;
}

// By its name: a wildcard means the tables that people know. Views are meant by include_views
// alone, in any way.
static bool
is_asked_for(const struct mirror_settings *settings, const struct selected_table *entry)
{
    if (entry->table->is_view)
        return find_pattern(settings->included, settings->included_count, entry->table) != NULL;
    return names_any(settings->included, settings->included_count, entry->table) ||
           names_any(settings->selected, settings->selected_count, entry->table) ||
           (entry->settings != NULL && is_named(entry->settings->pattern, entry->table));
}

// What the mirror has stays in it, whatever it is and whoever asked for it once.
static bool
is_mirrored(const struct selection_basis *basis, const struct table *table)
{
    for (size_t i = 0; i < basis->record_count; i++) {
        const struct table_record *record = &basis->records[i];

        if (record->state != TABLE_STATE_DROPPED &&
            (record->is_loaded || record->staging_table != NULL) &&
            text_equal_nocase(record->source_table, table->name) &&
            text_equal_nocase(record->source_schema, table->schema))
            return true;
    }
    return false;
}

static void
judge(const struct selection_basis *basis, struct selected_table *entry)
{
    const struct mirror_settings *settings = basis->settings;

    entry->pattern = find_pattern(settings->ignored, settings->ignored_count, entry->table);
    if (entry->pattern != NULL) {
        entry->verdict = SELECTION_IGNORED;
        return;
    }
    entry->pattern = find_pattern(settings->selected, settings->selected_count, entry->table);
    entry->verdict = settings->selected_count == 0 || entry->pattern != NULL
                         ? SELECTION_TAKEN
                         : SELECTION_NOT_SELECTED;
    entry->settings = selection_find_settings(settings, entry->table);
    if (entry->table->left_out != NULL && !is_asked_for(settings, entry) &&
        !is_mirrored(basis, entry->table)) {
        entry->pattern = NULL;
        entry->verdict = SELECTION_IGNORED;
    }
}

static void
explain_left_out(struct arena *arena, struct selected_table *entry)
{
    struct name_pattern *why = arena_alloc(arena, sizeof *why);

    *why = (struct name_pattern){ .pattern = entry->table->name, .file = entry->table->left_out };
    entry->pattern = why;
}

static bool
is_ignored(const void *basis, const struct table *table)
{
    struct table copy = *table;
    struct selected_table entry = { .table = &copy };

    judge(basis, &entry);
    return entry.verdict == SELECTION_IGNORED;
}

struct table_filter
selection_filter(const struct selection_basis *basis)
{
    return (struct table_filter){ .is_ignored = is_ignored,
        .context = basis,
        .are_views_named = basis->settings->included_count > 0 };
}

// Somebody who asks for an ignored table by its name should hear why nothing happens.
static void
warn_ignored_selections(
    struct arena *arena, const struct mirror_settings *settings, struct selection *selection)
{
    for (size_t i = 0; i < settings->selected_count; i++) {
        const struct name_pattern *wanted = &settings->selected[i];

        for (size_t j = 0; j < selection->table_count; j++) {
            const struct selected_table *entry = &selection->tables[j];

            if (entry->verdict != SELECTION_IGNORED || !is_named(wanted->pattern, entry->table))
                continue;
            selection->warnings[selection->warning_count++] = arena_printf(arena,
                "%s \"%s\": the table is ignored by %s (\"%s\")", wanted->file, wanted->pattern,
                selection_place(arena, entry->pattern->file, entry->pattern->line),
                entry->pattern->pattern);
            break;
        }
    }
}

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

static bool
is_excluded(const struct table_settings *settings, const char *column, bool *used)
{
    bool excluded = false;

    for (size_t i = 0; i < settings->exclude_column_count; i++) {
        if (text_match(settings->exclude_columns[i], column)) {
            used[i] = true;
            excluded = true;
        }
    }
    return excluded;
}

// Takes out keys over a column that is gone and renumbers the others. `places` says where each
// column went, UINT16_MAX for nowhere. The arrays are new: the old keys stay as they were read.
static void
renumber_keys(struct arena *arena, struct table *table, const uint16_t *places, size_t place_count)
{
    struct key *kept = arena_calloc(arena, table->key_count, sizeof *kept);
    size_t count = 0;

    for (size_t i = 0; i < table->key_count; i++) {
        const struct key *key = &table->keys[i];
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
    table->keys = kept;
    table->key_count = count;
}

static void
exclude_columns(
    struct arena *arena, const struct table_settings *settings, bool *used, struct table *table)
{
    uint16_t *places = arena_calloc(arena, table->column_count, sizeof *places);
    size_t kept = 0;

    for (size_t i = 0; i < table->column_count; i++) {
        places[i] = UINT16_MAX;
        if (is_excluded(settings, table->columns[i].name, used))
            continue;
        places[i] = (uint16_t)kept;
        table->columns[kept++] = table->columns[i];
    }
    if (kept == table->column_count)
        return;
    renumber_keys(arena, table, places, table->column_count);
    table->column_count = kept;
}

static void
apply_settings(
    struct arena *arena, const struct table_settings *said, bool *used, struct table *table)
{
    exclude_columns(arena, said, used, table);
    table->where = said->where;
    if (said->where != NULL)
        table->where_place = selection_place(arena, said->file, said->line);
    table->priority = said->priority;
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
static void
prepare(struct arena *arena, enum naming naming, struct selected_table *entry)
{
    struct table *table = entry->table;
    struct error err = { 0 };
    const char *collision = name_map_table(arena, naming, table);
    const char *odd = find_odd_name(table);

    if (odd != NULL) {
        refuse_names(arena, entry, odd);
    } else if (table->unread != NULL) {
        *refuse(arena, entry) = *table->unread;
    } else if (table->column_count == 0 || table->column_count > TARGET_COLUMNS_MAX) {
        refuse_count(arena, entry);
    } else if (collision != NULL) {
        refuse_columns(arena, entry, collision);
    } else if (!key_choice_make(arena, entry->settings, table, &err)) {
        error_within(&err, "table \"%s\"", table->name);
        *refuse(arena, entry) = err;
    }
}

static void
warn_unused_settings(struct arena *arena, const struct mirror_settings *settings,
    const struct catalog *catalog, bool *const *used, struct selection *selection)
{
    for (size_t i = 0; i < settings->table_count; i++) {
        const struct table_settings *said = &settings->tables[i];
        const char *place = selection_place(arena, said->file, said->line);
        bool applies = false;

        if (!matches_any(said->pattern, catalog)) {
            warn_unmatched(arena, catalog, said->pattern, place, selection);
            continue;
        }
        for (size_t j = 0; j < selection->table_count; j++)
            applies = applies || selection->tables[j].settings == said;
        for (size_t j = 0; applies && j < said->exclude_column_count; j++) {
            if (!used[i][j])
                selection->warnings[selection->warning_count++] = arena_printf(arena,
                    "%s: no column of \"%s\" is named \"%s\"; nothing is excluded by it", place,
                    said->pattern, said->exclude_columns[j]);
        }
    }
}

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

static void
refuse_collisions(struct arena *arena, struct selection *selection)
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

static void
count_verdicts(struct selection *selection)
{
    for (size_t i = 0; i < selection->table_count; i++) {
        const struct selected_table *entry = &selection->tables[i];
        enum selection_verdict verdict = entry->verdict;
        bool is_view_left_out = verdict == SELECTION_IGNORED && entry->table->is_view;

        selection->taken_count += verdict == SELECTION_TAKEN;
        selection->ignored_count += verdict == SELECTION_IGNORED && !is_view_left_out;
        selection->view_count += is_view_left_out;
        selection->refused_count += verdict == SELECTION_REFUSED;
    }
}

// One flag for each exclude_columns entry of each tables.X: did it exclude anything?
static bool **
make_used(struct arena *arena, const struct mirror_settings *settings, size_t *warnings_max)
{
    bool **used = arena_calloc(arena, settings->table_count, sizeof *used);

    *warnings_max =
        settings->ignored_count + settings->included_count + 2 * settings->selected_count;
    for (size_t i = 0; i < settings->table_count; i++) {
        used[i] = arena_calloc(arena, settings->tables[i].exclude_column_count, sizeof **used);
        *warnings_max += 1 + settings->tables[i].exclude_column_count;
    }
    return used;
}

bool
selection_make(struct arena *arena, const struct selection_basis *basis,
    const struct catalog *catalog, struct selection *selection, struct error *err)
{
    const struct mirror_settings *settings = basis->settings;
    size_t warnings_max;
    bool **used = make_used(arena, settings, &warnings_max);

    warnings_max += catalog->note_count;
    memset(selection, 0, sizeof *selection);
    selection->warnings = arena_calloc(arena, warnings_max, sizeof *selection->warnings);
    for (size_t i = 0; i < catalog->note_count; i++)
        selection->warnings[selection->warning_count++] = catalog->notes[i];
    selection->tables = arena_calloc(arena, catalog->table_count, sizeof *selection->tables);
    selection->table_count = catalog->table_count;
    if (!check_patterns(
            arena, catalog, settings->selected, settings->selected_count, selection, err) ||
        !check_patterns(
            arena, catalog, settings->ignored, settings->ignored_count, selection, err) ||
        !check_patterns(
            arena, catalog, settings->included, settings->included_count, selection, err))
        return false;
    for (size_t i = 0; i < catalog->table_count; i++) {
        struct selected_table *entry = &selection->tables[i];

        entry->table = catalog->tables[i];
        judge(basis, entry);
        if (entry->verdict == SELECTION_IGNORED) {
            if (entry->pattern == NULL)
                explain_left_out(arena, entry);
            continue;
        }
        if (entry->settings != NULL)
            apply_settings(
                arena, entry->settings, used[entry->settings - settings->tables], entry->table);
        prepare(arena, settings->naming, entry);
    }
    warn_ignored_selections(arena, settings, selection);
    warn_unused_settings(arena, settings, catalog, used, selection);
    refuse_collisions(arena, selection);
    count_verdicts(selection);
    return true;
}
