#include "base/text.h"
#include "model/name_map.h"

#include "../cmocka_all.h"

#include <string.h>

static struct arena arena;

static int
set_up(void **state)
{
    (void)state;
    arena_init(&arena);
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
names_follow_the_naming(void **state)
{
    static const struct {
        const char *given;
        const char *plain;
        const char *lower;
        const char *exact;
    } cases[] = {
        { "Customer", "customer", "customer", "Customer" },
        { "Cust-Num", "cust_num", "cust-num", "Cust-Num" },
        { "order line", "order_line", "order line", "order line" },
        { "a\"b'c\\d", "a_b_c_d", "a\"b'c\\d", "a\"b'c\\d" }, { "---", "___", "---", "---" },
        { "", "_", "_", "_" }, { "select", "select", "select", "select" },
        { "9lives", "9lives", "9lives", "9lives" },
        { "Stra\303\237e", "stra\303\237e", "stra\303\237e", "Stra\303\237e" },
        { "\303\204PFEL", "\303\244pfel", "\303\244pfel", "\303\204PFEL" },
        { "\304\260", "i", "i", "\304\260" },                       // two bytes become one
        { "\310\272", "\342\261\245", "\342\261\245", "\310\272" }, // two bytes become three
        { "\360\237\230\200", "_", "\360\237\230\200", "\360\237\230\200" },
        { "\344h", "\303\244h", "\303\244h", "\303\244h" }, // no UTF-8: read as Latin-1
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(name_map(&arena, NAMING_PLAIN, cases[i].given), cases[i].plain);
        assert_string_equal(name_map(&arena, NAMING_LOWER, cases[i].given), cases[i].lower);
        assert_string_equal(name_map(&arena, NAMING_EXACT, cases[i].given), cases[i].exact);
    }
}

static void
long_names_are_cut_with_a_hash(void **state)
{
    char name[80];
    const char *mapped;
    const char *other;

    (void)state;
    memset(name, 'a', sizeof name);
    name[63] = '\0';
    assert_string_equal(name_map(&arena, NAMING_PLAIN, name), name);
    name[63] = 'a';
    name[64] = '\0';
    mapped = name_map(&arena, NAMING_PLAIN, name);
    assert_int_equal(strlen(mapped), 63);
    assert_memory_equal(mapped, name, 54);
    assert_int_equal(mapped[54], '_');
    assert_int_equal(strspn(mapped + 55, "0123456789abcdef"), 8);
    assert_string_equal(name_map(&arena, NAMING_PLAIN, name), mapped);
    name[63] = 'b';
    other = name_map(&arena, NAMING_PLAIN, name);
    assert_string_not_equal(mapped, other);
    assert_memory_equal(mapped, other, 55);
    // The same for every run and every version: a change would orphan mirrored tables.
    name[63] = 'a';
    assert_string_equal(name_map(&arena, NAMING_PLAIN, name),
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_cf5102c3");
}

static void
names_are_cut_at_a_character(void **state)
{
    char name[200];

    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        const char *mapped;

        memset(name, 'x', shift);
        for (size_t i = shift; i + 4 < sizeof name; i += 3)
            memcpy(name + i, "\344\270\255", 4);
        mapped = name_map(&arena, NAMING_PLAIN, name);
        assert_true(strlen(mapped) <= 63 && strlen(mapped) >= 61);
        assert_int_equal(text_utf8_valid_size(mapped, strlen(mapped)), strlen(mapped));
    }
}

static void
system_columns_get_another_name(void **state)
{
    (void)state;
    assert_string_equal(name_map_column(&arena, NAMING_PLAIN, "CTID"), "ctid_");
    assert_string_equal(name_map_column(&arena, NAMING_LOWER, "xmin"), "xmin_");
    assert_string_equal(name_map_column(&arena, NAMING_EXACT, "tableoid"), "tableoid_");
    assert_string_equal(name_map_column(&arena, NAMING_EXACT, "CTID"), "CTID");
    assert_string_equal(name_map_column(&arena, NAMING_PLAIN, "oid"), "oid");
    assert_string_equal(name_map(&arena, NAMING_PLAIN, "ctid"), "ctid");
}

static struct table
make_table(struct column *columns, size_t count)
{
    return (struct table){
        .schema = "PUB", .name = "Order-Line", .columns = columns, .column_count = count
    };
}

static void
a_table_is_named_with_its_columns(void **state)
{
    struct column columns[3] = { { .name = "Order-Num" }, { .name = "xmax" }, { .name = "X" } };
    struct table table = make_table(columns, 3);

    (void)state;
    assert_null(name_map_table(&arena, NAMING_PLAIN, &table));
    assert_string_equal(table.target_name, "order_line");
    assert_string_equal(columns[0].target_name, "order_num");
    assert_string_equal(columns[1].target_name, "xmax_");
    assert_string_equal(columns[2].target_name, "x");
}

static void
columns_that_collide_are_named(void **state)
{
    struct column hyphens[3] = { { .name = "a-b" }, { .name = "c" }, { .name = "A_B" } };
    struct column system[2] = { { .name = "ctid" }, { .name = "ctid_" } };
    struct table table = make_table(hyphens, 3);

    (void)state;
    assert_string_equal(name_map_table(&arena, NAMING_PLAIN, &table),
        "columns \"a-b\" and \"A_B\" would both be named \"a_b\" in the mirror");
    assert_null(name_map_table(&arena, NAMING_EXACT, &table));
    table = make_table(system, 2);
    assert_non_null(name_map_table(&arena, NAMING_EXACT, &table));
    table = make_table(system, 0);
    assert_null(name_map_table(&arena, NAMING_EXACT, &table));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_follow_the_naming),
        cmocka_unit_test(long_names_are_cut_with_a_hash),
        cmocka_unit_test(names_are_cut_at_a_character),
        cmocka_unit_test(system_columns_get_another_name),
        cmocka_unit_test(a_table_is_named_with_its_columns),
        cmocka_unit_test(columns_that_collide_are_named),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
