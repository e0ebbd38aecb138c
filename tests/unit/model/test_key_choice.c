#include "model/key_choice.h"

#include "../cmocka_all.h"

#include <string.h>

static struct arena arena;
static struct column columns[4];
static struct key keys[5];
static struct table table;
static uint16_t first[] = { 0 };
static uint16_t second[] = { 1 };
static uint16_t both[] = { 0, 1 };
static uint16_t outside[] = { 9 };

static int
set_up(void **state)
{
    (void)state;
    arena_init(&arena);
    memset(columns, 0, sizeof columns);
    memset(keys, 0, sizeof keys);
    columns[0] = (struct column){ .name = "id", .kind = VALUE_INTEGER };
    columns[1] = (struct column){ .name = "Code", .kind = VALUE_TEXT, .is_nullable = true };
    columns[2] = (struct column){ .name = "amount", .kind = VALUE_FLOAT };
    columns[3] =
        (struct column){ .name = "CODE", .type_name = "text", .kind = VALUE_TEXT, .is_long = true };
    for (size_t i = 0; i < 4; i++)
        columns[i].order = ORDER_DOCUMENTED;
    table = (struct table){
        .schema = "", .name = "t", .columns = columns, .column_count = 4, .keys = keys
    };
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void
// NOLINTNEXTLINE(readability-non-const-parameter): the key keeps it
add_key(const char *name, bool is_primary, uint16_t *positions, size_t count)
{
    keys[table.key_count++] = (struct key){
        .name = name, .is_primary = is_primary, .columns = positions, .column_count = count
    };
}

static const char *
choose(const struct table_settings *settings)
{
    struct error err = { 0 };

    assert_true(key_choice_make(&arena, settings, &table, &err));
    return table.key != NULL ? table.key->name : "none";
}

static void
no_key_is_not_an_error(void **state)
{
    (void)state;
    assert_string_equal(choose(NULL), "none");
    assert_non_null(strstr(table.key_grounds.reason, "neither"));
    assert_false(key_choice_is_resumable(&table));
}

static void
the_primary_key_comes_first(void **state)
{
    (void)state;
    add_key("a_unique", false, first, 1);
    add_key("pk", true, both, 2);
    assert_string_equal(choose(NULL), "pk");
    assert_string_equal(table.key_grounds.reason, "primary key (id, Code)");
}

static void
then_the_fewest_columns_then_mandatory_ones_then_the_name(void **state)
{
    (void)state;
    add_key("a_two", false, both, 2);
    add_key("b_nullable", false, second, 1);
    assert_string_equal(choose(NULL), "b_nullable");
    add_key("d_mandatory", false, first, 1);
    assert_string_equal(choose(NULL), "d_mandatory");
    add_key("c_mandatory", false, first, 1);
    assert_string_equal(choose(NULL), "c_mandatory");
    assert_string_equal(table.key_grounds.reason,
        "no primary key; unique index \"c_mandatory\" (id), the "
        "one with the fewest columns of 4");
}

static void
keys_that_make_no_sense_are_passed_over(void **state)
{
    (void)state;
    add_key("empty", true, first, 0);
    add_key("outside", true, outside, 1);
    add_key("too_long", true, first, KEY_COLUMNS_MAX + 1);
    assert_string_equal(choose(NULL), "none");
    add_key("good", false, second, 1);
    assert_string_equal(choose(NULL), "good");
    assert_string_equal(table.key_grounds.reason, "no primary key; unique index \"good\" (Code)");
}

static void
the_configured_key_wins(void **state)
{
    static const char *const names[] = { "Code", "ID" };
    const struct table_settings settings = { .pattern = "t", .key = names, .key_count = 2 };

    (void)state;
    add_key("pk", true, first, 1);
    assert_string_equal(choose(&settings), "");
    assert_int_equal(table.key->column_count, 2);
    assert_int_equal(table.key->columns[0], 1);
    assert_int_equal(table.key->columns[1], 0);
    assert_string_equal(table.key_grounds.reason, "configured key (Code, id)");
}

static void
a_configured_column_that_is_missing_is_an_error(void **state)
{
    static const char *const names[] = { "idd" };
    static const char *const twice[] = { "id", "ID" };
    static const char *const ambiguous[] = { "code" };
    struct table_settings settings = {
        .pattern = "t", .key = names, .key_count = 1, .file = "config.json", .line = 12
    };
    struct error err = { 0 };

    (void)state;
    assert_false(key_choice_make(&arena, &settings, &table, &err));
    assert_int_equal(err.kind, ERROR_TABLE);
    assert_non_null(strstr(err.message, "\"idd\""));
    assert_string_equal(err.hint, "Did you mean \"id\"? It was said in config.json, line 12.");
    settings.key = twice;
    settings.key_count = 2;
    assert_false(key_choice_make(&arena, &settings, &table, &err));
    assert_non_null(strstr(err.message, "twice"));
    settings.key = ambiguous; // "Code" and "CODE" both fit
    settings.key_count = 1;
    assert_false(key_choice_make(&arena, &settings, &table, &err));
}

static bool
is_resumable_of(enum value_kind kind, enum column_order order)
{
    columns[1].kind = kind;
    columns[1].order = order;
    return key_choice_is_resumable(&table);
}

static void
resumable_keys_compare_as_text(void **state)
{
    static const enum value_kind unfit[] = { VALUE_FLOAT, VALUE_FLOAT4, VALUE_BINARY };
    static const enum value_kind fit[] = { VALUE_INTEGER, VALUE_TEXT, VALUE_DECIMAL, VALUE_DATE,
        VALUE_TIME, VALUE_TIMESTAMP };

    (void)state;
    add_key("pk", true, both, 2);
    choose(NULL);
    for (size_t i = 0; i < sizeof fit / sizeof fit[0]; i++)
        assert_true(is_resumable_of(fit[i], ORDER_UNPROVED));
    for (size_t i = 0; i < sizeof unfit / sizeof unfit[0]; i++)
        assert_false(is_resumable_of(unfit[i], ORDER_DOCUMENTED));
}

static void
booleans_and_zoned_stamps_are_asked_for_where_their_order_is_documented(void **state)
{
    (void)state;
    add_key("pk", true, both, 2);
    choose(NULL);
    assert_true(is_resumable_of(VALUE_BOOLEAN, ORDER_DOCUMENTED));
    assert_false(is_resumable_of(VALUE_BOOLEAN, ORDER_UNPROVED));
    assert_true(is_resumable_of(VALUE_TIMESTAMP_TZ, ORDER_DOCUMENTED));
    assert_false(is_resumable_of(VALUE_TIMESTAMP_TZ, ORDER_UNPROVED));
}

static void
a_text_of_unknown_length_is_asked_for_in_a_key_that_the_source_declares(void **state)
{
    static const char *const names[] = { "id", "CODE" };
    static const char *const fit[] = { "text", "character varying", "uuid", "nvarchar(max)" };
    struct table_settings settings = { .pattern = "t", .key = names, .key_count = 2 };
    static uint16_t long_text[] = { 3 };

    (void)state;
    add_key("pk", true, long_text, 1);
    choose(NULL);
    for (size_t i = 0; i < sizeof fit / sizeof fit[0]; i++) {
        columns[3].type_name = fit[i];
        assert_true(key_choice_is_askable(&table));
    }
    columns[3].type_name = "_int4";
    assert_false(key_choice_is_askable(&table));
    columns[3].type_name = "text";
    choose(&settings);
    assert_false(key_choice_is_askable(&table));
}

// ---- order

static void
a_key_by_which_a_read_can_be_cut_comes_before_a_primary_one_that_is_broken(void **state)
{
    (void)state;
    add_key("pk", true, second, 1);
    add_key("by_id", false, first, 1);
    columns[1].order = ORDER_BROKEN;
    assert_string_equal(choose(NULL), "by_id");
    assert_non_null(strstr(table.key_grounds.reason, "orders the primary key in another way"));
    columns[0].is_nullable = true; // it does not lead to every row
    assert_string_equal(choose(NULL), "pk");
    assert_true(key_choice_is_askable(&table));
    assert_false(key_choice_is_resumable(&table));
    assert_non_null(strstr(table.key_grounds.reason, "read in one go"));
}

static void
of_keys_that_are_alike_one_whose_order_is_documented_is_chosen(void **state)
{
    (void)state;
    columns[1].is_nullable = false;
    add_key("a", false, second, 1);
    add_key("b", false, first, 1);
    assert_string_equal(choose(NULL), "a");
    columns[1].order = ORDER_UNPROVED;
    assert_string_equal(choose(NULL), "b");
    columns[0].order = ORDER_UNPROVED;
    assert_string_equal(choose(NULL), "a");
    assert_non_null(strstr(table.key_grounds.reason, "proves its order"));
}

static void
a_condemned_key_is_the_one_of_these_columns_in_this_order(void **state)
{
    static const char *const id_and_code[] = { "id", "Code" };
    static const char *const code_and_id[] = { "Code", "id" };
    struct condemned_key other = { .columns = code_and_id, .column_count = 2 };
    struct condemned_key condemned = { .columns = id_and_code, .column_count = 1, .next = &other };

    (void)state;
    add_key("pk", true, both, 2);
    table.key_grounds.condemned = &condemned;
    assert_int_equal(key_choice_order(&table, &keys[0]), ORDER_DOCUMENTED);
    condemned.column_count = 2;
    assert_int_equal(key_choice_order(&table, &keys[0]), ORDER_BROKEN);
}

static void
a_configured_key_is_resumable_only_if_the_source_says_it_is_unique(void **state)
{
    static const char *const names[] = { "Code", "id" };
    struct table_settings settings = { .pattern = "t", .key = names, .key_count = 1 };
    struct error err = { 0 };

    (void)state;
    add_key("pk", true, first, 1);
    assert_true(key_choice_make(&arena, &settings, &table, &err));
    assert_true(key_choice_is_askable(&table));
    assert_false(key_choice_is_resumable(&table));
    assert_non_null(strstr(table.key_grounds.reason, "not declare"));
    settings.key_count = 2; // all of the primary key and more
    assert_true(key_choice_make(&arena, &settings, &table, &err));
    assert_true(key_choice_is_resumable(&table));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_key_is_not_an_error),
        TEST(the_primary_key_comes_first),
        TEST(then_the_fewest_columns_then_mandatory_ones_then_the_name),
        TEST(keys_that_make_no_sense_are_passed_over),
        TEST(the_configured_key_wins),
        TEST(a_configured_column_that_is_missing_is_an_error),
        TEST(resumable_keys_compare_as_text),
        TEST(booleans_and_zoned_stamps_are_asked_for_where_their_order_is_documented),
        TEST(a_text_of_unknown_length_is_asked_for_in_a_key_that_the_source_declares),
        TEST(a_key_by_which_a_read_can_be_cut_comes_before_a_primary_one_that_is_broken),
        TEST(of_keys_that_are_alike_one_whose_order_is_documented_is_chosen),
        TEST(a_condemned_key_is_the_one_of_these_columns_in_this_order),
        TEST(a_configured_key_is_resumable_only_if_the_source_says_it_is_unique),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
