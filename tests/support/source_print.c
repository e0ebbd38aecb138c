#include "source_print.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

static void
print_text(const char *text, size_t size)
{
    (void)putchar('"');
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c == '"' || c == '\\')
            (void)printf("\\%c", c);
        else if (c < 0x20)
            (void)printf("\\u%04x", c);
        else
            (void)putchar(c);
    }
    (void)putchar('"');
}

static void
print_field(const char *name, const char *text)
{
    (void)printf("\"%s\": ", name);
    print_text(text, strlen(text));
}

static void
print_hex(const char *label, const struct cell *cell)
{
    (void)printf("{\"%s\": \"", label);
    for (size_t i = 0; i < cell->size; i++)
        (void)printf("%02x", (unsigned)(unsigned char)cell->bytes[i]);
    (void)printf("\"}");
}

static void
print_cell(const struct column *column, const struct cell *cell)
{
    if (cell->bytes == NULL && cell->size > 0)
        (void)printf("{\"too_long\": %zu}", cell->size);
    else if (cell->bytes == NULL)
        (void)printf("null");
    else if (column->kind == VALUE_BINARY)
        print_hex("binary", cell);
    else if (text_utf8_valid_size(cell->bytes, cell->size) < cell->size)
        print_hex("bytes", cell);
    else
        print_text(cell->bytes, cell->size);
}

int
print_error(const struct error *err)
{
    (void)printf("{\"error\": {\"kind\": \"%s\", \"transient\": %s, \"native\": %ld, ",
        error_kind_name(err->kind), err->retry != RETRY_NEVER ? "true" : "false", err->native_code);
    print_field("sqlstate", err->sqlstate);
    (void)printf(", ");
    print_field("message", err->message);
    (void)printf(", ");
    print_field("hint", err->hint);
    (void)printf("}}\n");
    return 1;
}

static const char *
kind_name(enum value_kind kind)
{
    static const char *const names[] = { "text", "integer", "decimal", "float", "float4", "boolean",
        "date", "time", "timestamp", "timestamp_tz", "binary" };

    return names[kind];
}

static void
print_column(const struct column *column)
{
    (void)printf("{");
    print_field("name", column->name);
    (void)printf(", ");
    print_field("type", column->type_name);
    (void)printf(", \"kind\": \"%s\", \"width\": %zu, \"scale\": %d, \"nullable\": %s, "
                 "\"long\": %s}",
        kind_name(column->kind), column->width, column->scale,
        column->is_nullable ? "true" : "false", column->is_long ? "true" : "false");
}

static void
print_key(const struct table *table, const struct key *key)
{
    (void)printf("{");
    print_field("name", key->name);
    (void)printf(", \"primary\": %s, \"repeats\": %s, \"columns\": [",
        key->is_primary ? "true" : "false", key->may_repeat ? "true" : "false");
    for (size_t i = 0; i < key->column_count; i++) {
        const char *name = table->columns[key->columns[i]].name;

        (void)printf("%s", i > 0 ? ", " : "");
        print_text(name, strlen(name));
    }
    (void)printf("]}");
}

static void
print_table(const struct table *table)
{
    (void)printf("{");
    print_field("schema", table->schema);
    (void)printf(", ");
    print_field("name", table->name);
    (void)printf(", \"left_out\": %s, \"rows\": %lld, \"columns\": [",
        table->entry.left_out != NULL ? "true" : "false", (long long)table->row_estimate);
    for (size_t i = 0; i < table->column_count; i++) {
        (void)printf("%s", i > 0 ? ", " : "");
        print_column(&table->columns[i]);
    }
    (void)printf("], \"keys\": [");
    for (size_t i = 0; i < table->key_count; i++) {
        (void)printf("%s", i > 0 ? ", " : "");
        print_key(table, &table->keys[i]);
    }
    (void)printf("]}");
}

int
print_catalog(const struct catalog *catalog, int64_t duration_ms)
{
    (void)printf("{\"ms\": %lld, \"tables\": [", (long long)duration_ms);
    for (size_t i = 0; i < catalog->table_count; i++) {
        (void)printf("%s", i > 0 ? ", " : "");
        print_table(catalog->tables[i]);
    }
    (void)printf("]}\n");
    return 0;
}

int
print_identity(const struct source *source)
{
    const struct source_identity *identity = source_identity(source);

    (void)printf("{");
    print_field("product", identity->product);
    (void)printf(", ");
    print_field("version", identity->version);
    (void)printf(", ");
    print_field("driver", identity->driver);
    (void)printf(", ");
    print_field("host", identity->host);
    (void)printf(", \"port\": %d, ", identity->port);
    print_field("db_name", identity->db_name);
    (void)printf(", ");
    print_field("guid", identity->guid);
    (void)printf(", ");
    print_field("code_page", identity->code_page);
    (void)printf(", \"buffers_results\": %s}\n", source_buffers_results(source) ? "true" : "false");
    return 0;
}

void
print_rows(const struct table *table, const struct batch *batch)
{
    for (size_t r = 0; r < batch->row_count; r++) {
        (void)printf("[");
        for (size_t c = 0; c < batch->column_count; c++) {
            (void)printf("%s", c > 0 ? ", " : "");
            print_cell(&table->columns[c], &batch->cells[r * batch->column_count + c]);
        }
        (void)printf("]\n");
    }
}
