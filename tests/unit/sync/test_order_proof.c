#include "model/key_choice.h"
#include "source/driver.h"
#include "sync/reader.h"

#include "../cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 64, COLUMNS = 2, READ_MAX = 256 };

// A source whose rows come in the order in which they stand here, whatever its comparison says of
// them: characters are compared by their codes.
struct shelf {
    struct source base; // first
    const char *rows[ROWS_MAX][COLUMNS];
    size_t row_count;
    size_t ends_after; // a result has so many rows at most; 0: all
    size_t statements;
    size_t counts; // of them
    bool refuses_counts;
    void (*before)(struct shelf *shelf); // each statement
};

struct shelf_cursor {
    struct cursor base; // first
    struct read_request request;
    struct key_position after; // the request's are gone when rows are fetched
    struct key_position up_to;
    struct cell after_values[COLUMNS];
    struct cell up_to_values[COLUMNS];
    size_t at;
    size_t given;
    struct batch batch;
    struct cell cells[ROWS_MAX * COLUMNS];
    char number[24];
};

static struct column columns[COLUMNS];
static uint16_t positions[] = { 0, 1 };
static struct key key;
static struct table table;
static struct shelf shelf;
static char *read_rows[READ_MAX];
static size_t read_count;

static int
compare_value(const struct read_request *request, size_t i, const char *own, struct cell value)
{
    size_t size = strlen(own) < value.size ? strlen(own) : value.size;
    int order = memcmp(own, value.bytes, size);

    if (order == 0)
        order = (strlen(own) > value.size) - (strlen(own) < value.size);
    return key_is_descending(request->key, i) ? -order : order;
}

static bool
is_after(const struct read_request *request, const char *const *row)
{
    const struct key_position *after = request->after;

    for (size_t i = 0; after != NULL && i < after->count; i++) {
        int order = compare_value(request, i, row[i], after->values[i]);

        if (i + 1 < after->count ? order != 0 : order <= 0)
            return false;
    }
    return true;
}

static bool
is_up_to(const struct read_request *request, const char *const *row)
{
    for (size_t i = 0; request->up_to != NULL && i < request->up_to->count; i++) {
        int order = compare_value(request, i, row[i], request->up_to->values[i]);

        if (order != 0)
            return order < 0;
    }
    return true;
}

static const struct key_position *
copy_position(const struct key_position *position, struct key_position *copy, struct cell *values)
{
    if (position == NULL)
        return NULL;
    memcpy(values, position->values, position->count * sizeof *values);
    *copy = (struct key_position){ .values = values, .count = position->count };
    return copy;
}

static bool
open_shelf(struct source *base, const struct read_request *request, struct cursor **opened,
    struct error *err)
{
    struct shelf *source = (struct shelf *)base;
    struct shelf_cursor *cursor;

    source->statements++;
    source->counts += request->is_count;
    if (source->before != NULL)
        source->before(source);
    if (request->is_count && source->refuses_counts)
        return error_set(err, ERROR_TABLE, "no counting here");
    cursor = calloc(1, sizeof *cursor);
    cursor->base.source = base;
    cursor->request = *request;
    cursor->request.after = copy_position(request->after, &cursor->after, cursor->after_values);
    cursor->request.up_to = copy_position(request->up_to, &cursor->up_to, cursor->up_to_values);
    cursor->batch.column_count = request->table->column_count;
    cursor->batch.cells = cursor->cells;
    *opened = &cursor->base;
    return true;
}

static const char *const *
next_row(struct shelf *source, struct shelf_cursor *cursor)
{
    const struct read_request *request = &cursor->request;

    while (cursor->at < source->row_count) {
        size_t place = request->is_backward ? source->row_count - 1 - cursor->at : cursor->at;
        const char *const *row = source->rows[place];

        cursor->at++;
        if (is_after(request, row) && is_up_to(request, row))
            return row;
    }
    return NULL;
}

static void
count_shelf(struct shelf *source, struct shelf_cursor *cursor)
{
    size_t count = 0;

    while (next_row(source, cursor) != NULL)
        count++;
    (void)snprintf(cursor->number, sizeof cursor->number, "%zu", count);
    cursor->cells[0] = (struct cell){ .bytes = cursor->number, .size = strlen(cursor->number) };
    cursor->batch.row_count = 1;
}

static bool
fetch_shelf(struct cursor *base, const struct batch **batch, struct error *err)
{
    struct shelf_cursor *cursor = (struct shelf_cursor *)base;
    struct shelf *source = (struct shelf *)base->source;
    const struct read_request *request = &cursor->request;
    const char *const *row;

    (void)err;
    cursor->batch.row_count = 0;
    *batch = &cursor->batch;
    if (request->is_count) {
        count_shelf(source, cursor);
        return true;
    }
    while (cursor->batch.row_count < request->batch_rows &&
           (request->row_limit == 0 || cursor->given < request->row_limit) &&
           (source->ends_after == 0 || cursor->given < source->ends_after) &&
           (row = next_row(source, cursor)) != NULL) {
        for (size_t i = 0; i < request->table->column_count; i++)
            cursor->cells[cursor->batch.row_count * request->table->column_count + i] =
                (struct cell){ .bytes = (char *)(uintptr_t)row[i], .size = strlen(row[i]) };
        cursor->batch.row_count++;
        cursor->given++;
    }
    return true;
}

static void
close_shelf(struct cursor *cursor)
{
    free(cursor);
}

static bool
is_alive(struct source *source)
{
    (void)source;
    return true;
}

static const struct source_driver driver = {
    .open_cursor = open_shelf,
    .fetch = fetch_shelf,
    .close_cursor = close_shelf,
    .is_alive = is_alive,
};

static void
set_table(enum column_order order, size_t column_count)
{
    for (size_t i = 0; i < COLUMNS; i++)
        columns[i] = (struct column){
            .name = i == 0 ? "a" : "b", .kind = VALUE_TEXT, .width = 10, .order = order
        };
    key = (struct key){ .name = "k", .columns = positions, .column_count = column_count };
    table = (struct table){
        .schema = "", .name = "t", .columns = columns, .column_count = column_count, .key = &key
    };
    memset(&shelf, 0, sizeof shelf);
    shelf.base.driver = &driver;
}

// "ab ac" are two rows of two columns.
static void
put_rows(const char *words)
{
    static char letters[ROWS_MAX * COLUMNS][2];

    shelf.row_count = 0;
    for (const char *p = words; *p != '\0'; p += strspn(p, " ")) {
        for (size_t i = 0; i < key.column_count; i++, p++) {
            char *letter = letters[shelf.row_count * COLUMNS + i];

            letter[0] = *p;
            letter[1] = '\0';
            shelf.rows[shelf.row_count][i] = letter;
        }
        shelf.row_count++;
    }
}

static void
forget_rows(void)
{
    for (size_t i = 0; i < read_count; i++)
        free(read_rows[i]);
    read_count = 0;
}

static void
take_batch(const struct batch *batch)
{
    for (size_t r = 0; r < batch->row_count; r++) {
        char *row = calloc(COLUMNS + 1, 1);

        for (size_t i = 0; i < batch->column_count; i++)
            row[i] = batch->cells[r * batch->column_count + i].bytes[0];
        assert_in_range(read_count, 0, READ_MAX - 1);
        read_rows[read_count++] = row;
    }
}

// Cut behind each batch, or never; false with the failure in err.
static bool
read_all(size_t batch_rows, bool is_cut, struct error *err)
{
    const struct reader_limits limits = { .batch_rows = batch_rows,
        .batch_bytes = 1000,
        .value_bytes = 1000,
        .max_transaction_s = is_cut ? 0 : 1000 };
    const struct batch *batch;
    struct reader reader;
    bool done;

    forget_rows();
    error_clear(err);
    reader_init(&reader, &shelf.base, &table, KEY_PART_NOT_NULL, &limits);
    reader_prove_order(&reader);
    do {
        done = reader_fetch(&reader, &batch, err);
        if (done)
            take_batch(batch);
    } while (done && batch->row_count > 0);
    reader_release(&reader);
    return done;
}

static const char *
rows_read(void)
{
    static char text[READ_MAX * (COLUMNS + 2)];
    size_t size = 0;

    text[0] = '\0';
    for (size_t i = 0; i < read_count; i++)
        size += (size_t)snprintf(
            text + size, sizeof text - size, "%s%s", i > 0 ? " " : "", read_rows[i]);
    return text;
}

static int
tear_down(void **state)
{
    (void)state;
    forget_rows();
    return 0;
}

static void
a_read_of_a_documented_key_costs_two_statements(void **state)
{
    struct error err;

    (void)state;
    set_table(ORDER_DOCUMENTED, 1);
    put_rows("a b c d e");
    assert_true(read_all(2, false, &err));
    assert_string_equal(rows_read(), "a b c d e");
    assert_int_equal(shelf.statements, 2); // the largest key, and the rows
    assert_true(read_all(2, true, &err));
    assert_string_equal(rows_read(), "a b c d e");
    assert_int_equal(shelf.counts, 0);
}

static void
an_order_that_loses_rows_at_a_cut_is_found_before_it_is_relied_on(void **state)
{
    struct error err;

    (void)state;
    set_table(ORDER_UNPROVED, 1);
    put_rows("c d a b e");
    assert_false(read_all(2, true, &err));
    assert_int_equal(err.retry, RETRY_BY_OTHER_KEY);
    assert_string_equal(rows_read(), "c d");
}

static void
an_order_that_is_right_at_first_is_found_at_the_end(void **state)
{
    struct error err;

    (void)state;
    set_table(ORDER_UNPROVED, 1);
    put_rows("a b e f c d g h");
    assert_false(read_all(2, true, &err));
    assert_int_equal(err.retry, RETRY_BY_OTHER_KEY);
}

static void
a_false_order_does_no_harm_to_a_read_that_is_not_cut(void **state)
{
    struct error err;

    (void)state;
    set_table(ORDER_UNPROVED, 1);
    put_rows("c d a b e");
    assert_true(read_all(2, false, &err));
    assert_string_equal(rows_read(), "c d a b e");
    assert_int_equal(shelf.counts, 0);
}

// D comes twice and B never: whoever has the rows finds the key that is doubled.
static void
equal_counts_leave_a_key_that_is_doubled(void **state)
{
    struct error err;

    (void)state;
    set_table(ORDER_UNPROVED, 1);
    put_rows("A D C B E");
    assert_true(read_all(3, true, &err));
    assert_string_equal(rows_read(), "A D C D E");
}

static void
a_true_order_is_proved_by_counts(void **state)
{
    struct error err;

    (void)state;
    set_table(ORDER_UNPROVED, 2);
    put_rows("ax ay bx by bz cx cy");
    for (size_t rows = 1; rows <= 8; rows++) {
        assert_true(read_all(rows, true, &err));
        assert_string_equal(rows_read(), "ax ay bx by bz cx cy");
    }
    key.descending = 1;
    put_rows("cx cy bx by bz ax ay");
    for (size_t rows = 1; rows <= 8; rows++) {
        assert_true(read_all(rows, true, &err));
        assert_string_equal(rows_read(), "cx cy bx by bz ax ay");
    }
    key.descending = 3;
    put_rows("cy cx bz by bx ay ax");
    for (size_t rows = 1; rows <= 8; rows++) {
        assert_true(read_all(rows, true, &err));
        assert_string_equal(rows_read(), "cy cx bz by bx ay ax");
    }
}

static void
an_order_that_nobody_counts_is_not_proved(void **state)
{
    struct error err;

    (void)state;
    set_table(ORDER_UNPROVED, 1);
    put_rows("a b c d e");
    shelf.refuses_counts = true;
    assert_false(read_all(2, true, &err));
    assert_int_equal(err.retry, RETRY_BY_OTHER_KEY);
}

static void
a_result_that_ends_early_is_read_on(void **state)
{
    static const enum column_order orders[] = { ORDER_DOCUMENTED, ORDER_UNPROVED };
    struct error err;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        for (size_t ends = 1; ends <= 8; ends++) {
            set_table(orders[i], 2);
            put_rows("ax ay bx by bz cx cy");
            shelf.ends_after = ends;
            assert_true(read_all(2, ends % 2 == 0, &err));
            assert_string_equal(rows_read(), "ax ay bx by bz cx cy");
        }
    }
}

// Each statement finds one row more than the one before.
static void
grow(struct shelf *source)
{
    static char letters[ROWS_MAX][2];
    char *letter = letters[source->row_count];

    assert_in_range(source->row_count, 0, ROWS_MAX - 1);
    letter[0] = (char)('0' + source->row_count);
    letter[1] = '\0';
    source->rows[source->row_count++][0] = letter;
}

static void
a_table_that_only_grows_is_not_read_for_ever(void **state)
{
    struct error err;

    (void)state;
    set_table(ORDER_DOCUMENTED, 1);
    put_rows("0 1 2 3 4");
    shelf.before = grow;
    assert_true(read_all(4, false, &err));
    // The largest key was 5; what was there when the statement was opened came with it.
    assert_string_equal(rows_read(), "0 1 2 3 4 5 6");
    assert_in_range(shelf.statements, 2, 4);
}

static void
lose_last(struct shelf *source)
{
    if (source->statements == 2)
        source->row_count--;
}

static void
a_last_row_that_is_deleted_is_not_waited_for(void **state)
{
    struct error err;

    (void)state;
    set_table(ORDER_DOCUMENTED, 2);
    put_rows("ax ay bx by");
    shelf.before = lose_last;
    assert_true(read_all(4, false, &err));
    assert_string_equal(rows_read(), "ax ay bx");
    assert_in_range(shelf.statements, 3, 4);
}

// A row behind the cut goes between the two counts: what differs is what moves.
static void
lose_a_row_while_counting(struct shelf *source)
{
    if (source->counts == 1 && source->row_count == 6) {
        memmove(source->rows, source->rows + 1, 5 * sizeof source->rows[0]);
        source->row_count--;
    }
    if (source->counts == 2 && source->row_count == 5) {
        memmove(source->rows, source->rows + 1, 4 * sizeof source->rows[0]);
        source->row_count--;
    }
}

static void
a_table_that_is_written_to_is_not_condemned_for_what_moved(void **state)
{
    struct error err;

    (void)state;
    set_table(ORDER_UNPROVED, 1);
    put_rows("a b c d e f");
    shelf.before = lose_a_row_while_counting;
    // The last count differs from the rows that came by those that went before the first cut.
    (void)read_all(3, true, &err);
    assert_int_equal(read_count >= 3, 1);
    assert_in_range(shelf.counts, 3, 6);
}

#define TEST(name) cmocka_unit_test_teardown(name, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_read_of_a_documented_key_costs_two_statements),
        TEST(an_order_that_loses_rows_at_a_cut_is_found_before_it_is_relied_on),
        TEST(an_order_that_is_right_at_first_is_found_at_the_end),
        TEST(a_false_order_does_no_harm_to_a_read_that_is_not_cut),
        TEST(equal_counts_leave_a_key_that_is_doubled),
        TEST(a_true_order_is_proved_by_counts),
        TEST(an_order_that_nobody_counts_is_not_proved),
        TEST(a_result_that_ends_early_is_read_on),
        TEST(a_table_that_only_grows_is_not_read_for_ever),
        TEST(a_last_row_that_is_deleted_is_not_waited_for),
        TEST(a_table_that_is_written_to_is_not_condemned_for_what_moved),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
