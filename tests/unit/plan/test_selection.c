#include "plan/selection.h"

#include "../cmocka_all.h"

#include <string.h>

enum { TABLES = 5, COLUMNS = 3 };

static struct arena arena;
static struct mirror_settings settings;
static struct catalog catalog;
static struct selection selection;
static struct selection_basis basis = { .settings = &settings };

static void
fill_catalog(const char *const *names, size_t count)
{
    catalog.tables = arena_calloc(&arena, count, sizeof(struct table *));
    catalog.table_count = count;
    for (size_t i = 0; i < count; i++) {
        struct table *table = arena_alloc(&arena, sizeof *table);
        static const char *const columns[COLUMNS] = { "id", "name", "secret" };

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
    static const char *const names[TABLES] = { "Customer", "Cust-Addr", "Invoice", "Order",
        "Order-Line" };

    (void)state;
    arena_init(&arena);
    memset(&settings, 0, sizeof settings);
    fill_catalog(names, TABLES);
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
ignore(const char *pattern, const char *file, int line)
{
    static struct name_pattern patterns[4];

    if (settings.ignored == NULL)
        settings.ignored = patterns;
    settings.ignored[settings.ignored_count++] = (struct name_pattern){ pattern, file, line };
}

static void
take(const char *pattern)
{
    static struct name_pattern patterns[4];

    if (settings.selected == NULL)
        settings.selected = patterns;
    settings.selected[settings.selected_count++] = (struct name_pattern){ pattern, "--table", 0 };
}

static void
make(void)
{
    struct error err = { 0 };

    assert_true(selection_make(&arena, &basis, &catalog, &selection, &err));
    assert_int_equal(selection.table_count, catalog.table_count);
}

static const struct selected_table *
find(const char *name)
{
    for (size_t i = 0; i < selection.table_count; i++) {
        if (strcmp(selection.tables[i].table->name, name) == 0)
            return &selection.tables[i];
    }
    fail_msg("no table %s", name);
    return NULL;
}

static void
all_tables_are_taken_when_nothing_is_said(void **state)
{
    (void)state;
    make();
    assert_int_equal(selection.taken_count, TABLES);
    assert_int_equal(selection.warning_count, 0);
    assert_string_equal(find("Order-Line")->table->target_name, "order_line");
    assert_non_null(find("Order")->table->key_grounds.reason);
    assert_null(find("Order")->pattern);
}

static void
ignored_tables_know_who_ignored_them(void **state)
{
    (void)state;
    ignore("cust*", "ignored_tables.txt", 3);
    ignore("pub.ORDER", "--ignore-table", 0);
    make();
    assert_int_equal(selection.taken_count, 2);
    assert_int_equal(selection.ignored_count, 3);
    assert_int_equal(find("Customer")->verdict, SELECTION_IGNORED);
    assert_int_equal(find("Cust-Addr")->pattern->line, 3);
    assert_string_equal(find("Order")->pattern->file, "--ignore-table");
    assert_int_equal(find("Order-Line")->verdict, SELECTION_TAKEN);
    assert_string_equal(selection_place(&arena, "f", 3), "f, line 3");
    assert_string_equal(selection_place(&arena, "--table", 0), "--table");
}

static void
selected_tables_are_the_only_ones(void **state)
{
    (void)state;
    take("order*");
    take("PUB.Invoice");
    make();
    assert_int_equal(selection.taken_count, 3);
    assert_int_equal(find("Customer")->verdict, SELECTION_NOT_SELECTED);
    assert_string_equal(find("Invoice")->pattern->pattern, "PUB.Invoice");
}

static void
ignoring_wins_over_selecting_and_says_so(void **state)
{
    (void)state;
    ignore("order", "ignored_tables.txt", 1);
    take("Order");
    make();
    assert_int_equal(selection.taken_count, 0);
    assert_int_equal(find("Order")->verdict, SELECTION_IGNORED);
    assert_int_equal(selection.warning_count, 1);
    assert_string_equal(selection.warnings[0],
        "--table \"Order\": the table is ignored by ignored_tables.txt, line 1 (\"order\")");
}

static void
a_flag_that_matches_nothing_is_an_error(void **state)
{
    struct error err = { 0 };

    (void)state;
    take("custmer");
    assert_false(selection_make(&arena, &basis, &catalog, &selection, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_string_equal(err.message, "--table \"custmer\" matches no table of the source");
    assert_string_equal(err.hint, "Did you mean \"Customer\"?");
    settings.selected_count = 0;
    ignore("nothing*", "--ignore-table", 0);
    assert_false(selection_make(&arena, &basis, &catalog, &selection, &err));
    assert_non_null(strstr(err.message, "--ignore-table"));
    assert_string_not_equal(err.hint, "");
    settings.ignored[0].pattern = "sales.customer"; // the schema is wrong
    assert_false(selection_make(&arena, &basis, &catalog, &selection, &err));
    assert_string_equal(err.hint, "Did you mean \"Customer\"?");
}

static void
a_line_that_matches_nothing_is_a_warning(void **state)
{
    (void)state;
    ignore("invoces", "ignored_tables.txt", 7);
    ignore("gone_for_ever", "ignored_tables.txt", 8);
    make();
    assert_int_equal(selection.taken_count, TABLES);
    assert_int_equal(selection.warning_count, 2);
    assert_string_equal(selection.warnings[0], "ignored_tables.txt, line 7: \"invoces\" matches no "
                                               "table of the source; did you mean \"Invoice\"?");
    assert_string_equal(selection.warnings[1],
        "ignored_tables.txt, line 8: \"gone_for_ever\" matches no table of the source");
}

static void
the_best_settings_count(void **state)
{
    struct table_settings said[] = {
        { .pattern = "order", .priority = 1 },
        { .pattern = "order*", .priority = 2 },
        { .pattern = "pub.order*", .priority = 3 },
        { .pattern = "noorder", .file = "config.json", .line = 30 },
    };

    (void)state;
    settings.tables = said;
    settings.table_count = 4;
    make();
    assert_int_equal(find("Order")->table->priority, 1);
    assert_int_equal(find("Order-Line")->table->priority, 3);
    assert_null(find("Invoice")->table->settings);
    assert_int_equal(selection.warning_count, 1);
    assert_non_null(strstr(selection.warnings[0], "config.json, line 30: \"noorder\""));
}

static void
excluded_columns_go_with_their_keys(void **state)
{
    static const char *const excluded[] = { "NAME", "nothing" };
    struct table_settings said[] = { { .pattern = "order",
        .exclude_columns = excluded,
        .exclude_column_count = 2,
        .where = "id > 5",
        .file = "config.json",
        .line = 4 } };
    uint16_t name_key[] = { 1 };
    uint16_t last_key[] = { 2, 0 };
    struct key keys[] = {
        { .name = "pk", .is_primary = true, .columns = name_key, .column_count = 1 },
        { .name = "ux", .columns = last_key, .column_count = 2 }
    };
    const struct table *table;

    (void)state;
    settings.tables = said;
    settings.table_count = 1;
    catalog.tables[3]->keys = keys;
    catalog.tables[3]->key_count = 2;
    make();
    table = find("Order")->table;
    assert_int_equal(table->column_count, 2);
    assert_string_equal(table->columns[1].name, "secret");
    assert_string_equal(table->where.condition, "id > 5");
    assert_int_equal(table->key_count, 1);
    assert_string_equal(table->key->name, "ux");
    assert_int_equal(table->key->columns[0], 1);
    assert_int_equal(table->key->columns[1], 0);
    assert_int_equal(selection.warning_count, 1);
    assert_string_equal(selection.warnings[0], "config.json, line 4: no column of \"order\" is "
                                               "named \"nothing\"; nothing is excluded by it");
}

static void
a_table_without_columns_is_refused(void **state)
{
    static const char *const excluded[] = { "*" };
    struct table_settings said[] = {
        { .pattern = "order", .exclude_columns = excluded, .exclude_column_count = 1 }
    };

    (void)state;
    settings.tables = said;
    settings.table_count = 1;
    make();
    assert_int_equal(find("Order")->verdict, SELECTION_REFUSED);
    assert_int_equal(selection.refused_count, 1);
    assert_int_equal(selection.taken_count, TABLES - 1);
}

static void
a_configured_key_that_is_wrong_refuses_the_table_only(void **state)
{
    static const char *const key[] = { "idd" };
    struct table_settings said[] = { { .pattern = "order", .key = key, .key_count = 1 } };

    (void)state;
    settings.tables = said;
    settings.table_count = 1;
    make();
    assert_int_equal(find("Order")->verdict, SELECTION_REFUSED);
    assert_non_null(strstr(find("Order")->refusal->message, "idd"));
    assert_string_not_equal(find("Order")->refusal->hint, "");
    assert_int_equal(selection.taken_count, TABLES - 1);
}

static void
tables_that_would_share_a_name_are_refused(void **state)
{
    static const char *const names[] = { "a-b", "a_b", "A.B", "d" };

    (void)state;
    fill_catalog(names, 4);
    make();
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(find(names[i])->verdict, SELECTION_REFUSED);
    assert_int_equal(selection.taken_count, 1);
    assert_string_equal(find("a-b")->refusal->message,
        "tables \"a-b\" and \"a_b\" of the source would both need the name \"a_b\" in the mirror");
    assert_int_equal(find("a_b")->refusal->kind, ERROR_TABLE);
}

static void
a_collision_counts_though_only_one_is_selected(void **state)
{
    static const char *const names[] = { "a-b", "a_b" };

    (void)state;
    fill_catalog(names, 2);
    take("a-b");
    make();
    assert_int_equal(find("a-b")->verdict, SELECTION_REFUSED);
    assert_int_equal(find("a_b")->verdict, SELECTION_NOT_SELECTED);
}

static void
an_ignored_table_collides_with_nothing(void **state)
{
    static const char *const names[] = { "a-b", "a_b" };

    (void)state;
    fill_catalog(names, 2);
    ignore("a-b", "ignored_tables.txt", 1);
    make();
    assert_int_equal(find("a_b")->verdict, SELECTION_TAKEN);
    settings.ignored_count = 0;
    settings.naming = NAMING_EXACT;
    make();
    assert_int_equal(selection.taken_count, 2);
}

static void
colliding_columns_refuse_their_table(void **state)
{
    (void)state;
    catalog.tables[0]->columns[1].name = "ID";
    make();
    assert_int_equal(find("Customer")->verdict, SELECTION_REFUSED);
    assert_non_null(strstr(find("Customer")->refusal->hint, "exclude_columns"));
    assert_int_equal(selection.taken_count, TABLES - 1);
}

static void
an_empty_catalogue_is_fine(void **state)
{
    (void)state;
    fill_catalog(NULL, 0);
    make();
    assert_int_equal(selection.taken_count, 0);
}

static void
make_view(const char *name)
{
    for (size_t i = 0; i < catalog.table_count; i++) {
        if (strcmp(catalog.tables[i]->name, name) == 0) {
            catalog.tables[i]->entry.is_view = true;
            catalog.tables[i]->entry.left_out = "a view";
            return;
        }
    }
    fail_msg("no table %s", name);
}

static void
a_view_is_taken_where_it_is_included_or_mirrored_already(void **state)
{
    struct name_pattern included = { "*addr", "config.json", 4 };
    struct table_record records[] = {
        { .source_schema = "PUB", .source_table = "invoice", .is_loaded = true },
        { .source_schema = "PUB",
            .source_table = "Order",
            .is_loaded = true,
            .state = TABLE_STATE_DROPPED },
    };
    const struct selection_basis known = { &settings, records, 2, NULL };
    const struct table_filter filter = selection_filter(&known);
    struct error err = { 0 };

    (void)state;
    settings.included = &included;
    settings.included_count = 1;
    take("*");
    take("Order");
    make_view("Cust-Addr");
    make_view("Invoice");
    make_view("Order");
    filter.skip_ignored(filter.context, &arena, catalog.tables, catalog.table_count);
    for (size_t i = 0; i < catalog.table_count; i++)
        assert_int_equal(
            catalog.tables[i]->entry.is_skipped, strcmp(catalog.tables[i]->name, "Order") == 0);
    assert_true(selection_make(&arena, &known, &catalog, &selection, &err));
    assert_int_equal(selection.taken_count, 4);
    assert_int_equal(selection.view_count, 1);
    assert_int_equal(selection.ignored_count, 0);
    assert_string_equal(find("Order")->pattern->file, "a view");
    assert_int_equal(selection.warning_count, 1);
}

static void
a_table_whose_entry_could_not_be_read_is_refused_unless_it_is_ignored(void **state)
{
    struct error why = { .kind = ERROR_TABLE, .message = "no such module", .hint = "mend it" };

    (void)state;
    catalog.tables[0]->entry.unread = &why;
    catalog.tables[2]->entry.unread = &why;
    ignore("Invoice", "--ignore-table", 0);
    make();
    assert_int_equal(selection.refused_count, 1);
    assert_string_equal(find("Customer")->refusal->message, "no such module");
    assert_string_equal(find("Customer")->table->target_name, "customer");
    assert_int_equal(find("Invoice")->verdict, SELECTION_IGNORED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_tables_are_taken_when_nothing_is_said),
        TEST(ignored_tables_know_who_ignored_them),
        TEST(selected_tables_are_the_only_ones),
        TEST(ignoring_wins_over_selecting_and_says_so),
        TEST(a_flag_that_matches_nothing_is_an_error),
        TEST(a_line_that_matches_nothing_is_a_warning),
        TEST(the_best_settings_count),
        TEST(excluded_columns_go_with_their_keys),
        TEST(a_table_without_columns_is_refused),
        TEST(a_configured_key_that_is_wrong_refuses_the_table_only),
        TEST(tables_that_would_share_a_name_are_refused),
        TEST(a_collision_counts_though_only_one_is_selected),
        TEST(an_ignored_table_collides_with_nothing),
        TEST(colliding_columns_refuse_their_table),
        TEST(an_empty_catalogue_is_fine),
        TEST(a_view_is_taken_where_it_is_included_or_mirrored_already),
        TEST(a_table_whose_entry_could_not_be_read_is_refused_unless_it_is_ignored),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
