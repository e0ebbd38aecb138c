#include "fake_driver.h"

#include "base/mem.h"
#include "base/text.h"
#include "model/column_way.h"
#include "model/key_choice.h"

#include "../unit/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct fake_cursor {
    struct cursor base; // first
    struct read_request request;
    int places[FAKE_ITEMS_MAX];     // of its columns in the table; ROW_ID_PLACE: the id
    const struct fake_row **chosen; // the rows that it was opened for
    size_t chosen_count;
    size_t checked; // of them: fetched by the source without a failure
    size_t given;
    struct batch batch;
    struct cell *cells;
    char (*numbers)[24]; // ids, and a count
};

enum { ROW_ID_PLACE = -1 };

static struct fake_source *next_to_open;

// ---- which rows ---------------------------------------------------------------------------------

static int
find_place(const struct fake_table *table, const struct column *column)
{
    for (size_t i = 0; i < table->table.column_count && !column->is_row_id; i++) {
        if (strcmp(table->table.columns[i].name, column->name) == 0)
            return (int)i;
    }
    assert_true(column->is_row_id);
    return ROW_ID_PLACE;
}

static const char *
key_value(const struct fake_source *source, const struct read_request *request,
    const struct fake_row *row, size_t i)
{
    const struct column *column = &request->table->columns[request->key->columns[i]];

    return row->values[find_place(source->table, column)];
}

static int
compare_value(
    const struct read_request *request, size_t i, const char *own, const struct cell *value)
{
    size_t size = strlen(own);
    int order = memcmp(own, value->bytes, size < value->size ? size : value->size);

    if (order == 0)
        order = (size > value->size) - (size < value->size);
    return key_is_descending(request->key, i) ? -order : order;
}

static bool
is_equal(const struct fake_source *source, const char *own, const struct cell *value)
{
    if (own == NULL || value->bytes == NULL)
        return own == NULL && value->bytes == NULL;
    return strlen(own) == value->size &&
           (source->folds_case ? strncasecmp(own, value->bytes, value->size)
                               : memcmp(own, value->bytes, value->size)) == 0;
}

static bool
has_key(const struct fake_source *source, const struct read_request *request,
    const struct fake_row *row, const struct key_position *position)
{
    for (size_t i = 0; i < position->count; i++) {
        if (!is_equal(source, key_value(source, request, row, i), &position->values[i]))
            return false;
    }
    return true;
}

static bool
is_after(const struct fake_source *source, const struct read_request *request,
    const struct fake_row *row)
{
    const struct key_position *after = request->after;

    for (size_t i = 0; after != NULL && i < after->count; i++) {
        int order =
            compare_value(request, i, key_value(source, request, row, i), &after->values[i]);

        if (i + 1 < after->count ? order != 0 : order <= 0)
            return false;
    }
    return true;
}

// Of its whole key with that of the position.
static int
compare_key(const struct fake_source *source, const struct read_request *request,
    const struct fake_row *row, const struct key_position *position)
{
    int order = 0;

    for (size_t i = 0; order == 0 && i < position->count; i++)
        order = compare_value(request, i, key_value(source, request, row, i), &position->values[i]);
    return order;
}

static bool
is_within(const struct fake_source *source, const struct read_request *request,
    const struct fake_row *row)
{
    return (request->beyond == NULL || compare_key(source, request, row, request->beyond) > 0) &&
           (request->up_to == NULL || compare_key(source, request, row, request->up_to) <= 0);
}

static bool
is_in_part(const struct fake_source *source, const struct read_request *request,
    const struct fake_row *row)
{
    bool has_null = false;

    if (request->part == KEY_PART_ALL)
        return true;
    if (request->part == KEY_PART_EQUAL)
        return has_key(source, request, row, request->after);
    for (size_t i = 0; i < request->key->column_count; i++)
        has_null = has_null || key_value(source, request, row, i) == NULL;
    if (request->part == KEY_PART_WITH_NULL)
        return has_null;
    return !has_null && is_after(source, request, row) && is_within(source, request, row);
}

static bool
is_excepted(const struct fake_source *source, const struct read_request *request,
    const struct fake_row *row)
{
    for (size_t i = 0; i < request->except_count; i++) {
        if (has_key(source, request, row, &request->except[i]))
            return true;
    }
    return false;
}

static bool
is_among(const struct row_ids *rows, int64_t id)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (rows->ids[i] == id)
            return true;
    }
    return false;
}

static bool
meets_ids(const struct read_request *request, const struct fake_row *row)
{
    if (request->only_ids.count > 0 && (row->is_lost || !is_among(&request->only_ids, row->id)))
        return false;
    return !is_among(&request->except_ids, row->id);
}

static void
choose_rows(struct fake_cursor *cursor, struct fake_source *source)
{
    const struct read_request *request = &cursor->request;
    const struct fake_table *table = source->table;
    size_t limit = FAKE_ROWS_MAX;

    // A count is a result of one row.
    if (source->ends_after > 0 && !request->is_count)
        limit = source->ends_after;
    if (request->row_limit > 0 && request->row_limit < limit)
        limit = request->row_limit;
    cursor->chosen = mem_calloc(table->row_count + 1, sizeof *cursor->chosen);
    for (size_t i = 0; i < table->row_count && cursor->chosen_count < limit; i++) {
        const struct fake_row *row =
            &table->rows[request->is_backward ? table->row_count - 1 - i : i];

        if (is_in_part(source, request, row) && !is_excepted(source, request, row) &&
            meets_ids(request, row))
            cursor->chosen[cursor->chosen_count++] = row;
    }
}

// ---- a statement --------------------------------------------------------------------------------

static bool
fail_as_told(size_t at, size_t count, const struct error *failure, struct error *err)
{
    if (at != count)
        return false;
    *err = *failure;
    return true;
}

static bool
refuses(const struct fake_source *source, const struct read_request *request)
{
    return (request->is_count && source->refuses_counts) ||
           (source->refuses_ids && request->only_ids.count > 0) ||
           (source->refuses_without && request->except_ids.count > 0);
}

static bool
fake_open_cursor(struct source *base, const struct read_request *request, struct cursor **opened,
    struct error *err)
{
    struct fake_source *source = (struct fake_source *)base;
    size_t column_count = request->table->column_count;
    struct fake_cursor *cursor;

    source->statements++;
    source->counts += request->is_count;
    if (source->before != NULL)
        source->before(source, request);
    if (fail_as_told(source->fails_at_statement, source->statements, &source->failure, err))
        return false;
    if (refuses(source, request))
        return error_set(err, ERROR_TABLE, "no such statement here");
    assert_in_range(column_count, 1, FAKE_ITEMS_MAX);
    assert_in_range(request->batch_rows, 1, 100000);
    cursor = mem_calloc(1, sizeof *cursor);
    cursor->base.source = base;
    cursor->request = *request;
    for (size_t i = 0; i < column_count; i++)
        cursor->places[i] = find_place(source->table, &request->table->columns[i]);
    choose_rows(cursor, source);
    cursor->batch.column_count = column_count;
    cursor->cells = mem_calloc((cursor->chosen_count + 1) * column_count, sizeof *cursor->cells);
    cursor->numbers = mem_calloc(cursor->chosen_count + 1, sizeof *cursor->numbers);
    source->open_cursors++;
    *opened = &cursor->base;
    return true;
}

static void
fake_close_cursor(struct cursor *base)
{
    struct fake_cursor *cursor = (struct fake_cursor *)base;

    ((struct fake_source *)base->source)->open_cursors--;
    free(cursor->chosen);
    free(cursor->cells);
    free(cursor->numbers);
    free(cursor);
}

static bool
fail_for_value(struct fake_source *source, const struct fake_cursor *cursor, size_t i,
    enum fake_value state, struct error *err)
{
    const struct table *table = cursor->request.table;

    (void)error_set(err, ERROR_TABLE, "a value is damaged");
    if (state == FAKE_NAMED)
        source->base.trouble.column = (int)i;
    if (state == FAKE_TOO_WIDE) {
        (void)error_set(err, ERROR_TABLE,
            "Column %s in table PUB.%s has value exceeding its max length or precision.",
            table->columns[i].name, table->name);
        err->native_code = -210012;
    }
    return false;
}

static bool
gets_past(const struct fake_source *source, const struct column *column)
{
    if (column->expression == 0 || source->expressions == FAKE_REFUSES)
        return false;
    return (source->expressions == FAKE_SLICES) == (column->way->kind == WAY_SLICES) ||
           source->expressions == FAKE_CUTS;
}

// The source has a row.
static bool
check_row(struct fake_source *source, const struct fake_cursor *cursor, const struct fake_row *row,
    struct error *err)
{
    for (size_t i = 0; i < cursor->batch.column_count && !cursor->request.is_count; i++) {
        int place = cursor->places[i];

        if (place == ROW_ID_PLACE || row->states[place] == FAKE_READABLE ||
            gets_past(source, &cursor->request.table->columns[i]) ||
            (row->states[place] == FAKE_TOO_WIDE && source->cuts_wide))
            continue;
        return fail_for_value(source, cursor, i, row->states[place], err);
    }
    return true;
}

// It fetches a block of them; with one that fails all are lost.
static bool
check_block(struct fake_source *source, struct fake_cursor *cursor, struct error *err)
{
    size_t block = source->block > 0 ? source->block : cursor->request.block_rows;
    size_t end;

    if (block == 0)
        block = cursor->request.batch_rows;
    end = cursor->checked + block;
    if (end > cursor->chosen_count)
        end = cursor->chosen_count;
    for (size_t i = cursor->checked; i < end; i++) {
        if (!check_row(source, cursor, cursor->chosen[i], err))
            return false;
    }
    cursor->checked = end;
    return true;
}

static struct cell
text_cell(const char *text)
{
    return (struct cell){ .bytes = text, .size = text != NULL ? strlen(text) : 0 };
}

static struct cell
show_expression(const struct fake_source *source, const struct column *column, struct cell value)
{
    const struct column_way *way = column->way;
    size_t from = way->kind == WAY_SLICES ? column_way_begin(way, column->expression - 1) : 0;
    size_t most = way->kind == WAY_SLICES ? way->slice_width : value.size;

    if (source->expressions == FAKE_SPOILS && value.size > 0 && value.size <= column->width)
        return text_cell("spoiled");
    if (source->expressions == FAKE_CUTS && value.size > way->declared_width)
        value.size = way->declared_width;
    if (value.bytes == NULL)
        return value;
    from = from < value.size ? from : value.size;
    value.bytes += from;
    value.size -= from;
    value.size = value.size < most ? value.size : most;
    return value;
}

static struct cell
show_value(const struct fake_source *source, struct fake_cursor *cursor, const struct fake_row *row,
    size_t i)
{
    int place = cursor->places[i];
    struct cell cell;
    size_t most;

    if (strchr(cursor->request.table->columns[i].name, '\'') != NULL)
        return text_cell(strstr(cursor->request.table->columns[i].name, "''") != NULL ? "" : "a  ");
    if (place == ROW_ID_PLACE) {
        char *number = cursor->numbers[cursor->given];

        (void)snprintf(number, sizeof *cursor->numbers, "%lld", (long long)row->id);
        return text_cell(number);
    }
    cell = text_cell(row->values[place]);
    if (cursor->request.table->columns[i].expression > 0)
        return show_expression(source, &cursor->request.table->columns[i], cell);
    most = row->states[place] == FAKE_TOO_WIDE ? source->table->table.columns[place].width
                                               : source->shown_bytes;
    if (most > 0 && cell.size > most)
        cell.size = most;
    if (cell.bytes != NULL && cell.size > cursor->request.value_bytes) {
        cell.bytes = NULL;
        cursor->batch.has_too_long = true;
    }
    return cell;
}

static void
give_row(const struct fake_source *source, struct fake_cursor *cursor)
{
    const struct fake_row *row = cursor->chosen[cursor->given];
    struct batch *batch = &cursor->batch;

    for (size_t i = 0; i < batch->column_count; i++) {
        struct cell *cell = &batch->cells[batch->row_count * batch->column_count + i];

        *cell = show_value(source, cursor, row, i);
        batch->size_bytes += cell->size;
    }
    batch->row_count++;
    cursor->given++;
}

// As a server does that looks at values when it compares them.
static bool
check_count(struct fake_source *source, const struct fake_cursor *cursor, struct error *err)
{
    const struct read_request *request = &cursor->request;

    for (size_t r = 0; source->counts_values && r < cursor->chosen_count; r++) {
        for (size_t i = 0; i < request->key->column_count; i++) {
            size_t column = request->key->columns[i];
            int place = find_place(source->table, &request->table->columns[column]);
            enum fake_value state = cursor->chosen[r]->states[place];

            if (state != FAKE_READABLE)
                return fail_for_value(source, cursor, column, state, err);
        }
    }
    return true;
}

static void
give_count(struct fake_cursor *cursor)
{
    if (cursor->given++ > 0)
        return;
    (void)snprintf(cursor->numbers[0], sizeof *cursor->numbers, "%zu", cursor->chosen_count);
    cursor->cells[0] = text_cell(cursor->numbers[0]);
    cursor->batch.row_count = 1;
}

static bool
fake_fetch(struct cursor *base, const struct batch **batch, struct error *err)
{
    struct fake_cursor *cursor = (struct fake_cursor *)base;
    struct fake_source *source = (struct fake_source *)base->source;
    const struct read_request *request = &cursor->request;

    source->fetches++;
    if (fail_as_told(source->fails_at_fetch, source->fetches, &source->failure, err))
        return false;
    cursor->batch =
        (struct batch){ .cells = cursor->cells, .column_count = cursor->batch.column_count };
    *batch = &cursor->batch;
    if (request->is_count) {
        if (!check_count(source, cursor, err))
            return false;
        give_count(cursor);
        return true;
    }
    if (cursor->given == cursor->checked && !check_block(source, cursor, err))
        return false;
    while (cursor->given < cursor->checked && cursor->batch.row_count < request->batch_rows &&
           (cursor->batch.row_count == 0 || cursor->batch.size_bytes < request->batch_bytes))
        give_row(source, cursor);
    base->is_ahead =
        source->reads_ahead && !base->is_ending && cursor->given < cursor->chosen_count;
    return true;
}

// ---- the rest of a door -------------------------------------------------------------------------

static bool
fake_open(const struct source_settings *settings, struct source **source, struct error *err)
{
    *source = next_to_open != NULL ? &next_to_open->base : NULL;
    if (next_to_open == NULL)
        return error_set(err, ERROR_SOURCE, "nobody is there");
    next_to_open->cuts_wide = settings->truncates;
    next_to_open = NULL;
    return true;
}

static void
fake_close(struct source *base)
{
    ((struct fake_source *)base)->closes++;
}

static void
fake_cancel(struct source *base)
{
    (void)base; // who cancelled is told by source.c
}

static bool
fake_is_alive(struct source *base)
{
    return !((struct fake_source *)base)->is_dead;
}

static void
fake_read_limits(struct source *base, struct source_limits *limits)
{
    (void)base;
    *limits = (struct source_limits){ .columns = FAKE_COLUMNS_MAX };
}

static const char *
fake_ask(struct source *base, const char *sql)
{
    struct fake_source *source = (struct fake_source *)base;

    (void)sql;
    source->counts++;
    if (source->before != NULL)
        source->before(source, NULL);
    return source->refuses_counts
               ? ""
               : arena_printf(&source->table->arena, "%zu", source->table->row_count);
}

static void
fake_append_count(const struct source *base, struct buffer *sql, const struct table *table)
{
    (void)base;
    (void)buffer_printf(sql, "SELECT COUNT(*) FROM %s", table->name);
}

static bool
fake_read_catalog(struct source *base, const struct table_filter *filter, struct arena *arena,
    struct catalog *catalog, struct error *err)
{
    struct fake_source *source = (struct fake_source *)base;

    (void)filter;
    (void)err;
    *catalog = (struct catalog){ .tables = arena_calloc(arena, 1, sizeof *catalog->tables),
        .table_count = 1 };
    catalog->tables[0] = &source->table->table;
    return true;
}

static const struct source_driver fake_source_driver = {
    .open = fake_open,
    .close = fake_close,
    .cancel = fake_cancel,
    .is_alive = fake_is_alive,
    .read_limits = fake_read_limits,
    .ask = fake_ask,
    .append_count = fake_append_count,
    .read_catalog = fake_read_catalog,
    .open_cursor = fake_open_cursor,
    .fetch = fake_fetch,
    .close_cursor = fake_close_cursor,
};

// The linker puts it in the place of source_open (--wrap): no door is picked by settings.
bool __wrap_source_open(
    const struct source_settings *settings, struct source **source, struct error *err);

bool
__wrap_source_open(
    const struct source_settings *settings, struct source **source, struct error *err)
{
    return fake_source_driver.open(settings, source, err);
}

void
fake_source_init(struct fake_source *source, struct fake_table *table)
{
    static const struct source_settings settings = { .port = 0 };

    memset(source, 0, sizeof *source);
    source->base.cutting.settings = &settings;
    source->base.driver = &fake_source_driver;
    source->base.identity.product = "Fake";
    source->base.trouble.column = -1;
    source->table = table;
}

void
fake_source_opens(struct fake_source *source)
{
    next_to_open = source;
}
