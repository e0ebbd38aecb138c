#include "read/reader.h"

#include "../../support/fake_driver.h"
#include "../cmocka_all.h"

#include <stdio.h>
#include <string.h>

static const char *const names[] = { "a", "b", "c" };
static const struct reader_limits roomy = {
    .batch_rows = 2,
    .batch_bytes = 1000,
    .value_bytes = 1000,
    .row_id_bytes = 1000,
    .page_bytes = 100000,
    .max_transaction_s = 1000,
};

static struct fake_table table;
static struct fake_source source;
static struct reader_limits limits;
static struct buffer rows;
static struct error err;

static int
set_up(void **state)
{
    (void)state;
    buffer_init(&rows, 1024 * 1024);
    error_clear(&err);
    limits = roomy;
    fake_table_init(&table, names, 3, 2, ORDER_DOCUMENTED);
    fake_source_init(&source, &table);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    buffer_release(&rows);
    fake_table_release(&table);
    return source.open_cursors > 0;
}

static void
put_rows(void)
{
    (void)fake_table_add(&table, "a x 1");
    (void)fake_table_add(&table, "a y 2");
    (void)fake_table_add(&table, "b x 3");
    (void)fake_table_add(&table, "b y 4");
    (void)fake_table_add(&table, "b z 5");
    (void)fake_table_add(&table, "c x 6");
}

#define ALL_ROWS "a x 1|a y 2|b x 3|b y 4|b z 5|c x 6"

static bool
read_on(struct reader *reader)
{
    const struct batch *batch;
    bool done;

    do {
        done = reader_fetch(reader, &batch, &err);
        if (done)
            fake_append_rows(&rows, batch);
    } while (done && batch->row_count > 0);
    return done;
}

// Rows that were read stay in `rows`.
static bool
read_part(enum key_part part)
{
    struct reader reader;
    bool done;

    buffer_clear(&rows);
    error_clear(&err);
    reader_init(&reader, &source.base, &table.table, &(struct part_rows){ .kind = part }, &limits);
    done = read_on(&reader);
    reader_release(&reader);
    assert_int_equal(source.open_cursors, 0);
    return done;
}

// ---- what goes wrong ----------------------------------------------------------------------------

static void
a_statement_that_is_refused_fails_the_read(void **state)
{
    (void)state;
    put_rows();
    source.fails_at_statement = 1;
    (void)error_set(&source.failure, ERROR_TABLE, "no right to read it");
    assert_false(read_part(KEY_PART_NOT_NULL));
    assert_int_equal(err.kind, ERROR_TABLE);
    assert_int_equal(err.side, ERROR_SIDE_SOURCE);
    assert_string_equal(buffer_text(&rows), "");
}

static void
a_connection_that_is_lost_fails_the_read_for_later_at_each_fetch(void **state)
{
    (void)state;
    put_rows();
    source.is_dead = true;
    (void)error_set(&source.failure, ERROR_TABLE, "the connection is broken");
    for (size_t at = 1; at <= 4; at++) {
        source.fetches = 0;
        source.fails_at_fetch = at;
        assert_false(read_part(KEY_PART_NOT_NULL));
        assert_int_equal(err.kind, ERROR_SOURCE);
        assert_int_equal(err.retry, RETRY_LATER);
        assert_true(
            buffer_text(&rows)[0] == '\0' || strncmp(buffer_text(&rows), ALL_ROWS, rows.size) == 0);
    }
}

static void
a_value_that_cannot_be_read_fails_who_does_not_read_around_it(void **state)
{
    (void)state;
    put_rows();
    table.rows[3].states[2] = FAKE_UNREADABLE;
    assert_false(read_part(KEY_PART_NOT_NULL));
    assert_int_equal(err.kind, ERROR_DATA);
    assert_int_equal(err.retry, RETRY_NEVER);
    assert_string_equal(buffer_text(&rows), "a x 1|a y 2");
}

static void
a_value_without_room_asks_for_room(void **state)
{
    (void)state;
    put_rows();
    (void)fake_table_add(&table, "d x 0123456789");
    limits.value_bytes = 9;
    for (int part = KEY_PART_ALL; part <= KEY_PART_NOT_NULL; part++) {
        assert_false(read_part((enum key_part)part));
        assert_int_equal(err.kind, ERROR_DATA);
        assert_int_equal(err.retry, RETRY_WITH_ROOM);
        assert_string_equal(buffer_text(&rows), ALL_ROWS);
    }
}

static void
a_value_without_room_comes_by_its_size_where_there_is_no_more(void **state)
{
    (void)state;
    put_rows();
    (void)fake_table_add(&table, "d x 0123456789");
    limits.value_bytes = 9;
    limits.is_large = true;
    assert_true(read_part(KEY_PART_NOT_NULL));
    assert_string_equal(buffer_text(&rows), ALL_ROWS "|d x #10");
}

static void
a_null_where_the_key_is_declared_to_have_none_is_not_gone_on_after(void **state)
{
    struct reader reader;
    const struct cell after[] = { { .bytes = "a", .size = 1 }, { .bytes = NULL } };

    (void)state;
    put_rows();
    reader_init(&reader, &source.base, &table.table,
        &(struct part_rows){ .kind = KEY_PART_NOT_NULL }, &limits);
    assert_true(reader_start_after(&reader, after, &err));
    assert_false(read_on(&reader));
    reader_release(&reader);
    assert_int_equal(err.kind, ERROR_TABLE);
    assert_non_null(strstr(err.message, "\"b\""));
    assert_non_null(strstr(err.hint, "mirror_settings.tables"));
    assert_int_equal(source.statements, 0);
}

// The source compares all three bytes of it, and shows two.
static void
a_key_that_is_shown_shorter_than_it_is_compared_is_not_gone_on_after(void **state)
{
    (void)state;
    (void)fake_table_add(&table, "aaa x 1");
    (void)fake_table_add(&table, "aab x 2");
    (void)fake_table_add(&table, "aac x 3");
    source.shown_bytes = 2;
    limits.max_transaction_s = 0;
    limits.batch_rows = 1;
    assert_false(read_part(KEY_PART_NOT_NULL));
    assert_int_equal(err.kind, ERROR_TABLE);
    assert_int_equal(err.retry, RETRY_BY_OTHER_KEY);
    assert_non_null(strstr(err.message, "column \"a\""));
    assert_string_equal(buffer_text(&rows), "aa x 1");
}

static void
a_read_in_any_order_that_takes_too_long_is_begun_in_key_order(void **state)
{
    (void)state;
    put_rows();
    limits.max_transaction_s = 0;
    assert_false(read_part(KEY_PART_ALL));
    assert_int_equal(err.kind, ERROR_DATA);
    assert_int_equal(err.retry, RETRY_IN_ORDER);
}

static void
a_read_in_any_order_goes_on_where_no_key_could_continue_it(void **state)
{
    (void)state;
    put_rows();
    limits.max_transaction_s = 0;
    table.key.may_repeat = true;
    assert_true(read_part(KEY_PART_ALL));
    assert_string_equal(buffer_text(&rows), ALL_ROWS);
    table.table.key = NULL;
    assert_true(read_part(KEY_PART_ALL));
    assert_string_equal(buffer_text(&rows), ALL_ROWS);
    assert_int_equal(source.statements, 2);
}

// ---- cuts ---------------------------------------------------------------------------------------

static void
an_empty_table_is_read_to_its_end(void **state)
{
    (void)state;
    for (int part = KEY_PART_ALL; part <= KEY_PART_WITH_NULL; part++) {
        assert_true(read_part((enum key_part)part));
        assert_string_equal(buffer_text(&rows), "");
    }
}

static void
a_read_that_is_cut_behind_each_batch_loses_no_row_and_meets_none_twice(void **state)
{
    (void)state;
    put_rows();
    limits.max_transaction_s = 0;
    for (size_t batch = 1; batch <= 7; batch++) {
        for (size_t keys = 2; keys <= 3; keys++) {
            table.key.column_count = keys;
            limits.batch_rows = batch;
            assert_true(read_part(KEY_PART_NOT_NULL));
            assert_string_equal(buffer_text(&rows), ALL_ROWS);
        }
    }
}

static void
a_read_that_is_cut_follows_keys_that_are_kept_from_large_to_small(void **state)
{
    (void)state;
    table.key.descending = 2;
    (void)fake_table_add(&table, "a y 1");
    (void)fake_table_add(&table, "a x 2");
    (void)fake_table_add(&table, "b z 3");
    (void)fake_table_add(&table, "b y 4");
    (void)fake_table_add(&table, "b x 5");
    limits.max_transaction_s = 0;
    for (size_t batch = 1; batch <= 6; batch++) {
        limits.batch_rows = batch;
        assert_true(read_part(KEY_PART_NOT_NULL));
        assert_string_equal(buffer_text(&rows), "a y 1|a x 2|b z 3|b y 4|b x 5");
    }
}

static void
a_read_goes_on_exactly_behind_a_position(void **state)
{
    static const char *const rest[] = { "a y 2|b x 3|b y 4|b z 5|c x 6", "b x 3|b y 4|b z 5|c x 6",
        "b y 4|b z 5|c x 6", "b z 5|c x 6", "c x 6", "" };

    (void)state;
    put_rows();
    for (size_t i = 0; i < table.row_count; i++) {
        const struct cell after[] = { { .bytes = table.rows[i].values[0], .size = 1 },
            { .bytes = table.rows[i].values[1], .size = 1 } };
        struct reader reader;

        buffer_clear(&rows);
        reader_init(&reader, &source.base, &table.table,
            &(struct part_rows){ .kind = KEY_PART_NOT_NULL }, &limits);
        assert_true(reader_start_after(&reader, after, &err));
        assert_true(read_on(&reader));
        assert_string_equal(buffer_text(&rows), rest[i]);
        assert_memory_equal(reader_position(&reader)[0].bytes, "c", 1);
        reader_release(&reader);
    }
}

// The row of the position itself may be gone: nothing but its key is needed.
static void
a_position_need_not_be_a_row_any_more(void **state)
{
    const struct cell after[] = { { .bytes = "b", .size = 1 }, { .bytes = "yy", .size = 2 } };
    struct reader reader;

    (void)state;
    put_rows();
    reader_init(&reader, &source.base, &table.table,
        &(struct part_rows){ .kind = KEY_PART_NOT_NULL }, &limits);
    assert_true(reader_start_after(&reader, after, &err));
    assert_true(read_on(&reader));
    assert_string_equal(buffer_text(&rows), "b z 5|c x 6");
    reader_release(&reader);
}

static void
a_position_is_that_of_the_last_row_and_none_out_of_key_order(void **state)
{
    const struct batch *batch;
    struct reader reader;

    (void)state;
    put_rows();
    reader_init(&reader, &source.base, &table.table,
        &(struct part_rows){ .kind = KEY_PART_NOT_NULL }, &limits);
    assert_null(reader_position(&reader));
    assert_true(reader_fetch(&reader, &batch, &err));
    assert_memory_equal(reader_position(&reader)[0].bytes, "a", 1);
    assert_memory_equal(reader_position(&reader)[1].bytes, "y", 1);
    reader_release(&reader);
    reader_init(
        &reader, &source.base, &table.table, &(struct part_rows){ .kind = KEY_PART_ALL }, &limits);
    assert_true(reader_fetch(&reader, &batch, &err));
    assert_null(reader_position(&reader));
    reader_release(&reader);
}

static void
a_batch_that_is_on_its_way_is_taken_along_before_a_cut(void **state)
{
    (void)state;
    put_rows();
    limits.max_transaction_s = 0;
    assert_true(read_part(KEY_PART_NOT_NULL));
    source.fetches = source.statements = 0;
    source.reads_ahead = true;
    assert_true(read_part(KEY_PART_NOT_NULL));
    assert_string_equal(buffer_text(&rows), ALL_ROWS);
    assert_in_range(source.statements, 1, 6); // half as many cuts
}

static void
rows_that_come_behind_the_cut_are_read_and_those_before_it_are_not(void **state)
{
    const struct batch *batch;
    struct reader reader;

    (void)state;
    (void)fake_table_add(&table, "b x 1");
    (void)fake_table_add(&table, "d x 2");
    limits.max_transaction_s = 0;
    limits.batch_rows = 1;
    reader_init(&reader, &source.base, &table.table,
        &(struct part_rows){ .kind = KEY_PART_NOT_NULL }, &limits);
    assert_true(reader_fetch(&reader, &batch, &err));
    table.row_count = 0;
    (void)fake_table_add(&table, "a x 3");
    (void)fake_table_add(&table, "b x 4");
    (void)fake_table_add(&table, "b y 5");
    (void)fake_table_add(&table, "d x 2");
    assert_true(read_on(&reader));
    assert_string_equal(buffer_text(&rows), "b y 5|d x 2");
    reader_release(&reader);
}

// ---- pages --------------------------------------------------------------------------------------

static void
a_driver_that_keeps_whole_results_is_read_in_pages(void **state)
{
    (void)state;
    fake_table_fill(&table, 1000);
    source.base.buffers_results = true;
    limits.batch_rows = 1000;
    limits.page_bytes = 20000; // about a hundred rows
    assert_true(read_part(KEY_PART_NOT_NULL));
    assert_int_equal(rows.size, 1000 * sizeof "0001 a b" - 1);
    assert_in_range(source.statements, 5, 30);
}

static void
a_page_is_at_least_a_row(void **state)
{
    (void)state;
    put_rows();
    source.base.buffers_results = true;
    limits.page_bytes = 1;
    assert_true(read_part(KEY_PART_NOT_NULL));
    assert_string_equal(buffer_text(&rows), ALL_ROWS);
}

// ---- NULL ---------------------------------------------------------------------------------------

static void
rows_with_a_null_in_their_key_are_a_part_of_their_own(void **state)
{
    (void)state;
    (void)fake_table_add(&table, "a x 1");
    (void)fake_table_add(&table, "a ~ 2");
    (void)fake_table_add(&table, "~ x 3");
    (void)fake_table_add(&table, "~ ~ 4");
    (void)fake_table_add(&table, "b ~ 5");
    (void)fake_table_add(&table, "b x ~");
    limits.max_transaction_s = 0;
    limits.batch_rows = 1;
    assert_true(read_part(KEY_PART_NOT_NULL));
    assert_string_equal(buffer_text(&rows), "a x 1|b x ~");
    assert_true(read_part(KEY_PART_WITH_NULL));
    assert_string_equal(buffer_text(&rows), "a ~ 2|~ x 3|~ ~ 4|b ~ 5");
}

// ---- parts between two keys ---------------------------------------------------------------------

enum { SHELVES = 6, BOOKS = SHELVES * SHELVES };

static char shelf_keys[BOOKS][2];

// Keys "a a", "a b" ... "f f".
static void
put_shelves(void)
{
    for (int i = 0; i < BOOKS; i++) {
        char words[16];

        shelf_keys[i][0] = (char)('a' + i / SHELVES);
        shelf_keys[i][1] = (char)('a' + i % SHELVES);
        (void)snprintf(words, sizeof words, "%c %c %d", shelf_keys[i][0], shelf_keys[i][1], i);
        (void)fake_table_add(&table, words);
    }
}

static void
place(struct key_position *position, struct cell *values, int at)
{
    *position = (struct key_position){ .values = values, .count = at < 0 ? 0 : 2 };
    for (size_t i = 0; at >= 0 && i < 2; i++)
        values[i] = (struct cell){ .bytes = &shelf_keys[at][i], .size = 1 };
}

// The rows behind one up to another (-1: no bound), appended to `rows`.
static void
read_between(int after, int up_to, bool proves_order)
{
    struct part_rows part = { .kind = KEY_PART_NOT_NULL };
    struct cell values[2][2];
    struct reader reader;
    size_t first = rows.size;

    place(&part.after, values[0], after);
    place(&part.up_to, values[1], up_to);
    reader_init(&reader, &source.base, &table.table, &part, &limits);
    if (proves_order)
        reader_prove_order(&reader);
    assert_null(reader_position(&reader));
    assert_true(read_on(&reader));
    assert_int_equal(reader_position(&reader) != NULL, rows.size > first);
    reader_release(&reader);
    assert_int_equal(source.open_cursors, 0);
}

static void
assert_parts_are_the_table(bool proves_order)
{
    struct buffer all;

    buffer_init(&all, 1024 * 1024);
    buffer_clear(&rows);
    read_between(-1, -1, proves_order);
    (void)buffer_append(&all, rows.bytes, rows.size);
    for (int first = 0; first < BOOKS; first += 5) {
        for (int second = first; second < BOOKS; second += 3) {
            buffer_clear(&rows);
            read_between(-1, first, proves_order);
            read_between(first, second, proves_order);
            read_between(second, -1, proves_order);
            assert_string_equal(buffer_text(&rows), buffer_text(&all));
        }
    }
    buffer_release(&all);
}

static void
parts_between_keys_are_together_the_whole_table(void **state)
{
    (void)state;
    put_shelves();
    assert_parts_are_the_table(false);
    source.base.buffers_results = true; // by pages
    limits.page_bytes = 1;
    assert_parts_are_the_table(false);
}

// Each counts its own rows, where its statements are cut.
static void
a_part_between_keys_is_proved_to_be_complete(void **state)
{
    (void)state;
    put_shelves();
    for (size_t i = 0; i < 2; i++)
        table.columns[i].order = ORDER_UNPROVED;
    source.base.buffers_results = true;
    limits.page_bytes = 1;
    assert_parts_are_the_table(true);
    assert_true(source.counts > 0);
}

static void
hide_book(struct fake_source *fake, const struct read_request *request)
{
    // Of this part alone; what counts sees it.
    fake->ends_after = request->is_count ? 0 : 3;
}

static void
a_part_of_which_rows_are_missing_is_told_by_its_own_count(void **state)
{
    struct part_rows part = { .kind = KEY_PART_NOT_NULL };
    struct cell values[2][2];
    struct reader reader;

    (void)state;
    put_shelves();
    for (size_t i = 0; i < 2; i++)
        table.columns[i].order = ORDER_UNPROVED;
    place(&part.after, values[0], 7);
    place(&part.up_to, values[1], 20);
    source.before = hide_book;
    reader_init(&reader, &source.base, &table.table, &part, &limits);
    reader_prove_order(&reader);
    assert_true(read_on(&reader)); // behind the end of each result
    reader_release(&reader);
    assert_true(source.counts >= 2);
    assert_non_null(strstr(buffer_text(&rows), "b c 8|"));
    assert_non_null(strstr(buffer_text(&rows), "|d c 20"));
    assert_null(strstr(buffer_text(&rows), " 7|"));
    assert_null(strstr(buffer_text(&rows), " 21"));
}

static void
a_part_of_ids_has_the_rows_with_these_alone(void **state)
{
    static const int64_t ids[] = { 2, 5 };
    const struct part_rows part = { .kind = KEY_PART_ALL, .ids = { .ids = ids, .count = 2 } };
    struct reader reader;

    (void)state;
    put_rows();
    reader_init(&reader, &source.base, &table.table, &part, &limits);
    assert_true(read_on(&reader));
    reader_release(&reader);
    assert_string_equal(buffer_text(&rows), "a y 2|b z 5");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_statement_that_is_refused_fails_the_read),
        TEST(parts_between_keys_are_together_the_whole_table),
        TEST(a_part_between_keys_is_proved_to_be_complete),
        TEST(a_part_of_which_rows_are_missing_is_told_by_its_own_count),
        TEST(a_part_of_ids_has_the_rows_with_these_alone),
        TEST(a_connection_that_is_lost_fails_the_read_for_later_at_each_fetch),
        TEST(a_value_that_cannot_be_read_fails_who_does_not_read_around_it),
        TEST(a_value_without_room_asks_for_room),
        TEST(a_value_without_room_comes_by_its_size_where_there_is_no_more),
        TEST(a_null_where_the_key_is_declared_to_have_none_is_not_gone_on_after),
        TEST(a_key_that_is_shown_shorter_than_it_is_compared_is_not_gone_on_after),
        TEST(a_read_in_any_order_that_takes_too_long_is_begun_in_key_order),
        TEST(a_read_in_any_order_goes_on_where_no_key_could_continue_it),
        TEST(an_empty_table_is_read_to_its_end),
        TEST(a_read_that_is_cut_behind_each_batch_loses_no_row_and_meets_none_twice),
        TEST(a_read_that_is_cut_follows_keys_that_are_kept_from_large_to_small),
        TEST(a_read_goes_on_exactly_behind_a_position),
        TEST(a_position_need_not_be_a_row_any_more),
        TEST(a_position_is_that_of_the_last_row_and_none_out_of_key_order),
        TEST(a_batch_that_is_on_its_way_is_taken_along_before_a_cut),
        TEST(rows_that_come_behind_the_cut_are_read_and_those_before_it_are_not),
        TEST(a_driver_that_keeps_whole_results_is_read_in_pages),
        TEST(a_page_is_at_least_a_row),
        TEST(rows_with_a_null_in_their_key_are_a_part_of_their_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
