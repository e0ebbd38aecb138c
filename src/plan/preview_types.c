#include "plan/preview_types.h"

#include "base/text.h"
#include "target/type.h"

#include <inttypes.h>
#include <string.h>

const char *
preview_type_name(
    struct arena *arena, const struct column *column, const struct mirror_settings *settings)
{
    struct mirror_type type = target_type_wanted(column, settings);
    struct buffer text;
    const char *name;

    buffer_init(&text, BUFFER_SQL_CAP);
    target_type_append(&text, &type);
    name = arena_strdup(arena, buffer_text(&text));
    buffer_release(&text);
    return name;
}

static bool
is_all_text(const struct table *table, const struct mirror_settings *settings)
{
    for (size_t i = 0; i < table->column_count; i++) {
        const struct mirror_type wanted = target_type_wanted(&table->columns[i], settings);

        if (!mirror_type_is_text(&wanted))
            return false;
    }
    return settings->column_types == COLUMN_TYPES_TEXT;
}

const char *
preview_columns(
    struct arena *arena, const struct table *table, const struct mirror_settings *settings)
{
    struct buffer text;
    const char *list;

    if (is_all_text(table, settings))
        return arena_printf(arena, "%zu columns text", table->column_count);
    buffer_init(&text, BUFFER_SQL_CAP);
    for (size_t i = 0; i < table->column_count; i++)
        (void)buffer_printf(&text, "%s%s %s", i > 0 ? ", " : "",
            text_sql_name(arena, table->columns[i].target_name, '"'),
            preview_type_name(arena, &table->columns[i], settings));
    list = arena_strdup(arena, buffer_text(&text));
    buffer_release(&text);
    return list;
}

// ---- what stays --------------------------------------------------------------------------------

static const struct mirrored_relation *
find_relation(const struct inspection *found, const char *name)
{
    for (size_t i = 0; name != NULL && i < found->relation_count; i++) {
        if (strcmp(found->relations[i].name, name) == 0)
            return &found->relations[i];
    }
    return NULL;
}

static const struct column *
find_column(const struct table *table, const char *target_name)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (strcmp(table->columns[i].target_name, target_name) == 0)
            return &table->columns[i];
    }
    return NULL;
}

// Text where a native type is wanted, or the other way round. Types that people gave are theirs.
static bool
keeps_its_type(const struct column *column, const struct mirror_type *held,
    const struct mirror_settings *settings)
{
    return !column->native.is_array &&
           (held->base == MIRROR_TEXT) !=
               (target_type_wanted(column, settings).base == MIRROR_TEXT);
}

// An array, its text, or a column for each element, where something else is wanted.
static bool
keeps_its_array(const struct column *column, const struct mirror_type *held,
    const struct mirror_settings *settings)
{
    if (column->array.whole != NULL)
        return settings->arrays != ARRAYS_COLUMNS;
    return column->native.is_array &&
           (settings->arrays == ARRAYS_COLUMNS ||
               held->is_array != target_type_wanted(column, settings).is_array);
}

typedef bool keeping(const struct column *column, const struct mirror_type *held,
    const struct mirror_settings *settings);

static bool
has_kept(const struct table *table, const struct mirrored_relation *relation, keeping *keeps,
    const struct mirror_settings *settings)
{
    for (size_t i = 0; i < relation->column_count; i++) {
        const struct mirrored_column *present = &relation->columns[i];
        const struct column *column = find_column(table, present->name);
        struct mirror_type held;

        if (column != NULL &&
            target_type_hold(column, present->type_oid, present->type_modifier, &held) &&
            keeps(column, &held, settings))
            return true;
    }
    return false;
}

// `what`: what they keep.
static const char *
warn_of_kept(struct arena *arena, const struct preview_input *input, keeping *keeps,
    const char *what, const char *option, const char *suffix)
{
    const char *first = NULL;
    size_t count = 0;
    char schema[200];

    for (size_t i = 0; i < input->plan->job_count; i++) {
        const struct table *table = input->plan->jobs[i].table;
        const struct mirrored_relation *relation =
            find_relation(input->inspection, table->target_name);

        if (relation == NULL || !has_kept(table, relation, keeps, &input->settings->mirror))
            continue;
        first = first != NULL ? first : table->name;
        count++;
    }
    if (count == 0)
        return NULL;
    text_shell_word(arena_printf(arena, "%s_%s", input->settings->target.schema, suffix), schema,
        sizeof schema);
    return arena_printf(arena,
        "%zu %s (\"%s\"%s) %s other %s than mirror_settings.%s says, and %s them: that is for what "
        "is new. All of it has them in a second mirror: OE2PG_POSTGRES_DB_SCHEMA=%s oe2pg sync",
        count, text_plural(count, "table", "tables"), first, count > 1 ? " ..." : "",
        text_plural(count, "has", "have"), what, option, text_plural(count, "keeps", "keep"),
        schema);
}

// ---- what does not fit -------------------------------------------------------------------------

static const struct table *
find_table(const struct preview_input *input, const struct misfit_column *misfit)
{
    for (size_t i = 0; i < input->plan->job_count; i++) {
        const struct table *table = input->plan->jobs[i].table;

        if (strcmp(table->name, misfit->source_table) == 0 &&
            strcmp(table->schema, misfit->source_schema) == 0)
            return table;
    }
    return NULL;
}

static const char *
warn_of_misfit(
    struct arena *arena, const struct preview_input *input, const struct misfit_column *misfit)
{
    const struct table *table = find_table(input, misfit);

    for (size_t i = 0; table != NULL && i < table->column_count; i++) {
        const struct column *column = &table->columns[i];
        bool is_number = column->kind == VALUE_INTEGER || column->kind == VALUE_DECIMAL;

        if (strcmp(column->name, misfit->column) != 0)
            continue;
        return arena_printf(arena,
            "\"%s\": %" PRId64
            " %s of \"%s\" %s the type of %s column, and %s in quarantine: ALTER "
            "TABLE %s.%s ALTER COLUMN %s TYPE %s makes room; the next run fills it in",
            table->name, misfit->value_count,
            text_plural((size_t)misfit->value_count, "value", "values"), column->name,
            text_plural((size_t)misfit->value_count, "does not fit", "do not fit"),
            text_plural((size_t)misfit->value_count, "its", "their"),
            text_plural((size_t)misfit->value_count, "is", "are"),
            text_sql_name(arena, input->settings->target.schema, '"'),
            text_sql_name(arena, table->target_name, '"'),
            text_sql_name(arena, column->target_name, '"'),
            is_number && misfit->are_numbers ? target_types[MIRROR_NUMERIC].name
                                             : target_types[MIRROR_TEXT].name);
    }
    return NULL;
}

size_t
preview_warn_of_types(struct arena *arena, const struct preview_input *input, const char **warnings)
{
    const struct inspection *found = input->inspection;
    const struct mirror_settings *settings = &input->settings->mirror;
    const char *warning = warn_of_kept(arena, input, keeps_its_type, "types", "column_types",
        settings->column_types == COLUMN_TYPES_NATIVE ? "native" : "text");
    size_t count = 0;

    if (warning != NULL)
        warnings[count++] = warning;
    warning = warn_of_kept(arena, input, keeps_its_array, "forms of arrays", "arrays", "arrays");
    if (warning != NULL)
        warnings[count++] = warning;
    for (size_t i = 0; i < found->misfit_count; i++) {
        warning = warn_of_misfit(arena, input, &found->misfits[i]);
        if (warning != NULL)
            warnings[count++] = warning;
    }
    return count;
}
