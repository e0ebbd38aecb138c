#include "write/quarantine_list.h"

#include "../cmocka_all.h"

#include <stdio.h>
#include <string.h>

// What the list writes, in the place of PostgreSQL (--wrap).
static struct {
    size_t count;
    size_t fails_at; // 1: at the first one
    bool are_known;
    bool has_key;
    bool has_key_value;
    struct quarantine_entry last;
    char bytes[64];
    char detail[128];
    char key[32];
    char row_id[32];
} saved;

bool __wrap_quarantine_save(struct target *target, const struct mirror_claim *claim,
    const struct quarantine_entry *entry, bool *is_new, struct error *err);

// The same of what is gathered by column.
static struct {
    size_t count;
    bool is_known; // column a, by another run
    struct gathered_values last;
} gathered;

bool __wrap_gathered_read(struct target *target, const struct mirror_claim *claim,
    const struct table *table, bool *is_gathered, struct error *err);
bool __wrap_gathered_save(struct target *target, const struct mirror_claim *claim,
    const struct gathered_values *values, bool *is_new, struct error *err);

bool
__wrap_gathered_read(struct target *target, const struct mirror_claim *claim,
    const struct table *table, bool *is_gathered, struct error *err)
{
    (void)target;
    (void)claim;
    (void)table;
    (void)err;
    is_gathered[1] = gathered.is_known;
    return true;
}

bool
__wrap_gathered_save(struct target *target, const struct mirror_claim *claim,
    const struct gathered_values *values, bool *is_new, struct error *err)
{
    (void)target;
    (void)claim;
    (void)err;
    gathered.count++;
    gathered.last = *values;
    *is_new = !gathered.is_known;
    return true;
}

static void
keep(char *place, size_t capacity, const char *bytes, size_t size)
{
    assert_in_range(size, 0, capacity - 1);
    memcpy(place, bytes != NULL ? bytes : "", bytes != NULL ? size : 0);
    place[bytes != NULL ? size : 0] = '\0';
}

bool
__wrap_quarantine_save(struct target *target, const struct mirror_claim *claim,
    const struct quarantine_entry *entry, bool *is_new, struct error *err)
{
    (void)target;
    (void)claim;
    if (++saved.count == saved.fails_at)
        return error_set(err, ERROR_TARGET, "no room");
    *is_new = !saved.are_known;
    saved.last = *entry;
    if (entry->size < sizeof saved.bytes)
        keep(saved.bytes, sizeof saved.bytes, entry->bytes, entry->size);
    keep(saved.detail, sizeof saved.detail, entry->detail,
        entry->detail != NULL ? strlen(entry->detail) : 0);
    keep(saved.row_id, sizeof saved.row_id, entry->row_id,
        entry->row_id != NULL ? strlen(entry->row_id) : 0);
    saved.has_key = entry->key_values != NULL;
    saved.has_key_value = saved.has_key && entry->key_values[0].bytes != NULL;
    if (saved.has_key)
        keep(saved.key, sizeof saved.key, entry->key_values[0].bytes, entry->key_values[0].size);
    return true;
}

static struct column columns[] = {
    { .name = "id", .kind = VALUE_TEXT, .width = 10 },
    { .name = "a", .kind = VALUE_TEXT, .width = 4 },
    { .name = "b", .kind = VALUE_BINARY },
};
static uint16_t key_columns[] = { 0 };
static const struct key key = { .name = "k", .columns = key_columns, .column_count = 1 };

enum { COLUMNS = sizeof columns / sizeof columns[0] };

static struct table table;
static struct quarantine_list list;
static struct part_outcome outcome;
static struct error err;

static int
set_up(void **state)
{
    (void)state;
    memset(&saved, 0, sizeof saved);
    memset(&gathered, 0, sizeof gathered);
    error_clear(&err);
    table = (struct table){ .name = "t", .columns = columns, .column_count = COLUMNS, .key = &key };
    quarantine_list_init(&list, &table, true);
    outcome = (struct part_outcome){ 0 };
    list.outcome = &outcome;
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    quarantine_list_release(&list);
    return 0;
}

static bool
save(void)
{
    return quarantine_list_save(&list, NULL, NULL, &err);
}

static void
fill_row(struct cell *row, const char *id, const char *a)
{
    row[0] = (struct cell){ .bytes = id, .size = id != NULL ? strlen(id) : 0 };
    row[1] = (struct cell){ .bytes = a, .size = a != NULL ? strlen(a) : 0 };
    row[2] = (struct cell){ .bytes = NULL };
}

static void
refuse(const char *id, const char *a)
{
    struct cell row[COLUMNS];
    const struct refused_value refused = { .row = row, .column = 1, .reason = "nul_byte" };

    fill_row(row, id, a);
    quarantine_list_add(&list, &refused);
    memset(row, 0, sizeof row); // it was copied
}

static void
what_cannot_be_written_stays_and_is_said(void **state)
{
    (void)state;
    refuse("1", "x");
    refuse("2", "y");
    saved.fails_at = 2;
    assert_false(save());
    assert_int_equal(err.kind, ERROR_TARGET);
    assert_int_equal(saved.count, 2);
}

static void
a_list_that_was_written_is_empty_and_counts_on(void **state)
{
    (void)state;
    refuse("1", "x");
    refuse("2", "y");
    assert_true(save());
    assert_int_equal(list.saved_count, 2);
    assert_int_equal(outcome.values_newly_quarantined, 2);
    assert_true(save());
    assert_int_equal(saved.count, 2);
    saved.are_known = true;
    refuse("3", "z");
    assert_true(save());
    assert_int_equal(list.saved_count, 3);
    assert_int_equal(outcome.values_quarantined, 3);
    assert_int_equal(outcome.values_newly_quarantined, 2);
}

// Though it is written when the next part is in hand.
static void
an_entry_counts_for_the_part_in_which_it_was_met(void **state)
{
    struct part_outcome second = { 0 };

    (void)state;
    refuse("1", "x");
    refuse("2", "y");
    list.outcome = &second;
    refuse("3", "z");
    assert_true(save());
    assert_int_equal(outcome.values_quarantined, 2);
    assert_int_equal(outcome.values_newly_quarantined, 2);
    assert_int_equal(second.values_quarantined, 1);
    assert_int_equal(second.values_newly_quarantined, 1);
}

static void
an_empty_list_writes_nothing(void **state)
{
    (void)state;
    assert_true(save());
    quarantine_list_clear(&list);
    assert_true(save());
    assert_int_equal(saved.count, 0);
    assert_false(quarantine_list_is_full(&list));
}

static void
a_value_is_kept_with_its_column_its_reason_and_its_key(void **state)
{
    (void)state;
    refuse("id7", "ab");
    assert_true(save());
    assert_string_equal(saved.last.column, "a");
    assert_string_equal(saved.last.reason, "nul_byte");
    assert_string_equal(saved.bytes, "ab");
    assert_string_equal(saved.key, "id7");
}

static void
a_value_that_was_too_long_is_known_by_its_size(void **state)
{
    struct cell row[COLUMNS];
    const struct refused_value refused = { .row = row, .column = 1, .reason = "too_long" };

    (void)state;
    fill_row(row, "1", NULL);
    row[1].size = 123456789;
    quarantine_list_add(&list, &refused);
    assert_true(save());
    assert_null(saved.last.bytes);
    assert_int_equal(saved.last.size, 123456789);
}

static void
a_keyless_row_is_known_by_its_digest_alone(void **state)
{
    uint64_t first;

    (void)state;
    table.key = NULL;
    refuse("1", "x");
    assert_true(save());
    first = saved.last.row_digest;
    assert_false(saved.has_key);
    refuse("1", "y");
    assert_true(save());
    assert_int_not_equal(saved.last.row_digest, first);
    refuse("1", "x");
    assert_true(save());
    assert_int_equal(saved.last.row_digest, first);
}

static void
a_null_in_a_key_is_no_empty_text(void **state)
{
    (void)state;
    refuse(NULL, "x");
    assert_true(save());
    assert_true(saved.has_key && !saved.has_key_value);
    refuse("", "x");
    assert_true(save());
    assert_true(saved.has_key_value);
}

static void
add_unread(const char *a, const char *reason, const char *row_id)
{
    struct cell row[COLUMNS];
    const struct unread unread = {
        .row = row, .column = 1, .reason = reason, .row_id = row_id, .row_count = 1
    };

    fill_row(row, "1", a);
    quarantine_list_add_unread(&list, &unread);
}

static void
an_unread_value_says_how_wide_its_column_is_and_what_came_of_it(void **state)
{
    (void)state;
    add_unread(NULL, "unreadable", NULL);
    assert_true(save());
    assert_null(saved.last.detail);
    assert_null(saved.last.bytes);
    add_unread(NULL, "too_wide", "77");
    assert_true(save());
    assert_string_equal(saved.detail, "wider than its declared width of 4");
    assert_string_equal(saved.row_id, "77");
    add_unread("abcd", "truncated", NULL);
    assert_true(save());
    assert_string_equal(saved.bytes, "abcd");
    assert_null(saved.last.row_id);
}

// However many rows: else each run would add an entry.
static void
a_column_that_was_left_out_of_many_rows_is_one_entry(void **state)
{
    struct unread unread = { .column = 1, .reason = "not_read", .row_count = 12 };
    uint64_t first;

    (void)state;
    quarantine_list_add_unread(&list, &unread);
    assert_true(save());
    first = saved.last.row_digest;
    assert_string_equal(saved.detail, "the column was not read in 12 rows");
    assert_false(saved.has_key);
    unread.row_count = 13;
    quarantine_list_add_unread(&list, &unread);
    assert_true(save());
    assert_int_equal(saved.last.row_digest, first);
    unread.column = 0;
    quarantine_list_add_unread(&list, &unread);
    assert_true(save());
    assert_int_not_equal(saved.last.row_digest, first);
}

// Some are written before there are too many.
static void
more_bad_values_of_a_column_than_can_be_told_are_one_entry(void **state)
{
    (void)state;
    for (int i = 0; i < GATHERING_FROM; i++)
        add_unread("abcd", "truncated", NULL);
    assert_true(save());
    assert_int_equal(saved.count, GATHERING_FROM);
    assert_int_equal(gathered.count, 0);
    add_unread("abc", "truncated", NULL);
    add_unread("abc", "truncated", NULL);
    assert_true(save());
    assert_int_equal(saved.count, GATHERING_FROM);
    assert_int_equal(gathered.count, 1);
    assert_int_equal(gathered.last.count, GATHERING_FROM + 2);
    assert_int_equal(gathered.last.longest, 4);
    assert_string_equal(gathered.last.column, "a");
    assert_int_equal(outcome.values_quarantined, GATHERING_FROM + 2);
}

static void
a_column_that_is_gathered_stays_so_while_any_value_of_it_is_bad(void **state)
{
    (void)state;
    gathered.is_known = true;
    add_unread(NULL, "too_wide", NULL);
    refuse("1", "x");
    assert_true(save());
    assert_int_equal(saved.count, 1);
    assert_string_equal(saved.last.reason, "nul_byte");
    assert_int_equal(gathered.last.count, 1);
    assert_int_equal(outcome.values_quarantined, 2);
    assert_int_equal(outcome.values_newly_quarantined, 1);
}

static void
values_of_many_rows_that_are_told_together_are_gathered(void **state)
{
    const struct unread unread = { .column = 1, .reason = "too_wide", .row_count = 12 };

    (void)state;
    quarantine_list_add_unread(&list, &unread);
    assert_true(save());
    assert_int_equal(saved.count, 0);
    assert_int_equal(gathered.last.count, 12);
    assert_int_equal(outcome.values_newly_quarantined, 12);
}

static void
a_refused_row_is_kept_as_an_array_of_its_texts(void **state)
{
    const struct error why = { .message = "it is refused" };
    struct cell row[COLUMNS];

    (void)state;
    fill_row(row, "1", "a\"\\,b");
    row[2] = (struct cell){ .bytes = "\x01\xFF", .size = 2 };
    quarantine_list_add_row(&list, row, &why);
    assert_true(save());
    assert_string_equal(saved.bytes, "{\"1\",\"a\\\"\\\\,b\",\"\\\\x01ff\"}");
    assert_string_equal(saved.last.reason, "row_refused");
    assert_string_equal(saved.detail, "it is refused");
    assert_null(saved.last.column);
}

static void
a_row_that_is_too_long_to_be_kept_is_kept_by_its_key_and_the_reason(void **state)
{
    static char text[5 * 1024 * 1024];
    const struct error why = { .message = "it is refused" };
    struct cell row[COLUMNS];

    (void)state;
    memset(text, 'x', sizeof text);
    fill_row(row, "1", NULL);
    row[1] = (struct cell){ .bytes = text, .size = sizeof text };
    quarantine_list_add_row(&list, row, &why);
    assert_true(save());
    assert_null(saved.last.bytes);
    assert_string_equal(saved.key, "1");
    assert_string_equal(saved.detail, "it is refused");
}

static void
a_list_is_full_by_bytes_and_by_entries(void **state)
{
    static char text[1024 * 1024];
    struct cell row[COLUMNS];
    const struct refused_value refused = { .row = row, .column = 1, .reason = "nul_byte" };
    size_t added = 0;

    (void)state;
    memset(text, 'x', sizeof text);
    fill_row(row, "1", NULL);
    row[1] = (struct cell){ .bytes = text, .size = sizeof text };
    quarantine_list_add(&list, &refused);
    assert_true(quarantine_list_is_full(&list));
    quarantine_list_clear(&list);
    assert_false(quarantine_list_is_full(&list));
    for (; !quarantine_list_is_full(&list) && added < 100000; added++)
        refuse("1", "");
    assert_in_range(added, 100, 20000);
    assert_true(save());
    assert_int_equal(saved.count, added);
}

// A table with more bad values has another problem.
static void
past_a_hundred_thousand_entries_are_counted_and_not_written(void **state)
{
    enum { MANY = 100010 };

    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        refuse("1", "");
        if (i % 1000 == 0 || i + 1 == MANY)
            assert_true(save());
    }
    assert_int_equal(saved.count, 100000);
    assert_int_equal(list.saved_count, MANY);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_cannot_be_written_stays_and_is_said),
        TEST(a_list_that_was_written_is_empty_and_counts_on),
        TEST(an_entry_counts_for_the_part_in_which_it_was_met),
        TEST(an_empty_list_writes_nothing),
        TEST(a_value_is_kept_with_its_column_its_reason_and_its_key),
        TEST(a_value_that_was_too_long_is_known_by_its_size),
        TEST(a_keyless_row_is_known_by_its_digest_alone),
        TEST(a_null_in_a_key_is_no_empty_text),
        TEST(an_unread_value_says_how_wide_its_column_is_and_what_came_of_it),
        TEST(a_column_that_was_left_out_of_many_rows_is_one_entry),
        TEST(more_bad_values_of_a_column_than_can_be_told_are_one_entry),
        TEST(a_column_that_is_gathered_stays_so_while_any_value_of_it_is_bad),
        TEST(values_of_many_rows_that_are_told_together_are_gathered),
        TEST(a_refused_row_is_kept_as_an_array_of_its_texts),
        TEST(a_row_that_is_too_long_to_be_kept_is_kept_by_its_key_and_the_reason),
        TEST(a_list_is_full_by_bytes_and_by_entries),
        TEST(past_a_hundred_thousand_entries_are_counted_and_not_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
