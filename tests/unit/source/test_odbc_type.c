#include "source/odbc/odbc_type.h"

#include "source/type_name.h"

#include "../cmocka_all.h"

#include <sql.h>
#include <sqlext.h>

#include <string.h>

struct type_case {
    struct odbc_column_facts facts;
    enum value_kind kind;
    size_t width;
    int scale;
    bool is_long;
    const char *spelling;
};

static const struct type_case cases[] = {
    // What SQLite's driver says.
    { { SQL_DOUBLE, "numeric(12,2)", 12, 0 }, VALUE_DECIMAL, 12, 2, false, "numeric(12,2)" },
    { { SQL_VARCHAR, "decimal(5)", 5, 0 }, VALUE_DECIMAL, 5, 0, false, "decimal(5)" },
    { { SQL_VARCHAR, "DECIMAL", 0, 0 }, VALUE_DECIMAL, 0, -1, false, "DECIMAL" },
    { { SQL_VARCHAR, "decimal( 10 , 3 )", 10, 0 }, VALUE_DECIMAL, 10, 3, false,
        "decimal( 10 , 3 )" },
    { { SQL_VARCHAR, "varchar(30)", 30, 0 }, VALUE_TEXT, 30, -1, false, "varchar(30)" },
    { { SQL_LONGVARCHAR, "TEXT", 65536, 0 }, VALUE_TEXT, 65536, -1, true, "TEXT" },
    { { SQL_BINARY, "BLOB", 255, 0 }, VALUE_BINARY, 255, -1, true, "BLOB" },
    { { SQL_BIT, "boolean", 1, 0 }, VALUE_BOOLEAN, 1, -1, false, "boolean" },
    { { SQL_VARCHAR, "", 0, 0 }, VALUE_TEXT, 0, -1, true, "" },
    { { SQL_VARCHAR, "decimalish", 9, 0 }, VALUE_TEXT, 9, -1, false, "decimalish(9)" },
    // Claims of no use, and worse.
    { { SQL_LONGVARCHAR, "CLOB", 2147483647, 0 }, VALUE_TEXT, 0, -1, true, "CLOB" },
    { { SQL_VARCHAR, "lvarchar", 4294967295, 0 }, VALUE_TEXT, 0, -1, true, "lvarchar" },
    { { SQL_VARCHAR, "varchar", -4, 0 }, VALUE_TEXT, 0, -1, true, "varchar" },
    { { SQL_VARCHAR, "varchar(99999999999999999999)", 7, 0 }, VALUE_TEXT, 7, -1, false,
        "varchar(99999999999999999999)" },
    { { SQL_DECIMAL, "decimal", 50, 100000 }, VALUE_DECIMAL, 50, -1, false, "decimal(50)" },
    // OpenEdge's.
    { { SQL_VARCHAR, "varchar", 60, -1 }, VALUE_TEXT, 60, -1, false, "varchar(60)" },
    { { SQL_NUMERIC, "numeric", 50, 10 }, VALUE_DECIMAL, 50, 10, false, "numeric(50,10)" },
    { { SQL_BIT, "bit", 1, -1 }, VALUE_BOOLEAN, 1, -1, false, "bit" },
    { { SQL_BIGINT, "bigint", 19, 0 }, VALUE_INTEGER, 19, -1, false, "bigint" },
    { { SQL_TYPE_TIMESTAMP, "timestamp", 23, 3 }, VALUE_TIMESTAMP, 23, -1, false, "timestamp" },
    { { SQL_CHAR, "timestamp_timezone", 34, -1 }, VALUE_TIMESTAMP_TZ, 34, -1, false,
        "timestamp_timezone" },
    { { SQL_VARCHAR, "varchar", 31995, -1 }, VALUE_TEXT, 31995, -1, true, "varchar" },
    { { SQL_LONGVARBINARY, "lvarbinary", 1073741823, -1 }, VALUE_BINARY, 0, -1, true,
        "lvarbinary" },
    { { SQL_VARBINARY, "varbinary", 20, -1 }, VALUE_BINARY, 20, -1, false, "varbinary(20)" },
    { { SQL_REAL, "real", 7, -1 }, VALUE_FLOAT4, 7, -1, false, "real" },
    { { SQL_FLOAT, "float", 15, -1 }, VALUE_FLOAT, 15, -1, false, "float" },
    { { 9999, "hstore", 10, -1 }, VALUE_TEXT, 10, -1, false, "hstore(10)" },
};

static void
types_are_described(void **state)
{
    struct arena arena;

    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct column column = { 0 };
        const struct type_case *c = &cases[i];

        odbc_type_describe(&c->facts, &column);
        if (column.kind != c->kind || column.scale != c->scale || column.is_long != c->is_long)
            fail_msg("%s: kind %d, scale %d, long %d", c->facts.type_name, (int)column.kind,
                column.scale, column.is_long);
        // A width past belief is none.
        if (c->facts.size <= 1000000000)
            assert_int_equal(column.width, c->width);
        assert_string_equal(type_name_spell(&arena, c->facts.type_name, &column), c->spelling);
    }
    arena_release(&arena);
}

static void
type_classes_forgive_synonyms_only(void **state)
{
    (void)state;
    assert_int_equal(odbc_type_class(SQL_WVARCHAR), odbc_type_class(SQL_CHAR));
    assert_int_equal(odbc_type_class(SQL_DECIMAL), odbc_type_class(SQL_DOUBLE));
    assert_int_equal(odbc_type_class(SQL_TYPE_DATE), odbc_type_class(SQL_TYPE_TIMESTAMP));
    assert_int_not_equal(odbc_type_class(SQL_INTEGER), odbc_type_class(SQL_VARCHAR));
    assert_int_not_equal(odbc_type_class(SQL_BINARY), odbc_type_class(SQL_VARCHAR));
    assert_int_equal(odbc_type_class(-9999), ODBC_CLASS_OTHER);
    assert_true(odbc_type_is_wide(SQL_WLONGVARCHAR));
    assert_false(odbc_type_is_wide(SQL_LONGVARCHAR));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_are_described),
        cmocka_unit_test(type_classes_forgive_synonyms_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
