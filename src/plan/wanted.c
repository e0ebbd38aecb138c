#include "plan/wanted.h"

#include "base/buffer.h"
#include "base/hash.h"
#include "base/text.h"
#include "model/name_map.h"
#include "plan/stamp.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// ---- names -------------------------------------------------------------------------------------

// An index that the source names after its table is not named after it twice.
static const char *
name_index(struct arena *arena, enum naming naming, const struct table *table, const char *index,
    const char *ending)
{
    const char *mapped = name_map(arena, naming, index);
    size_t size = strlen(table->target_name);
    bool has_table = strncmp(mapped, table->target_name, size) == 0 && mapped[size] == '_';
    size_t length = strlen(mapped);
    size_t end = strlen(ending);
    bool has_ending = length > end && strcmp(mapped + length - end, ending) == 0;

    return name_map(arena, NAMING_EXACT,
        arena_printf(arena, "%s%s%s%s", has_table ? "" : table->target_name, has_table ? "" : "_",
            mapped, has_ending ? "" : ending));
}

static const char *
name_otherwise(struct arena *arena, const struct table *table, const char *index, const char *name)
{
    const char *full = arena_printf(arena, "%s.%s.%s", table->schema, table->name, index);
    uint32_t hash = (uint32_t)hash_bytes_extended(full, strlen(full), 0);

    return name_map(arena, NAMING_EXACT,
        arena_printf(arena, "%.*s_%08" PRIx32, (int)text_utf8_prefix(name, 54), name, hash));
}

// ---- wishes ------------------------------------------------------------------------------------

static const char *
list_columns(struct arena *arena, const struct table *table, const struct key *key)
{
    const char *list = "";

    for (size_t i = 0; i < key->column_count; i++)
        list = arena_printf(arena, "%s%s%s%s", list, i > 0 ? ", " : "",
            text_sql_name(arena, table->columns[key->columns[i]].target_name, '"'),
            key->descending >> i & 1 ? " DESC" : "");
    return arena_printf(arena, "(%s)", list);
}

static void
want_index(struct arena *arena, enum naming naming, const struct table *table,
    const struct key *key, bool is_unique, struct wanted_objects *wanted)
{
    struct wanted_object *object = &wanted->list[wanted->count++];

    *object = (struct wanted_object){ .kind = OBJECT_INDEX,
        .source_name = key->name,
        .key = key,
        .is_unique = is_unique,
        .is_primary = key->is_primary,
        .columns = list_columns(arena, table, key) };
    object->name = key->is_primary ? name_map(arena, NAMING_EXACT,
                                         arena_printf(arena, "%s_pkey", table->target_name))
                                   : name_index(arena, naming, table, key->name, "_idx");
    object->other_name = name_otherwise(arena, table, key->name, object->name);
    object->declared = arena_printf(arena, "%s %s",
        key->is_primary ? "PRIMARY KEY"
        : is_unique     ? "UNIQUE"
                        : "INDEX",
        object->columns);
}

static bool
is_primary_column(const struct table *table, size_t column)
{
    for (size_t i = 0; i < table->key_count; i++) {
        const struct key *key = &table->keys[i];

        for (size_t k = 0; key->is_primary && !key->may_repeat && k < key->column_count; k++) {
            if (key->columns[k] == column)
                return true;
        }
    }
    return false;
}

// What a primary key needs is tried, whether the source promises it or not.
static void
want_not_nulls(const struct table *table, struct wanted_objects *wanted)
{
    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];

        if ((!column->is_nullable && !column->is_unenforced) || is_primary_column(table, i))
            wanted->list[wanted->count++] = (struct wanted_object){ .kind = OBJECT_NOT_NULL,
                .source_name = column->name,
                .name = column->target_name,
                .declared = "NOT NULL" };
    }
}

// A key of which nothing says that it is unique is an ordinary index. A descending primary key is
// one all the same, but PostgreSQL takes none into a constraint.
static void
want_keys(struct arena *arena, enum naming naming, const struct table *table, bool are_primary,
    struct wanted_objects *wanted)
{
    for (size_t i = 0; i < table->key_count; i++) {
        struct key *key = &table->keys[i];

        if ((key->is_primary && !key->may_repeat) != are_primary)
            continue;
        if (are_primary && key->descending != 0) {
            struct key *ascending = arena_alloc(arena, sizeof *ascending);

            *ascending = *key;
            ascending->descending = 0;
            key = ascending;
        }
        want_index(arena, naming, table, key, !key->may_repeat, wanted);
    }
}

// A round would scan the whole table without them: the rows that came back are looked for by their
// key, those of the window by their stamp.
static void
want_for_stamp(struct arena *arena, const struct mirror_settings *settings,
    const struct table *table, struct wanted_objects *wanted)
{
    const struct column *column = plan_stamp_column(arena, table, NULL);
    struct key *keys = arena_calloc(arena, 2, sizeof *keys);
    uint16_t *place = arena_alloc(arena, sizeof *place);

    if (column == NULL)
        return;
    if (settings->indexes == INDEXES_NONE) {
        keys[0] = *table->key;
        keys[0].name = "stamp key";
        keys[0].is_primary = false;
        keys[0].descending = 0;
        want_index(arena, settings->naming, table, &keys[0], false, wanted);
    }
    *place = (uint16_t)(column - table->columns);
    keys[1] = (struct key){ .name = "stamp", .columns = place, .column_count = 1 };
    want_index(arena, settings->naming, table, &keys[1], false, wanted);
}

// ---- comments ----------------------------------------------------------------------------------

static const char *
add_line(struct arena *arena, const char *text, const char *title, const char *line)
{
    if (line == NULL)
        return text;
    return arena_printf(
        arena, "%s%s%s%s", text != NULL ? text : "", text != NULL ? "\n" : "", title, line);
}

// Labels above columns are broken at "!".
static const char *
join_label(struct arena *arena, const char *label)
{
    char *joined = label != NULL ? arena_strdup(arena, label) : NULL;

    for (char *c = joined; c != NULL && *c != '\0'; c++) {
        if (*c == '!')
            *c = ' ';
    }
    return joined;
}

// The label and the description as they are, then what says which it is.
static void
want_comment(struct arena *arena, const struct dictionary_words *words, const char *source_name,
    const char *name, struct wanted_objects *wanted)
{
    const char *column_label = join_label(arena, words->column_label);
    const char *text = add_line(arena, NULL, "", words->label);
    char *comment;

    if (column_label != NULL && (words->label == NULL || strcmp(column_label, words->label) != 0))
        text = add_line(arena, text, text != NULL ? "Column label: " : "", column_label);
    text = add_line(arena, text, "", words->description);
    text = add_line(arena, text, "Format: ", words->format);
    text = add_line(arena, text, "Help: ", words->help);
    if (text == NULL)
        return;
    comment = arena_strdup(arena, text);
    text_make_utf8(comment);
    wanted->list[wanted->count++] = (struct wanted_object){
        .kind = OBJECT_COMMENT, .source_name = source_name, .name = name, .declared = comment
    };
}

static void
want_comments(struct arena *arena, const struct table *table, struct wanted_objects *wanted)
{
    want_comment(arena, &table->entry.words, "", "", wanted);
    for (size_t i = 0; i < table->column_count; i++)
        want_comment(arena, &table->columns[i].words, table->columns[i].name,
            table->columns[i].target_name, wanted);
}

static uint64_t
fingerprint_of(const struct wanted_objects *wanted)
{
    uint64_t hash = 0; // of none

    for (size_t i = 0; i < wanted->count; i++) {
        const struct wanted_object *object = &wanted->list[i];

        hash = hash_bytes_extended(
            object->source_name, strlen(object->source_name), hash * 31 + (uint64_t)object->kind);
        hash = hash_bytes_extended(object->name, strlen(object->name), hash);
        hash = hash_bytes_extended(object->declared, strlen(object->declared), hash);
    }
    return hash;
}

void
wanted_make(struct arena *arena, const struct mirror_settings *settings, const struct table *table,
    struct wanted_objects *wanted)
{
    size_t most = 3 + 2 * table->column_count + table->key_count + table->entry.index_count;

    *wanted = (struct wanted_objects){ .list = arena_calloc(arena, most, sizeof *wanted->list) };
    if (settings->indexes != INDEXES_NONE) {
        want_not_nulls(table, wanted);
        want_keys(arena, settings->naming, table, true, wanted);
        want_keys(arena, settings->naming, table, false, wanted);
    }
    for (size_t i = 0; settings->indexes == INDEXES_ALL && i < table->entry.index_count; i++)
        want_index(arena, settings->naming, table, &table->entry.indexes[i], false, wanted);
    want_for_stamp(arena, settings, table, wanted);
    want_comments(arena, table, wanted);
    wanted->fingerprint = fingerprint_of(wanted);
}

// ---- which tables need a look ------------------------------------------------------------------

static int
compare_summary(const void *a, const void *b)
{
    const struct table *table = a;
    const struct object_summary *summary = b;
    int order = strcmp(table->name, summary->source_table);

    return order != 0 ? order : strcmp(table->schema, summary->source_schema);
}

void
wanted_mark_due(const struct mirror_settings *settings, const struct object_summaries *summaries,
    struct plan *plan)
{
    struct arena arena;

    arena_init(&arena);
    for (size_t i = 0; i < plan->job_count; i++) {
        struct job *job = &plan->jobs[i];
        const struct object_summary *found =
            summaries->count == 0 ? NULL
                                  : bsearch(job->table, summaries->list, summaries->count,
                                        sizeof *summaries->list, compare_summary);
        struct wanted_objects wanted;

        wanted_make(&arena, settings, job->table, &wanted);
        job->has_objects = wanted.count > 0 || found != NULL;
        job->are_objects_due = found != NULL
                                   ? found->is_due || found->fingerprint != wanted.fingerprint
                                   : wanted.count > 0;
        job->is_small = job->is_small && !job->are_objects_due;
    }
    arena_release(&arena);
}
