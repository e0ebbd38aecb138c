// What kind of server it is, to be sent to those who have none like it: shapes and counts, no
// data, and no name of a host, database, user, table or column.
#include "base/text.h"
#include "check/finding.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

enum { TYPES_MAX = 200, WORD_MAX = 64 };

struct shapes {
    size_t columns;
    size_t widest; // columns of one table
    size_t keyless;
    size_t primary;
    size_t unique;
    size_t key_columns; // of the key with the most
    size_t views;
    size_t unread;
    size_t nullable;
    size_t arrays;
    size_t longs;
    size_t estimated; // tables of which the source has a number of rows
};

struct type_count {
    char word[WORD_MAX]; // the source's, without width
    enum value_kind kind;
    size_t count;
};

__attribute__((format(printf, 2, 3))) static void
say(const struct check *check, const char *format, ...)
{
    char line[512];
    va_list arguments;

    va_start(arguments, format);
    (void)text_vprint(line, sizeof line, format, arguments);
    va_end(arguments);
    check->listener->server_line(check->listener->context, line);
}

static void
say_server(struct check *check, struct source *source)
{
    static const char *const doors[] = { [SOURCE_INTERFACE_ODBC] = "ODBC",
        [SOURCE_INTERFACE_JDBC] = "JDBC",
        [SOURCE_INTERFACE_DUMP] = "its files" };
    const struct source_identity *identity = source_identity(source);
    const struct source_capabilities can = source_capabilities(source);
    struct source_limits limits;

    source_read_limits(source, &limits);
    say(check, "product: %s, version %s", identity->product, identity->version);
    say(check, "driver: %s, by %s", identity->driver, doors[check->settings->source.interface]);
    say(check, "isolation: %s; code page: %s", identity->isolation, identity->code_page);
    say(check, "limits: name %" PRId64 ", statement %" PRId64 ", columns %" PRId64,
        limits.name_length, limits.statement_bytes, limits.columns);
    say(check,
        "can: row id %s, metaschema %s, cuts values %s, whole results in memory %s, rows "
        "by their key %s",
        can.row_id != NULL ? "yes" : "no", can.has_metaschema ? "yes" : "no",
        can.may_cut ? "maybe" : "no", source_buffers_results(source) ? "yes" : "no",
        can.is_read_whole ? "no" : "yes");
    say(check, "clock: %s; letters: %s",
        can.clock != NULL && source_ask(source, can.clock)[0] != '\0' ? "told" : "not told",
        can.letters == NULL                                                  ? "not asked"
        : strcmp(source_ask(source, can.letters), can.expected_letters) == 0 ? "as expected"
                                                                             : "otherwise");
}

static void
count_keys(const struct table *table, struct shapes *shapes)
{
    shapes->keyless += table->key_count == 0;
    for (size_t i = 0; i < table->key_count; i++) {
        shapes->primary += table->keys[i].is_primary;
        shapes->unique += !table->keys[i].is_primary;
        if (table->keys[i].column_count > shapes->key_columns)
            shapes->key_columns = table->keys[i].column_count;
    }
}

static void
count_type(const struct column *column, struct type_count *types, size_t *count)
{
    char word[WORD_MAX];
    size_t at = 0;

    (void)text_print(
        word, sizeof word, "%.*s", (int)strcspn(column->type_name, "("), column->type_name);
    while (at < *count && (types[at].kind != column->kind || strcmp(types[at].word, word) != 0))
        at++;
    if (at == TYPES_MAX)
        return;
    if (at == *count) {
        types[at] = (struct type_count){ .kind = column->kind };
        memcpy(types[at].word, word, sizeof word);
        (*count)++;
    }
    types[at].count++;
}

static void
count_table(
    const struct table *table, struct shapes *shapes, struct type_count *types, size_t *type_count)
{
    shapes->views += table->entry.is_view;
    shapes->unread += table->entry.unread != NULL;
    shapes->estimated += table->row_estimate >= 0;
    shapes->columns += table->column_count;
    if (table->column_count > shapes->widest)
        shapes->widest = table->column_count;
    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];

        shapes->nullable += column->is_nullable;
        shapes->arrays += column->array.extent > 0;
        shapes->longs += column->is_long;
        count_type(column, types, type_count);
    }
    if (!table->entry.is_view)
        count_keys(table, shapes);
}

static void
say_catalogue(struct check *check)
{
    static const char *const kinds[] = { "text", "integer", "decimal", "float", "float4", "boolean",
        "date", "time", "timestamp", "timestamp with zone", "binary" };
    struct type_count *types = arena_calloc(&check->arena, TYPES_MAX + 1, sizeof *types);
    struct shapes shapes = { 0 };
    size_t type_count = 0;

    for (size_t i = 0; i < check->catalog.table_count; i++)
        count_table(check->catalog.tables[i], &shapes, types, &type_count);
    say(check, "catalogue: %zu tables, %zu of them views, %zu not readable, %zu with row counts",
        check->catalog.table_count, shapes.views, shapes.unread, shapes.estimated);
    say(check, "columns: %zu, at most %zu in a table; nullable %zu, arrays %zu, long %zu",
        shapes.columns, shapes.widest, shapes.nullable, shapes.arrays, shapes.longs);
    say(check, "keys: primary %zu, unique %zu, at most %zu columns; tables without %zu",
        shapes.primary, shapes.unique, shapes.key_columns, shapes.keyless);
    say(check, "notes on what the catalogue could not say: %zu", check->catalog.note_count);
    for (size_t i = 0; i < type_count; i++)
        say(check, "type %s, read as %s: %zu columns", types[i].word, kinds[types[i].kind],
            types[i].count);
}

void
check_describe_server(struct check *check)
{
    struct source *source = check->source;

    if (check->listener->server_line == NULL)
        return;
    if (check->target != NULL)
        say(check, "PostgreSQL: %d", target_facts(check->target)->server_version);
    if (source == NULL) {
        say(check, "source: could not be opened");
        return;
    }
    say_server(check, source);
    if (check->has_selection)
        say_catalogue(check);
    else
        say(check, "catalogue: could not be read");
}
