#include "source/dump/df.h"
#include "source/dump/df_line.h"
#include "source/dump/df_option.h"
#include "source/dump/dump_page.h"
#include "source/dump/dump_trailer.h"

#include "base/text.h"

#include <string.h>

enum verb { VERB_NONE, VERB_ADD, VERB_UPDATE, VERB_RENAME, VERB_DROP };

// ORDER goes up by so much in what the dictionary itself numbers.
enum { ORDER_STEP = 10 };

static const char order_hint[] =
    "A delta belongs behind the full .df of the same database: list them in this order in "
    "progress_db.dump_files.";

struct reading {
    struct df_schema *schema;
    struct arena *arena;
    struct df_lines lines;
    struct df_subject subject;
};

struct statement {
    enum verb verb;
    enum df_object object;
    const char *name;
    const char *of; // NULL: not said
    const char *to;
    const char *type;
    bool is_unique;
    bool is_primary;
};

// --- looking up

void
df_init(struct df_schema *schema, struct arena *arena)
{
    *schema = (struct df_schema){ .arena = arena };
}

struct df_table *
df_find_table(struct df_schema *schema, const char *name)
{
    struct df_table *table = schema->latest;

    if (table != NULL && text_equal_nocase(table->name, name))
        return table;
    for (table = schema->tables; table != NULL; table = table->next) {
        if (text_equal_nocase(table->name, name))
            return schema->latest = table;
    }
    return NULL;
}

struct df_field *
df_find_field(const struct df_table *table, const char *name)
{
    for (struct df_field *field = table->fields; field != NULL; field = field->next) {
        if (text_equal_nocase(field->name, name))
            return field;
    }
    return NULL;
}

static struct df_index *
find_index(const struct df_table *table, const char *name)
{
    for (struct df_index *index = table->indexes; index != NULL; index = index->next) {
        if (text_equal_nocase(index->name, name))
            return index;
    }
    return NULL;
}

static struct df_sequence *
find_sequence(const struct df_schema *schema, const char *name)
{
    for (struct df_sequence *sequence = schema->sequences; sequence != NULL;
         sequence = sequence->next) {
        if (text_equal_nocase(sequence->name, name))
            return sequence;
    }
    return NULL;
}

static struct df_place
here(const struct reading *reading)
{
    return (struct df_place){ reading->lines.file, reading->lines.number };
}

static const char *
word_for(enum df_object object)
{
    static const char *const words[] = { [DF_NOTHING] = "nothing",
        [DF_DATABASE] = "database",
        [DF_TABLE] = "table",
        [DF_FIELD] = "field",
        [DF_INDEX] = "index",
        [DF_SEQUENCE] = "sequence",
        [DF_CONSTRAINT] = "constraint" };

    return words[object];
}

// "... of table "t""; nothing for what is in no table.
static const char *
place_of(struct reading *reading, const struct statement *statement)
{
    return statement->of == NULL || statement->object == DF_TABLE
               ? ""
               : arena_printf(reading->arena, " of table \"%s\"", statement->of);
}

static bool
fail_missing(struct reading *reading, const struct statement *statement, struct error *err)
{
    (void)df_lines_fail(&reading->lines, err, "there is no %s \"%s\"%s",
        word_for(statement->object), statement->name, place_of(reading, statement));
    return error_hint(err, "%s", order_hint);
}

static bool
fail_doubled(struct reading *reading, const struct statement *statement,
    const struct df_place *place, struct error *err)
{
    (void)df_lines_fail(&reading->lines, err, "%s \"%s\"%s is there already, since %s:%d",
        word_for(statement->object), statement->name, place_of(reading, statement), place->file,
        place->line);
    return error_hint(err, "%s", order_hint);
}

// --- one function for each object: adds, finds, renames or drops it

static bool
apply_table(struct reading *reading, const struct statement *statement, struct error *err)
{
    struct df_schema *schema = reading->schema;
    struct df_table *table = df_find_table(schema, statement->name);
    struct df_table **end = &schema->tables;

    if (statement->verb == VERB_ADD) {
        if (table != NULL)
            return fail_doubled(reading, statement, &table->place, err);
        table = arena_calloc(reading->arena, 1, sizeof *table);
        *table = (struct df_table){
            .name = statement->name, .kind = statement->type, .file_number = schema->file_count
        };
        while (*end != NULL)
            end = &(*end)->next;
        schema->latest = *end = table;
    }
    if (table == NULL)
        return fail_missing(reading, statement, err);
    table->place = here(reading);
    reading->subject.thing = table;
    if (statement->verb == VERB_RENAME)
        table->name = statement->to;
    if (statement->verb != VERB_DROP)
        return true;
    while (*end != table)
        end = &(*end)->next;
    *end = table->next;
    schema->latest = NULL;
    reading->subject.thing = NULL;
    return true;
}

static struct df_field *
add_field(struct reading *reading, const struct statement *statement, struct df_table *table)
{
    struct df_field *field = arena_calloc(reading->arena, 1, sizeof *field);
    struct df_field **end = &table->fields;
    int64_t order = 0;

    for (; *end != NULL; end = &(*end)->next) {
        if ((*end)->order > order)
            order = (*end)->order;
    }
    *field = (struct df_field){
        .name = statement->name,
        .file_number = reading->schema->file_count,
        .order = order <= INT64_MAX - ORDER_STEP ? order + ORDER_STEP : order,
        .position = DF_UNKNOWN,
        .extent = DF_UNKNOWN,
        .decimals = DF_UNKNOWN,
        .width = DF_UNKNOWN,
    };
    return *end = field;
}

static bool
apply_field(struct reading *reading, const struct statement *statement, struct error *err)
{
    struct df_table *table = reading->subject.table;
    struct df_field *field = df_find_field(table, statement->name);

    if (statement->verb == VERB_ADD) {
        if (field != NULL)
            return fail_doubled(reading, statement, &field->place, err);
        field = add_field(reading, statement, table);
    }
    if (field == NULL)
        return fail_missing(reading, statement, err);
    field->place = here(reading);
    if (statement->type != NULL) {
        if (field->type != NULL && !text_equal_nocase(field->type, statement->type))
            table->file_number = reading->schema->file_count;
        field->type = statement->type;
    }
    if (statement->verb == VERB_RENAME)
        field->name = statement->to;
    reading->subject.thing = field;
    if (statement->verb == VERB_DROP) {
        struct df_field **at = &table->fields;

        while (*at != field)
            at = &(*at)->next;
        *at = field->next;
        field->is_dropped = true;
        table->file_number = reading->schema->file_count;
        reading->subject.thing = NULL;
    }
    return true;
}

static bool
apply_index(struct reading *reading, const struct statement *statement, struct error *err)
{
    struct df_table *table = reading->subject.table;
    struct df_index *index = find_index(table, statement->name);
    struct df_index **end = &table->indexes;

    if (statement->verb == VERB_ADD) {
        if (index != NULL)
            return fail_doubled(reading, statement, &index->place, err);
        index = arena_calloc(reading->arena, 1, sizeof *index);
        index->name = statement->name;
        while (*end != NULL)
            end = &(*end)->next;
        *end = index;
    }
    if (index == NULL)
        return fail_missing(reading, statement, err);
    index->place = here(reading);
    index->is_unique |= statement->is_unique;
    if (statement->verb == VERB_RENAME)
        index->name = statement->to;
    reading->subject.thing = index;
    if (statement->verb == VERB_DROP) {
        while (*end != index)
            end = &(*end)->next;
        *end = index->next;
        reading->subject.thing = NULL;
    } else if (statement->is_primary)
        index->is_primary = true;
    return true;
}

static bool
apply_sequence(struct reading *reading, const struct statement *statement, struct error *err)
{
    struct df_schema *schema = reading->schema;
    struct df_sequence *sequence = find_sequence(schema, statement->name);
    struct df_sequence **end = &schema->sequences;

    if (statement->verb == VERB_ADD) {
        if (sequence != NULL)
            return fail_doubled(reading, statement, &sequence->place, err);
        sequence = arena_calloc(reading->arena, 1, sizeof *sequence);
        *sequence = (struct df_sequence){ .name = statement->name,
            .initial = DF_UNKNOWN,
            .increment = DF_UNKNOWN,
            .min = DF_UNKNOWN,
            .max = DF_UNKNOWN };
        while (*end != NULL)
            end = &(*end)->next;
        *end = sequence;
    }
    if (sequence == NULL)
        return fail_missing(reading, statement, err);
    sequence->place = here(reading);
    if (statement->verb == VERB_RENAME)
        sequence->name = statement->to;
    reading->subject.thing = sequence;
    if (statement->verb == VERB_DROP) {
        while (*end != sequence)
            end = &(*end)->next;
        *end = sequence->next;
        reading->subject.thing = NULL;
    }
    return true;
}

// --- statements

struct keyword {
    const char *text;
    int meaning;
};

static int
find_keyword(const struct keyword *keywords, size_t count, const struct df_word *word)
{
    for (size_t i = 0; i < count; i++) {
        if (df_word_is(word, keywords[i].text))
            return keywords[i].meaning;
    }
    return 0;
}

static enum verb
find_verb(const struct df_word *word)
{
    static const struct keyword verbs[] = { { "ADD", VERB_ADD }, { "CREATE", VERB_ADD },
        { "NEW", VERB_ADD }, { "UPDATE", VERB_UPDATE }, { "MODIFY", VERB_UPDATE },
        { "ALTER", VERB_UPDATE }, { "CHANGE", VERB_UPDATE }, { "RENAME", VERB_RENAME },
        { "DELETE", VERB_DROP }, { "DROP", VERB_DROP }, { "REMOVE", VERB_DROP } };

    return (enum verb)find_keyword(verbs, sizeof verbs / sizeof verbs[0], word);
}

static enum df_object
find_object(const struct df_word *word)
{
    static const struct keyword objects[] = { { "TABLE", DF_TABLE }, { "FILE", DF_TABLE },
        { "FIELD", DF_FIELD }, { "COLUMN", DF_FIELD }, { "INDEX", DF_INDEX }, { "KEY", DF_INDEX },
        { "DATABASE", DF_DATABASE }, { "CONNECT", DF_DATABASE }, { "SEQUENCE", DF_SEQUENCE },
        { "CONSTRAINT", DF_CONSTRAINT } };

    return (enum df_object)find_keyword(objects, sizeof objects / sizeof objects[0], word);
}

static bool
check_name(const struct reading *reading, const char *name, struct error *err)
{
    if (name == NULL || name[0] == '\0')
        return df_lines_fail(&reading->lines, err, "a statement without a name");
    if (strstr(name, "\xEF\xBF\xBD") != NULL)
        return df_lines_fail(&reading->lines, err,
            "the name \"%s\" has bytes that are no characters of the file's code page", name);
    return true;
}

// What stands behind the name: OF, ON, AS, TYPE and TO, each with a word, in any order.
static bool
take_clauses(struct reading *reading, size_t at, struct statement *statement, struct error *err)
{
    const struct df_lines *lines = &reading->lines;

    for (; at < lines->count; at++) {
        const struct df_word *word = &lines->words[at];
        const char *value = at + 1 < lines->count ? lines->words[at + 1].text : NULL;
        const char **clause;

        if (df_word_is(word, "OF") || df_word_is(word, "ON"))
            clause = &statement->of;
        else if (df_word_is(word, "AS") || df_word_is(word, "TYPE"))
            clause = &statement->type;
        else if (df_word_is(word, "TO"))
            clause = &statement->to;
        else
            continue;
        if (value == NULL)
            return df_lines_fail(lines, err, "%s has no value", word->text);
        *clause = value;
        at++;
    }
    return true;
}

static bool
parse_statement(struct reading *reading, struct statement *statement, struct error *err)
{
    const struct df_lines *lines = &reading->lines;
    size_t at = 1;

    for (; at < lines->count; at++) {
        const struct df_word *word = &lines->words[at];

        if (df_word_is(word, "UNIQUE"))
            statement->is_unique = true;
        else if (df_word_is(word, "PRIMARY"))
            statement->is_primary = true;
        else
            break;
    }
    if (at < lines->count)
        statement->object = find_object(&lines->words[at]);
    if (statement->object == DF_NOTHING)
        return df_lines_fail(lines, err, "%s what? No object of a .df is named \"%s\"",
            lines->words[0].text, at < lines->count ? lines->words[at].text : "");
    statement->name = at + 1 < lines->count ? lines->words[at + 1].text : NULL;
    return check_name(reading, statement->name, err) &&
           take_clauses(reading, at + 2, statement, err) &&
           (statement->verb != VERB_RENAME || check_name(reading, statement->to, err));
}

static bool
find_owner(struct reading *reading, const struct statement *statement, struct error *err)
{
    struct statement owner = { .object = DF_TABLE, .name = statement->of };

    if (statement->of == NULL) {
        (void)df_lines_fail(&reading->lines, err, "%s \"%s\" of which table?",
            word_for(statement->object), statement->name);
        return false;
    }
    reading->subject.table = df_find_table(reading->schema, statement->of);
    if (reading->subject.table != NULL)
        return true;
    (void)fail_missing(reading, &owner, err);
    return false;
}

static bool
apply(struct reading *reading, const struct statement *statement, struct error *err)
{
    reading->subject = (struct df_subject){ .object = statement->object };
    switch (statement->object) {
    case DF_TABLE:
        return apply_table(reading, statement, err);
    case DF_FIELD:
        return find_owner(reading, statement, err) && apply_field(reading, statement, err);
    case DF_INDEX:
        return find_owner(reading, statement, err) && apply_index(reading, statement, err);
    case DF_SEQUENCE:
        return apply_sequence(reading, statement, err);
    case DF_NOTHING:
    case DF_DATABASE:
    case DF_CONSTRAINT:
        break;
    }
    return true;
}

// A table has one primary index: the one that was said to be so last.
static void
settle_primary(const struct df_subject *subject)
{
    const struct df_index *primary = subject->thing;

    if (subject->object != DF_INDEX || primary == NULL || !primary->is_primary)
        return;
    for (struct df_index *index = subject->table->indexes; index != NULL; index = index->next)
        index->is_primary = index == primary;
}

// What a statement with its options has to have said.
static bool
check_subject(const struct reading *reading, struct error *err)
{
    const struct df_subject *subject = &reading->subject;
    const struct df_field *field = subject->thing;

    settle_primary(subject);
    if (subject->object != DF_FIELD || field == NULL || field->type != NULL)
        return true;
    return error_set(err, ERROR_SOURCE, "%s:%d: field \"%s\" of table \"%s\" has no type",
        field->place.file, field->place.line, field->name, subject->table->name);
}

static bool
read_lines(struct reading *reading, struct error *err)
{
    struct df_lines *lines = &reading->lines;

    while (df_lines_next(lines, err)) {
        struct statement statement = { .verb = VERB_NONE };

        if (lines->is_at_end)
            return check_subject(reading, err);
        if (lines->words[0].is_quoted)
            return df_lines_fail(lines, err, "a text where a statement or an option should be");
        statement.verb = find_verb(&lines->words[0]);
        if (statement.verb != VERB_NONE) {
            if (!check_subject(reading, err) || !parse_statement(reading, &statement, err) ||
                !apply(reading, &statement, err))
                return false;
        } else if (reading->subject.object == DF_NOTHING)
            return df_lines_fail(
                lines, err, "\"%s\" begins no statement of a .df", lines->words[0].text);
        else if (!df_option_take(reading->schema, lines, &reading->subject, err))
            return false;
    }
    return false;
}

bool
df_read(struct df_schema *schema, const char *file, const char *bytes, size_t size,
    const char *code_page, struct error *err)
{
    struct reading reading = { .schema = schema, .arena = schema->arena };
    struct dump_page page = { 0 };
    struct dump_trailer trailer;
    struct buffer text;
    bool done;

    schema->file_count++;
    dump_trailer_read(bytes, size, 0, &trailer);
    if (!dump_page_is_unknown(trailer.code_page))
        code_page = trailer.code_page;
    if (code_page != NULL && !dump_page_open(code_page, &page))
        return error_set(err, ERROR_SOURCE,
            "%s: its code page \"%s\" is not known here, or no superset of ASCII", file, code_page);
    buffer_init(&text, 4 * size + 1);
    done = dump_page_convert_all(&page, bytes, (size_t)trailer.end, &text) ||
           error_set(err, ERROR_SYSTEM, "%s: no memory for its text", file);
    if (done) {
        df_lines_init(&reading.lines, schema->arena, arena_strdup(schema->arena, file),
            buffer_text(&text), text.size);
        done = read_lines(&reading, err);
    }
    schema->has_end = trailer.has_end;
    buffer_release(&text);
    dump_page_close(&page);
    return done;
}
