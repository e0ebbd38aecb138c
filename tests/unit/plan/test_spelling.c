#include "plan/selection.h"
#include "plan/spelling.h"

#include "../cmocka_all.h"

#include <string.h>

enum { TABLES = 4, COLUMNS = 2 };

static struct arena arena;
static struct mirror_settings settings;
static struct catalog catalog;
static struct selection selection;
static struct selection_basis basis;
static struct name_pattern word; // one list of one word is enough
static struct table_settings said;

static void
fill_catalog(const char *const *names)
{
    static const char *const columns[COLUMNS] = { "Cust-Num", "Sales-Rep" };

    catalog.tables = arena_calloc(&arena, TABLES, sizeof(struct table *));
    catalog.table_count = TABLES;
    for (size_t i = 0; i < TABLES; i++) {
        struct table *table = arena_calloc(&arena, 1, sizeof *table);

        table->schema = "PUB";
        table->name = names[i];
        table->columns = arena_calloc(&arena, COLUMNS, sizeof *table->columns);
        table->column_count = COLUMNS;
        for (size_t j = 0; j < COLUMNS; j++)
            table->columns[j].name = columns[j];
        catalog.tables[i] = table;
    }
}

static int
set_up(void **state)
{
    static const char *const names[TABLES] = { "Order", "Order-Line", "Order-Total", "Order_Note" };

    (void)state;
    arena_init(&arena);
    memset(&settings, 0, sizeof settings);
    basis = (struct selection_basis){ .settings = &settings, .target_schema = "mirror" };
    fill_catalog(names);
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
make(void)
{
    struct error err = { 0 };

    assert_true(selection_make(&arena, &basis, &catalog, &selection, &err));
}

// The tables that are ignored, with commas.
static const char *
ignored_by(const char *pattern)
{
    const char *list = "";

    word = (struct name_pattern){ pattern, "ignored_tables.txt", 3 };
    settings.ignored = &word;
    settings.ignored_count = 1;
    make();
    for (size_t i = 0; i < TABLES; i++) {
        if (selection.tables[i].verdict == SELECTION_IGNORED)
            list = arena_printf(&arena, "%s%s%s", list, list[0] != '\0' ? "," : "",
                selection.tables[i].table->name);
    }
    return list;
}

static void
a_name_is_taken_as_the_source_and_as_the_mirror_spells_it(void **state)
{
    (void)state;
    assert_string_equal(ignored_by("order-line"), "Order-Line");
    assert_string_equal(ignored_by("order_line"), "Order-Line");
    assert_string_equal(ignored_by("ORDER_LINE"), "Order-Line");
    assert_string_equal(ignored_by("pub.order_line"), "Order-Line");
    assert_string_equal(ignored_by("mirror.order_line"), "Order-Line");
    assert_string_equal(ignored_by("mirror.order-line"), "");
}

static void
a_name_is_taken_with_the_quotes_that_sql_has(void **state)
{
    (void)state;
    assert_string_equal(ignored_by("\"Order-Line\""), "Order-Line");
    assert_string_equal(ignored_by("\"mirror\".\"order_line\""), "Order-Line");
    assert_string_equal(ignored_by("mirror.\"order\""), "Order");
    assert_string_equal(ignored_by("\"PUB\".\"Order_*\""), "Order_Note");
    assert_string_equal(ignored_by("\"\"Order\"\""), ""); // a name that has quotes
    assert_string_equal(ignored_by("\""), "");
}

// With no list beside it: an empty one has no address of its own.
static void
a_flag_that_chooses_a_table_by_its_name_in_the_mirror_ignores_nothing(void **state)
{
    struct table_record record = {
        .source_schema = "PUB", .source_table = "Order-Line", .is_loaded = true, .run_id = 7
    };

    (void)state;
    basis.records = &record;
    basis.record_count = 1;
    word = (struct name_pattern){ "order_line", "--table", 0 };
    settings.selected = &word;
    settings.selected_count = 1;
    make();
    assert_int_equal(selection.taken_count, 1);
    assert_int_equal(selection.warning_count, 0);
    assert_int_equal(selection.note_count, 0);
}

static void
a_pattern_means_names_of_the_mirror_only_where_it_fits_none_of_the_source(void **state)
{
    (void)state;
    assert_string_equal(ignored_by("order_*"), "Order_Note");
    assert_string_equal(ignored_by("order_l*"), "Order-Line");
    assert_string_equal(ignored_by("*_line"), "Order-Line");
    assert_string_equal(ignored_by("order?t*"), "Order-Total");
}

static void
tables_that_a_files_word_means_by_their_names_in_the_mirror_are_named(void **state)
{
    (void)state;
    assert_string_equal(ignored_by("order_l*"), "Order-Line");
    assert_int_equal(selection.warning_count, 0);
    assert_int_equal(selection.note_count, 1);
    assert_string_equal(selection.notes[0],
        "ignored_tables.txt, line 3: \"order_l*\" is no name in the source; as a name in the "
        "mirror it means Order-Line");
    assert_string_equal(ignored_by("order-l*"), "Order-Line");
    assert_int_equal(selection.note_count, 0);
}

static void
it_is_a_warning_where_a_table_was_mirrored_until_now(void **state)
{
    struct table_record records[] = {
        { .source_schema = "PUB", .source_table = "Order-Line", .is_loaded = true, .run_id = 7 },
        { .source_schema = "PUB", .source_table = "Order-Total", .is_loaded = true, .run_id = 6 },
    };

    (void)state;
    basis.records = records;
    basis.record_count = 2;
    assert_string_equal(ignored_by("order_line"), "Order-Line");
    assert_int_equal(selection.note_count, 0);
    assert_int_equal(selection.warning_count, 1);
    assert_non_null(strstr(selection.warnings[0], "1 of these were mirrored until now"));
    // An earlier run has told it.
    assert_string_equal(ignored_by("order_total"), "Order-Total");
    assert_int_equal(selection.warning_count, 0);
    assert_int_equal(selection.note_count, 1);
}

static void
an_ignored_table_leaves_its_name_to_the_one_that_bears_it_in_the_mirror(void **state)
{
    static const char *const names[TABLES] = { "Customer", "Order", "Order-Line", "order_line" };
    struct name_pattern wanted = { "order_line", "--table", 0 };

    (void)state;
    fill_catalog(names);
    settings.selected = &wanted;
    settings.selected_count = 1;
    assert_string_equal(ignored_by("order_line"), "order_line");
    assert_int_equal(selection.tables[2].verdict, SELECTION_TAKEN);
    assert_int_equal(selection.warning_count, 0);
    assert_int_equal(selection.refused_count, 0);
}

static void
settings_and_columns_are_found_by_names_of_the_mirror(void **state)
{
    static const char *const excluded[] = { "sales_rep", "cust_n*" };
    static const char *const key[] = { "cust_num" };

    (void)state;
    said = (struct table_settings){ .pattern = "order_line",
        .priority = 4,
        .key = key,
        .key_count = 1,
        .exclude_columns = excluded,
        .exclude_column_count = 2,
        .file = "config.json",
        .line = 9 };
    settings.tables = &said;
    settings.table_count = 1;
    make();
    assert_int_equal(selection.tables[1].verdict, SELECTION_TAKEN);
    assert_int_equal(selection.tables[1].table->priority, 4);
    assert_int_equal(selection.tables[1].table->column_count, 1);
    assert_string_equal(selection.tables[1].table->columns[0].name, "Cust-Num");
    assert_int_equal(selection.tables[1].table->key->columns[0], 0);
    assert_int_equal(selection.tables[0].table->column_count, COLUMNS);
    assert_int_equal(selection.note_count, 2);
    assert_string_equal(selection.notes[1],
        "config.json, line 9: \"sales_rep\" excludes \"Sales-Rep\" of \"Order-Line\", by the name "
        "that it would have in the mirror");
    // A pattern takes no column away by a name that it has in the mirror only.
    assert_int_equal(selection.warning_count, 1);
    assert_non_null(strstr(selection.warnings[0], "\"cust_n*\""));
}

static void
the_nearest_name_is_looked_for_in_both_spellings(void **state)
{
    const struct name_space space = { catalog.tables, TABLES, "mirror" };

    (void)state;
    make();
    assert_string_equal(spelling_nearest(&arena, &space, "ordr-line"), "Order-Line");
    assert_string_equal(spelling_nearest(&arena, &space, "mirror.order_totl"), "order_total");
    assert_null(spelling_nearest(&arena, &space, "warehouse"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_name_is_taken_as_the_source_and_as_the_mirror_spells_it),
        TEST(a_name_is_taken_with_the_quotes_that_sql_has),
        TEST(a_flag_that_chooses_a_table_by_its_name_in_the_mirror_ignores_nothing),
        TEST(a_pattern_means_names_of_the_mirror_only_where_it_fits_none_of_the_source),
        TEST(tables_that_a_files_word_means_by_their_names_in_the_mirror_are_named),
        TEST(it_is_a_warning_where_a_table_was_mirrored_until_now),
        TEST(an_ignored_table_leaves_its_name_to_the_one_that_bears_it_in_the_mirror),
        TEST(settings_and_columns_are_found_by_names_of_the_mirror),
        TEST(the_nearest_name_is_looked_for_in_both_spellings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
