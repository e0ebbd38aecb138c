#include "fake_driver.h"

#include "../unit/cmocka_all.h"

#include <stdio.h>
#include <string.h>

void
fake_table_init(struct fake_table *table, const char *const *names, size_t column_count,
    size_t key_count, enum column_order order)
{
    assert_in_range(column_count, 1, FAKE_COLUMNS_MAX);
    memset(table, 0, sizeof *table);
    arena_init(&table->arena);
    for (size_t i = 0; i < column_count; i++) {
        table->columns[i] = (struct column){ .name = names[i],
            .target_name = names[i],
            .type_name = "varchar(10)",
            .kind = VALUE_TEXT,
            .width = 10,
            .scale = -1,
            .order = order };
        table->key_columns[i] = (uint16_t)i;
    }
    table->key =
        (struct key){ .name = "k", .columns = table->key_columns, .column_count = key_count };
    table->table = (struct table){ .schema = "",
        .name = "t",
        .target_name = "t",
        .columns = table->columns,
        .column_count = column_count,
        .key = key_count > 0 ? &table->key : NULL,
        .row_estimate = -1 };
    table->rows = arena_calloc(&table->arena, FAKE_ROWS_MAX, sizeof *table->rows);
}

void
fake_table_release(struct fake_table *table)
{
    arena_release(&table->arena);
}

struct fake_row *
fake_table_add(struct fake_table *table, const char *words)
{
    struct fake_row *row = &table->rows[table->row_count];

    assert_in_range(table->row_count, 0, FAKE_ROWS_MAX - 1);
    *row = (struct fake_row){ .id = (int64_t)++table->row_count };
    for (size_t i = 0; i < table->table.column_count; i++) {
        size_t size = strcspn(words, " ");
        const char *word = arena_strndup(&table->arena, words, size);

        row->values[i] = strcmp(word, "~") == 0 ? NULL : word;
        words += size + (words[size] == ' ');
    }
    assert_string_equal(words, "");
    return row;
}

void
fake_table_fill(struct fake_table *table, size_t count)
{
    for (size_t r = 0; r < count; r++) {
        char words[8 + 2 * FAKE_COLUMNS_MAX];
        int size = snprintf(words, sizeof words, "%04zu", table->row_count + 1);

        for (size_t i = 1; i < table->table.column_count; i++)
            size += snprintf(words + size, sizeof words - (size_t)size, " %c", (char)('a' + i - 1));
        (void)fake_table_add(table, words);
    }
}

void
fake_append_rows(struct buffer *text, const struct batch *batch)
{
    for (size_t r = 0; r < batch->row_count; r++) {
        (void)buffer_append_text(text, text->size > 0 ? "|" : "");
        for (size_t i = 0; i < batch->column_count; i++) {
            const struct cell *cell = &batch->cells[r * batch->column_count + i];

            (void)buffer_append_text(text, i > 0 ? " " : "");
            if (cell->bytes != NULL)
                (void)buffer_append(text, cell->bytes, cell->size);
            else if (cell->size > 0)
                (void)buffer_printf(text, "#%zu", cell->size);
            else
                (void)buffer_append_text(text, "~");
        }
    }
}
