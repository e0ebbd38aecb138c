#include "config/section.h"

#include "base/text.h"
#include "config/message.h"
#include "config/value.h"

#include <string.h>

struct section_reader {
    struct config *config;
    const char *file;
    const char *directory;
    struct error *err;
};

static bool
is_comment(const struct json_value *member)
{
    return member->key[0] == '_';
}

// "table \"customer\"" may be any text in a file: fit to be printed.
static bool
fail_unknown_key(const struct section_reader *reader, const char *section,
    const char *shown_section, const struct json_value *member)
{
    const char *known[OPTION_COUNT];
    size_t count = option_keys(section, known);
    const char *other = option_section_of_key(member->key);
    char quoted[MESSAGE_QUOTED_SIZE];

    message_quote(member->key, quoted);
    (void)error_set(reader->err, ERROR_CONFIG, "%s:%d: unknown key %s in %s", reader->file,
        member->key_line, quoted, shown_section);
    if (other != NULL)
        return error_hint(reader->err, "It belongs into %s.", other);
    return message_near(reader->err, "keys", member->key, known, count);
}

static bool
read_option(const struct section_reader *reader, const struct option *option, const char *name,
    const struct json_value *member, struct config_value *value)
{
    struct value_place place = { &reader->config->arena, reader->file, reader->directory, name };

    return value_from_json(&place, option, member, value, reader->err);
}

static bool
fail_not_object(
    const struct section_reader *reader, const char *name, const struct json_value *value)
{
    return error_set(reader->err, ERROR_CONFIG, "%s:%d: %s is %s; it must be an object { ... }",
        reader->file, value->line, name, json_kind_words(value->kind));
}

static bool
read_table(const struct section_reader *reader, const struct json_value *object,
    struct config_table *table)
{
    char quoted[MESSAGE_QUOTED_SIZE];
    char section[MESSAGE_QUOTED_SIZE + 32];

    message_quote(object->key, quoted);
    (void)text_print(section, sizeof section, "mirror_settings.tables.%s", quoted);
    if (object->kind != JSON_OBJECT)
        return fail_not_object(reader, section, object);
    for (const struct json_value *member = object->children; member != NULL;
         member = member->next) {
        enum option_id id = option_find_key(option_table_section, member->key);
        const char *name;

        if (is_comment(member))
            continue;
        if (id == OPTION_COUNT)
            return fail_unknown_key(reader, option_table_section, section, member);
        name = arena_printf(&reader->config->arena, "%s.%s", section, member->key);
        if (!read_option(
                reader, option_at(id), name, member, &table->values[id - OPTION_TABLE_KEY]))
            return false;
    }
    table->file = reader->file;
    table->line = object->key_line;
    return true;
}

// The table of that name, new if there is none; NULL when this file named it before.
static struct config_table *
find_table(const struct section_reader *reader, const struct json_value *object)
{
    struct config *config = reader->config;

    for (size_t i = 0; i < config->table_count; i++) {
        struct config_table *table = &config->tables[i];
        char quoted[MESSAGE_QUOTED_SIZE];

        if (!text_equal_nocase(table->pattern, object->key))
            continue;
        if (table->file != reader->file)
            return table;
        message_quote(object->key, quoted);
        (void)error_set(reader->err, ERROR_CONFIG,
            "%s:%d: mirror_settings.tables.%s is the same table as in line %d (case does not "
            "matter)",
            reader->file, object->key_line, quoted, table->line);
        return NULL;
    }
    config->tables[config->table_count].pattern = object->key;
    return &config->tables[config->table_count++];
}

static void
make_room_for_tables(struct config *config, size_t more)
{
    struct config_table *tables =
        arena_calloc(&config->arena, config->table_count + more + 1, sizeof *tables);

    if (config->table_count > 0)
        memcpy(tables, config->tables, config->table_count * sizeof *tables);
    config->tables = tables;
}

static bool
read_tables(const struct section_reader *reader, const struct json_value *object)
{
    if (object->kind != JSON_OBJECT)
        return fail_not_object(reader, "mirror_settings.tables", object);
    if (object->count > SECTION_TABLES_MAX)
        return error_set(reader->err, ERROR_CONFIG,
            "%s:%d: mirror_settings.tables has more than %d tables", reader->file, object->line,
            SECTION_TABLES_MAX);
    make_room_for_tables(reader->config, object->count);
    for (const struct json_value *member = object->children; member != NULL;
         member = member->next) {
        struct config_table *table;

        if (is_comment(member))
            continue;
        if (member->key[0] == '\0')
            return error_set(reader->err, ERROR_CONFIG,
                "%s:%d: mirror_settings.tables has an empty name", reader->file, member->key_line);
        table = find_table(reader, member);
        if (table == NULL || !read_table(reader, member, table))
            return false;
    }
    return true;
}

static bool
read_section(const struct section_reader *reader, const struct json_value *section)
{
    if (section->kind != JSON_OBJECT)
        return fail_not_object(reader, section->key, section);
    for (const struct json_value *member = section->children; member != NULL;
         member = member->next) {
        enum option_id id = option_find_key(section->key, member->key);
        const char *name;
        bool done;

        if (is_comment(member))
            continue;
        if (id == OPTION_COUNT)
            return fail_unknown_key(reader, section->key, section->key, member);
        name = arena_printf(&reader->config->arena, "%s.%s", section->key, member->key);
        done = id == OPTION_MIRROR_TABLES
                   ? read_tables(reader, member)
                   : read_option(reader, option_at(id), name, member, &reader->config->values[id]);
        if (!done)
            return false;
    }
    return true;
}

static bool
is_section(const char *name, const char *const *sections, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, sections[i]) == 0)
            return true;
    }
    return false;
}

static bool
fail_unknown_section(const struct section_reader *reader, const struct json_value *member,
    const char *const *sections, size_t count)
{
    const char *other = option_section_of_key(member->key);
    char quoted[MESSAGE_QUOTED_SIZE];

    message_quote(member->key, quoted);
    (void)error_set(reader->err, ERROR_CONFIG, "%s:%d: unknown section %s", reader->file,
        member->key_line, quoted);
    if (other != NULL)
        return error_hint(reader->err, "This key belongs into %s.", other);
    return message_near(reader->err, "sections", member->key, sections, count);
}

bool
section_read(struct config *config, const char *file, const char *directory,
    const struct json_value *root, struct error *err)
{
    struct section_reader reader = { config, file, directory, err };
    const char *sections[OPTION_COUNT];
    size_t count = option_sections(sections);

    if (root->kind != JSON_OBJECT)
        return fail_not_object(&reader, "the whole file", root);
    for (const struct json_value *member = root->children; member != NULL; member = member->next) {
        if (is_comment(member))
            continue;
        if (!is_section(member->key, sections, count))
            return fail_unknown_section(&reader, member, sections, count);
        if (!read_section(&reader, member))
            return false;
    }
    return true;
}

void
section_warn(struct config *config, const char *warning)
{
    const char **warnings =
        arena_calloc(&config->arena, config->warning_count + 1, sizeof *warnings);

    if (config->warning_count > 0)
        memcpy(warnings, config->warnings, config->warning_count * sizeof *warnings);
    warnings[config->warning_count++] = warning;
    config->warnings = warnings;
}
