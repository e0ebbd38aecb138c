#include "target/type.h"

#include "../cmocka_all.h"

enum { KIND_COUNT = VALUE_BINARY + 1 };

static void
every_kind_has_a_line(void **state)
{
    (void)state;
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        assert_non_null(target_types[kind].name);
        assert_non_null(target_types[kind].as_text);
    }
}

static void
bytes_alone_are_sent_as_digits(void **state)
{
    (void)state;
    for (int kind = 0; kind < KIND_COUNT; kind++)
        assert_int_equal(target_types[kind].copy == COPY_AS_HEX, kind == VALUE_BINARY);
}

static void
columns_are_declared_and_compared_under_quoted_names(void **state)
{
    const struct column columns[] = { { .target_name = "a", .kind = VALUE_INTEGER },
        { .target_name = "b\"c", .kind = VALUE_BINARY } };
    struct buffer sql;

    (void)state;
    buffer_init(&sql, BUFFER_SQL_CAP);
    target_type_append_columns(&sql, columns, 2);
    assert_string_equal(buffer_text(&sql), "\"a\" text, \"b\"\"c\" text");
    buffer_clear(&sql);
    target_type_append_text(&sql, "m", &columns[1]);
    assert_string_equal(
        buffer_text(&sql), "m.\"b\"\"c\"::pg_catalog.text COLLATE pg_catalog.\"C\"");
    buffer_release(&sql);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_a_line),
        cmocka_unit_test(bytes_alone_are_sent_as_digits),
        cmocka_unit_test(columns_are_declared_and_compared_under_quoted_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
