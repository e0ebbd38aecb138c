#include "source/odbc/odbc_connect.h"

#include "../cmocka_all.h"

#include <string.h>

static const char *
find(const char *connection, const char *key, struct buffer *value)
{
    buffer_clear(value);
    return odbc_connection_find(connection, key, value) ? buffer_text(value) : NULL;
}

static void
connection_find_reads_braces_blanks_and_case(void **state)
{
    struct buffer value;

    (void)state;
    buffer_init(&value, 1000);
    assert_string_equal(find("Driver={a;b}}c}; uid = me ;PWD=;X", "DRIVER", &value), "a;b}c");
    assert_string_equal(find("Driver={a;b}}c}; uid = me ;PWD=;X", "UID", &value), "me ");
    assert_string_equal(find("Driver={a;b}}c}; uid = me ;PWD=;X", "pwd", &value), "");
    assert_null(find("Driver={a;b}}c}; uid = me ;PWD=;X", "X", &value));
    assert_null(find("Driver={UID=x}", "UID", &value));
    assert_null(find("", "UID", &value));
    assert_null(find(";;;=;", "UID", &value));
    assert_string_equal(find("A={unfinished", "a", &value), "unfinished");
    assert_string_equal(find("A={x}rest;B=2", "b", &value), "2");
    buffer_release(&value);
}

struct build_case {
    struct source_settings settings;
    const char *driver; // whose dialect
    const char *expected;
};

static void
check_build(const struct build_case *c)
{
    struct buffer connection;
    struct error err = { 0 };

    buffer_init(&connection, 10000);
    assert_true(odbc_connection_build(&c->settings,
        c->driver != NULL ? odbc_dialect_of_driver(c->driver) : NULL, &connection, &err));
    assert_string_equal(buffer_text(&connection), c->expected);
    buffer_release(&connection);
}

static void
connection_build_spells_for_each_driver(void **state)
{
    static const struct build_case cases[] = {
        { { .odbc_driver = "SQLite3", .db_name = "/x/a b.db", .user = "u", .password = "p" },
            "SQLite3", "Driver=SQLite3;Database=/x/a b.db;StepAPI=1;NoCreat=1;Timeout=30000;" },
        { { .odbc_driver = "PostgreSQL Unicode",
              .host = "h",
              .port = 5432,
              .db_name = "d",
              .user = "u",
              .password = "p;w}" },
            "PostgreSQL Unicode",
            "Driver=PostgreSQL Unicode;Servername=h;Port=5432;Database=d;UID=u;PWD={p;w}}};"
            "UseDeclareFetch=1;Fetch=1000;BoolsAsChar=0;CommLog=0;Debug=0;" },
        { { .odbc_driver = "/usr/lib/odbc/libmaodbc.so",
              .host = "h",
              .db_name = "d=b",
              .user = " u",
              .password = "p" },
            "/usr/lib/odbc/libmaodbc.so",
            "Driver=/usr/lib/odbc/libmaodbc.so;SERVER=h;DATABASE={d=b};UID={ u};PWD=p;"
            "CHARSET=utf8mb4;FORWARDONLY=1;" },
        { { .odbc_driver = "Progress OpenEdge 12.2 Driver",
              .host = "oe",
              .port = 2030,
              .db_name = "sports",
              .user = "u",
              .password = "p",
              .fetch_size = 77,
              .connect_timeout_s = 30,
              .isolation = SOURCE_READ_COMMITTED },
            "Progress OpenEdge 12.2 Driver",
            "Driver=Progress OpenEdge 12.2 Driver;HOST=oe;PORT=2030;DB=sports;UID=u;PWD=p;DIL=1;"
            "AS=77;IACP=106;LT=30;UWCT=1;" },
        { { .odbc_driver = "/usr/dlc/odbc/lib/pgoe27.so",
              .host = "oe",
              .port = 2030,
              .db_name = "sports",
              .user = "u",
              .password = "p;}" },
            "/usr/dlc/odbc/lib/pgoe27.so",
            "Driver=/usr/dlc/odbc/lib/pgoe27.so;HOST=oe;PORT=2030;DB=sports;UID=u;PWD={p;}}};"
            "DIL=0;AS=1000;IACP=106;LT=0;UWCT=1;" },
        { { .odbc_driver = "Progress OpenEdge 12.2 Driver", .host = "oe", .truncates = true },
            "Progress OpenEdge 12.2 Driver",
            "Driver=Progress OpenEdge 12.2 Driver;HOST=oe;DIL=0;AS=1000;IACP=106;LT=0;UWCT=1;"
            "XO={truncateTooLarge=output};" },
        { { .odbc_driver = "SQLite3", .db_name = "/x", .truncates = true }, "SQLite3",
            "Driver=SQLite3;Database=/x;StepAPI=1;NoCreat=1;Timeout=30000;" },
        { { .odbc_driver = "Other [x]", .host = "h", .port = 1, .db_name = "d", .user = "u" }, NULL,
            "Driver={Other [x]};SERVER=h;PORT=1;DATABASE=d;UID=u;" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_build(&cases[i]);
}

static void
connection_build_lets_given_options_win(void **state)
{
    static const struct build_case cases[] = {
        { { .odbc_connection = "Driver=SQLite3;Database=/x;stepapi=0" }, "SQLite3",
            "Driver=SQLite3;Database=/x;stepapi=0;NoCreat=1;Timeout=30000;" },
        { { .odbc_connection = "DSN=erp;", .user = "u", .password = "p" }, "pgoe27.so",
            "DSN=erp;UID=u;PWD=p;DIL=0;AS=1000;IACP=106;LT=0;UWCT=1;" },
        { { .odbc_connection = "DSN=erp;LogonID=x;password=y;ArraySize=5;"
                               "DefaultIsolationLevel=3;IANAAppCodePage=4;LoginTimeout=9;"
                               "UseWideCharacterTypes=0",
              .user = "u",
              .password = "p" },
            "pgoe27.so",
            "DSN=erp;LogonID=x;password=y;ArraySize=5;DefaultIsolationLevel=3;"
            "IANAAppCodePage=4;LoginTimeout=9;UseWideCharacterTypes=0;" },
        { { .odbc_connection = "DSN=erp;ExtendedOptions={truncateTooLarge=output}",
              .truncates = true },
            "pgoe27.so",
            "DSN=erp;ExtendedOptions={truncateTooLarge=output};"
            "DIL=0;AS=1000;IACP=106;LT=0;UWCT=1;" },
        { { .odbc_connection = "DSN=erp", .user = "", .password = "p" }, NULL, "DSN=erp;PWD=p;" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_build(&cases[i]);
}

static void
connection_build_refuses_what_cannot_be_said(void **state)
{
    static const struct {
        struct source_settings settings;
        const char *driver;
    } cases[] = {
        { { .db_name = "x" }, NULL },
        { { .odbc_driver = "SQLite3", .db_name = "a;b" }, "SQLite3" },
        { { .odbc_driver = "SQLite3", .db_name = " a" }, "SQLite3" },
        { { .odbc_driver = "psqlodbcw.so", .db_name = "d", .user = "a;b" }, "psqlodbcw.so" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buffer connection;
        struct error err = { 0 };

        buffer_init(&connection, 10000);
        assert_false(odbc_connection_build(&cases[i].settings,
            cases[i].driver != NULL ? odbc_dialect_of_driver(cases[i].driver) : NULL, &connection,
            &err));
        assert_int_equal(err.kind, ERROR_CONFIG);
        assert_true(err.hint[0] != '\0');
        buffer_release(&connection);
    }
}

static void
dialects_are_known_by_driver_and_product(void **state)
{
    (void)state;
    assert_ptr_equal(
        odbc_dialect_of_driver("/usr/lib/libsqlite3odbc.so"), odbc_dialect_of_product("SQLite"));
    assert_ptr_equal(odbc_dialect_of_driver("psqlodbca.so"), odbc_dialect_of_product("PostgreSQL"));
    assert_ptr_equal(odbc_dialect_of_driver("MariaDB Unicode"), odbc_dialect_of_product("MariaDB"));
    assert_ptr_equal(odbc_dialect_of_driver("DataDirect 8.0 Progress OpenEdge Wire Protocol"),
        odbc_dialect_of_product("OpenEdge"));
    assert_null(odbc_dialect_of_driver("Something else"));
    assert_null(odbc_dialect_of_product(""));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connection_find_reads_braces_blanks_and_case),
        cmocka_unit_test(connection_build_spells_for_each_driver),
        cmocka_unit_test(connection_build_lets_given_options_win),
        cmocka_unit_test(connection_build_refuses_what_cannot_be_said),
        cmocka_unit_test(dialects_are_known_by_driver_and_product),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
