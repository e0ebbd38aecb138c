#include "source/dump/df_option.h"

#include "base/text.h"

#include <stddef.h>
#include <string.h>

struct option;
typedef bool set_option(
    const struct df_lines *lines, const struct option *option, void *thing, struct error *err);

struct option {
    const char *words[3]; // its names, the last ones NULL
    enum df_object object;
    set_option *set;
    size_t offset; // of what it sets
};

static void *
member(void *thing, const struct option *option)
{
    return (char *)thing + option->offset;
}

static bool
fail_without_value(const struct df_lines *lines, struct error *err)
{
    return df_lines_fail(lines, err, "%s has no value", lines->words[0].text);
}

static bool
set_text(const struct df_lines *lines, const struct option *option, void *thing, struct error *err)
{
    const char *text;

    if (lines->count < 2)
        return fail_without_value(lines, err);
    text = df_word_text(&lines->words[1]);
    memcpy(member(thing, option), &text, sizeof text);
    return true;
}

bool
df_option_number(
    const struct df_lines *lines, const struct df_word *word, int64_t *number, struct error *err)
{
    *number = DF_UNKNOWN;
    return df_word_text(word) == NULL ||
           text_parse_integer(word->text, INT64_MIN + 1, INT64_MAX, number) ||
           df_lines_fail(lines, err, "\"%s\" is no number", word->text);
}

static bool
set_number(
    const struct df_lines *lines, const struct option *option, void *thing, struct error *err)
{
    int64_t number;

    if (lines->count < 2)
        return fail_without_value(lines, err);
    if (!df_option_number(lines, &lines->words[1], &number, err))
        return false;
    memcpy(member(thing, option), &number, sizeof number);
    return true;
}

static bool
is_no(const struct df_lines *lines)
{
    return lines->count > 1 && (text_equal_nocase(lines->words[1].text, "no") ||
                                   text_equal_nocase(lines->words[1].text, "false"));
}

static bool
set_flag(const struct df_lines *lines, const struct option *option, void *thing, struct error *err)
{
    bool flag = !is_no(lines);

    (void)err;
    memcpy(member(thing, option), &flag, sizeof flag);
    return true;
}

static bool
clear_flag(
    const struct df_lines *lines, const struct option *option, void *thing, struct error *err)
{
    bool flag = is_no(lines);

    (void)err;
    memcpy(member(thing, option), &flag, sizeof flag);
    return true;
}

static bool
set_part(const struct df_lines *lines, const struct option *option, void *thing, struct error *err)
{
    struct df_part *part = arena_calloc(lines->arena, 1, sizeof *part);
    struct df_part **end = member(thing, option);

    if (lines->count < 2)
        return fail_without_value(lines, err);
    for (size_t i = 2; i < lines->count; i++) {
        part->is_descending |= text_match("DESC*", lines->words[i].text);
        part->is_abbreviated |= text_match("ABBR*", lines->words[i].text);
    }
    while (*end != NULL)
        end = &(*end)->next;
    *end = part;
    return true;
}

#define OF(what, type, name) .object = (what), .offset = offsetof(struct type, name)

static const struct option options[] = {
    { { "DUMP-NAME" }, .set = set_text, OF(DF_TABLE, df_table, dump_name) },
    { { "LABEL" }, .set = set_text, OF(DF_TABLE, df_table, label) },
    { { "DESCRIPTION", "DESC" }, .set = set_text, OF(DF_TABLE, df_table, description) },
    { { "TYPE" }, .set = set_text, OF(DF_TABLE, df_table, kind) },
    { { "HIDDEN" }, .set = set_flag, OF(DF_TABLE, df_table, is_hidden) },
    { { "AS", "TYPE" }, .set = set_text, OF(DF_FIELD, df_field, type) },
    { { "FORMAT" }, .set = set_text, OF(DF_FIELD, df_field, format) },
    { { "LABEL" }, .set = set_text, OF(DF_FIELD, df_field, label) },
    { { "COLUMN-LABEL" }, .set = set_text, OF(DF_FIELD, df_field, column_label) },
    { { "DESCRIPTION", "DESC" }, .set = set_text, OF(DF_FIELD, df_field, description) },
    { { "HELP" }, .set = set_text, OF(DF_FIELD, df_field, help) },
    { { "CLOB-CODEPAGE" }, .set = set_text, OF(DF_FIELD, df_field, clob_code_page) },
    { { "ORDER" }, .set = set_number, OF(DF_FIELD, df_field, order) },
    { { "POSITION" }, .set = set_number, OF(DF_FIELD, df_field, position) },
    { { "EXTENT" }, .set = set_number, OF(DF_FIELD, df_field, extent) },
    { { "DECIMALS" }, .set = set_number, OF(DF_FIELD, df_field, decimals) },
    { { "MAX-WIDTH", "SQL-WIDTH", "LOB-BYTES" }, .set = set_number, OF(DF_FIELD, df_field, width) },
    { { "MANDATORY" }, .set = set_flag, OF(DF_FIELD, df_field, is_mandatory) },
    { { "NULL", "NULL-ALLOWED", "NOT-MANDATORY" }, .set = clear_flag,
        OF(DF_FIELD, df_field, is_mandatory) },
    { { "CASE-SENSITIVE" }, .set = set_flag, OF(DF_FIELD, df_field, is_case_sensitive) },
    { { "NOT-CASE-SENSITIVE" }, .set = clear_flag, OF(DF_FIELD, df_field, is_case_sensitive) },
    { { "UNIQUE" }, .set = set_flag, OF(DF_INDEX, df_index, is_unique) },
    { { "PRIMARY" }, .set = set_flag, OF(DF_INDEX, df_index, is_primary) },
    { { "WORD" }, .set = set_flag, OF(DF_INDEX, df_index, is_word) },
    { { "INACTIVE" }, .set = set_flag, OF(DF_INDEX, df_index, is_inactive) },
    { { "ACTIVE" }, .set = clear_flag, OF(DF_INDEX, df_index, is_inactive) },
    { { "INDEX-FIELD", "KEY-FIELD" }, .set = set_part, OF(DF_INDEX, df_index, parts) },
    { { "INITIAL", "DEFAULT" }, .set = set_number, OF(DF_SEQUENCE, df_sequence, initial) },
    { { "INCREMENT" }, .set = set_number, OF(DF_SEQUENCE, df_sequence, increment) },
    { { "MIN-VAL" }, .set = set_number, OF(DF_SEQUENCE, df_sequence, min) },
    { { "MAX-VAL" }, .set = set_number, OF(DF_SEQUENCE, df_sequence, max) },
    { { "CYCLE-ON-LIMIT" }, .set = set_flag, OF(DF_SEQUENCE, df_sequence, is_cycling) },
};

// What a mirror has no use for, as patterns.
static const char *const passed_over[] = { "AREA", "*-AREA", "LABEL-SA", "*-SA", "DESCRIPTION",
    "DESC", "VALEXP", "VALMSG", "FROZEN", "HELP", "INITIAL", "DEFAULT", "VIEW-AS", "LENGTH",
    "LOB-SIZE", "CLOB-*", "CAN-*", "FOREIGN-*", "FILE-MISC*", "FIELD-MISC*", "FLD-MISC*",
    "TABLE-TRIGGER", "FILE-TRIGGER", "FIELD-TRIGGER", "DSRVR-*", "MULTITENANT*", "CATEGORY",
    "BUFFER-POOL", "NO-DEFAULT-AREA", "IS-PARTITIONED", "IS-LOCAL", "RECID-INDEX", "CDC-*",
    "PROGRESS-RECID", "LABEL", "TABLE-CAT", "INDEX-NUM", "INDEX-NUMBER", "PROGRESS", "KEEP-*",
    "RENAME-*", "ENCRYPTION", "CIPHER-NAME", "CONSTRAINT-*", "UNIQUE", "PRIMARY*", "CLUSTERED",
    "CHECK", "ACTIVE", "INACTIVE", "SHADOW-COL", "INDEX-MISC*", "TRIGGER*" };

static bool
has_word(const struct option *option, const char *word)
{
    for (size_t i = 0; i < sizeof option->words / sizeof option->words[0]; i++) {
        if (option->words[i] != NULL && text_equal_nocase(option->words[i], word))
            return true;
    }
    return false;
}

static bool
is_passed_over(const char *word)
{
    for (size_t i = 0; i < sizeof passed_over / sizeof passed_over[0]; i++) {
        if (text_match(passed_over[i], word))
            return true;
    }
    return false;
}

static void
note_unknown(struct df_schema *schema, const struct df_lines *lines)
{
    if (schema->unknown_count++ > 0)
        return;
    schema->unknown = lines->words[0].text;
    schema->unknown_place = (struct df_place){ lines->file, lines->number };
}

// The field is looked up here, where the table is known; set_part made its entry, the last one.
static bool
name_part(const struct df_lines *lines, const struct df_subject *subject, struct error *err)
{
    struct df_index *index = subject->thing;
    struct df_part *part = index->parts;

    while (part->next != NULL)
        part = part->next;
    part->field = df_find_field(subject->table, lines->words[1].text);
    return part->field != NULL ||
           df_lines_fail(lines, err,
               "index \"%s\" is over field \"%s\", which table \"%s\" has not", index->name,
               lines->words[1].text, subject->table->name);
}

// A later file that changes what the values of a record are, but for adding some: a dump from
// before it cannot be told from one behind it by counting them.
static void
note_change(
    const struct df_schema *schema, const struct option *option, const struct df_subject *subject)
{
    const struct df_field *field = subject->thing;

    if (subject->object == DF_FIELD && field->file_number < schema->file_count &&
        (option->offset == offsetof(struct df_field, order) ||
            option->offset == offsetof(struct df_field, extent) ||
            option->offset == offsetof(struct df_field, type)))
        subject->table->file_number = schema->file_count;
}

bool
df_option_take(struct df_schema *schema, const struct df_lines *lines,
    const struct df_subject *subject, struct error *err)
{
    const char *word = lines->words[0].text;

    for (size_t i = 0; subject->thing != NULL && i < sizeof options / sizeof options[0]; i++) {
        const struct option *option = &options[i];

        if (option->object != subject->object || !has_word(option, word))
            continue;
        note_change(schema, option, subject);
        return option->set(lines, option, subject->thing, err) &&
               (option->set != set_part || name_part(lines, subject, err));
    }
    if (subject->thing != NULL && !is_passed_over(word))
        note_unknown(schema, lines);
    return true;
}
