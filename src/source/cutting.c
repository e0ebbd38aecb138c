#include "source/cutting.h"

#include "base/text.h"

#include <string.h>

enum { CHARACTER_BYTES_MAX = 4 };

struct cutting_unit
cutting_unit(const char *code_page, bool counts_bytes)
{
    return (struct cutting_unit){
        .counts_bytes = counts_bytes,
        .is_utf8 = code_page != NULL && text_equal_nocase(code_page, "UTF-8"),
    };
}

static size_t
count_characters(const struct cell *value)
{
    size_t count = 0;

    for (size_t i = 0; i < value->size; i++)
        count += ((unsigned char)value->bytes[i] & 0xC0) != 0x80;
    return count;
}

// As many as the text may have in the database's code page.
static size_t
most_bytes(const struct cutting_unit *unit, const struct cell *value)
{
    size_t beyond_ascii = 0;
    size_t ascii = 0;

    if (unit->is_utf8)
        return value->size;
    for (size_t i = 0; i < value->size; i++) {
        ascii += (unsigned char)value->bytes[i] < 0x80;
        beyond_ascii += ((unsigned char)value->bytes[i] & 0xC0) == 0xC0;
    }
    return ascii + CHARACTER_BYTES_MAX * beyond_ascii;
}

bool
cutting_may_have_cut(const struct cutting_unit *unit, size_t width, const struct cell *value)
{
    if (value->bytes == NULL)
        return false;
    // Of a character that did not fit there is nothing.
    if (unit->counts_bytes)
        return most_bytes(unit, value) + CHARACTER_BYTES_MAX > width;
    return value->size >= width && count_characters(value) >= width;
}

bool
cutting_touches(const struct column *column)
{
    return column->kind == VALUE_TEXT && column->width > 0 && !column->is_long &&
           !column->is_row_id && (column_is_plain(column) || column_is_cut(column));
}

const struct column_way *
cutting_way(const struct table *table)
{
    const struct column_way *found = NULL;

    for (size_t i = 0; i < table->column_count; i++) {
        if (column_is_cut(&table->columns[i]) && (found == NULL || !found->counts_bytes))
            found = table->columns[i].way;
    }
    return found;
}

static bool
judge_row(const struct cutting_unit *unit, const struct table *table, struct cell *row)
{
    bool has_cut = false;

    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];

        if (!cutting_touches(column) || !cutting_may_have_cut(unit, column->width, &row[i]))
            continue;
        row[i] = (struct cell){ .bytes = NULL, .size = CELL_CUT };
        has_cut = true;
    }
    return has_cut;
}

void
cutting_judge(const struct cutting_unit *unit, const struct table *table, struct batch *batch)
{
    for (size_t r = 0; r < batch->row_count; r++) {
        if (judge_row(unit, table, &batch->cells[r * batch->column_count]))
            batch->has_cut = true;
    }
}
