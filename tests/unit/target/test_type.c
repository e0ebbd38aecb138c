#include "target/type.h"

#include "../cmocka_all.h"

#include <string.h>

static void
every_type_has_a_line(void **state)
{
    (void)state;
    for (int base = 0; base < MIRROR_BASE_COUNT; base++) {
        assert_non_null(target_types[base].name);
        assert_non_null(target_types[base].from);
        assert_non_null(target_types[base].misfits);
        assert_true(target_types[base].oid > 0);
    }
}

static void
columns_are_declared_as_they_are_held_under_quoted_names(void **state)
{
    const struct column columns[] = { { .target_name = "a", .kind = VALUE_INTEGER },
        { .target_name = "b\"c",
            .kind = VALUE_DECIMAL,
            .held = { .base = MIRROR_NUMERIC, .is_limited = true, .precision = 10, .scale = 2 } } };
    struct buffer sql;

    (void)state;
    buffer_init(&sql, BUFFER_SQL_CAP);
    target_type_append_columns(&sql, columns, 2);
    assert_string_equal(buffer_text(&sql), "\"a\" text, \"b\"\"c\" numeric(10,2)");
    buffer_clear(&sql);
    target_type_append_texts(&sql, columns, 2);
    assert_string_equal(buffer_text(&sql), "\"a\" text, \"b\"\"c\" text");
    buffer_clear(&sql);
    target_type_append_text(&sql, "m", &columns[1]);
    assert_string_equal(
        buffer_text(&sql), "m.\"b\"\"c\"::pg_catalog.text COLLATE pg_catalog.\"C\"");
    buffer_release(&sql);
}

enum { OID_NUMERIC = 1700, OID_DATE = 1082, OID_VARCHAR = 1043, NUMERIC_10_2 = (10 << 16 | 2) + 4 };

static void
a_type_holds_a_column_when_it_prints_its_values_as_they_are(void **state)
{
    const struct column decimal = { .kind = VALUE_DECIMAL, .scale = 2 };
    const struct column three = { .kind = VALUE_DECIMAL, .scale = 3 };
    const struct column text = { .kind = VALUE_TEXT };
    struct mirror_type type;

    (void)state;
    assert_true(target_type_hold(&decimal, OID_NUMERIC, NUMERIC_10_2, &type));
    assert_int_equal(type.base, MIRROR_NUMERIC);
    assert_int_equal(type.precision, 10);
    assert_int_equal(type.scale, 2);
    assert_true(target_type_hold(&three, OID_NUMERIC, -1, &type));
    assert_false(type.is_limited);
    assert_false(target_type_hold(&three, OID_NUMERIC, NUMERIC_10_2, &type));
    assert_int_equal(type.base, MIRROR_TEXT);
    assert_false(target_type_hold(&text, OID_DATE, -1, &type));
    assert_false(target_type_hold(&text, OID_VARCHAR, 14, &type));
    assert_true(target_type_hold(&text, target_types[MIRROR_TEXT].oid, -1, &type));
}

static const char *
refusal(struct mirror_type held, const char *text)
{
    const struct column column = { .kind = VALUE_DECIMAL, .held = held };
    const struct cell cell = { .bytes = text, .size = text != NULL ? strlen(text) : 0 };

    return target_type_refusal(&column, &cell);
}

static void
what_a_type_does_not_hold_is_refused_by_a_word_and_null_never_is(void **state)
{
    (void)state;
    assert_null(refusal((struct mirror_type){ .base = MIRROR_INT2 }, "32767"));
    assert_string_equal(refusal((struct mirror_type){ .base = MIRROR_INT2 }, "32768"), TYPE_MISFIT);
    assert_null(refusal((struct mirror_type){ .base = MIRROR_INT2 }, NULL));
    assert_null(refusal((struct mirror_type){ .base = MIRROR_TEXT }, "anything"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_has_a_line),
        cmocka_unit_test(columns_are_declared_as_they_are_held_under_quoted_names),
        cmocka_unit_test(a_type_holds_a_column_when_it_prints_its_values_as_they_are),
        cmocka_unit_test(what_a_type_does_not_hold_is_refused_by_a_word_and_null_never_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
