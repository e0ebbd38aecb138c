#include "source/jdbc/jdbc.h"
#include "source/jdbc/jdbc_type.h"
#include "source/jdbc/jdbc_url.h"
#include "source/jdbc/jvm_find.h"
#include "source/product/product.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

// --- URLs

static void
openedges_url_is_made_of_its_parts(void **state)
{
    struct source_settings settings = { .host = "h", .port = 2030, .db_name = "d" };
    struct error err = { 0 };
    struct buffer url;

    (void)state;
    buffer_init(&url, 4096);
    assert_true(jdbc_url_make(&settings, &url, &err));
    assert_string_equal(buffer_text(&url), "jdbc:datadirect:openedge://h:2030;databaseName=d");
    buffer_clear(&url);
    settings.jdbc_url = "jdbc:x:y";
    assert_true(jdbc_url_make(&settings, &url, &err));
    assert_string_equal(buffer_text(&url), "jdbc:x:y");
    settings.jdbc_url = NULL;
    settings.db_name = "d;user=other";
    assert_false(jdbc_url_make(&settings, &url, &err));
    assert_int_equal(err.kind, ERROR_CONFIG);
    settings.db_name = "d";
    settings.port = 0;
    assert_false(jdbc_url_make(&settings, &url, &err));
    assert_non_null(strstr(err.message, "port"));
    buffer_release(&url);
}

static void
server_and_database_are_read_out_of_urls(void **state)
{
    static const struct {
        const char *url;
        const char *host;
        int port;
        const char *database;
    } cases[] = {
        { "jdbc:postgresql://h:5432/db?x=y", "h", 5432, "db" },
        { "jdbc:datadirect:openedge://h:1;databaseName=d", "h", 1, "d" },
        { "jdbc:h2:mem:name;A=B", "", 0, "name" },
        { "jdbc:h2:/var/data/shop", "", 0, "shop" },
        { "jdbc:x://[::1]:7/d", "[::1]", 7, "d" },
        { "jdbc:x://h/d", "h", 0, "d" },
        { "jdbc:x://h:99999999999/d", "h", 0, "d" },
        { "jdbc:x://[::1", "", 0, "1" },
        { "", "", 0, "" },
        { "//", "", 0, "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char host[64];
        char database[64];
        int port;

        jdbc_url_server(cases[i].url, host, sizeof host, &port);
        jdbc_url_database(cases[i].url, database, sizeof database);
        assert_string_equal(host, cases[i].host);
        assert_int_equal(port, cases[i].port);
        assert_string_equal(database, cases[i].database);
    }
    assert_true(jdbc_url_has("jdbc:x:y;BinaryTransfer=true", "binaryTransfer"));
    assert_true(jdbc_url_has("jdbc:x:y?a=b&c=d", "c"));
    assert_false(jdbc_url_has("jdbc:x:y?a=b&cc=d", "c"));
    assert_false(jdbc_url_has("jdbc:x:y;c", "c"));
}

static void
properties_belong_to_their_driver(void **state)
{
    (void)state;
    assert_string_equal(product_properties("jdbc:postgresql://h/d")[0], "binaryTransfer");
    assert_null(product_properties("jdbc:datadirect:openedge://h:1;databaseName=d")[0]);
    assert_null(product_properties("")[0]);
}

// --- types

static void
types_have_the_kinds_of_their_numbers(void **state)
{
    static const struct {
        int data_type;
        const char *name;
        int64_t size;
        int64_t decimals;
        enum value_kind kind;
        size_t width;
        int scale;
        bool is_long;
    } cases[] = {
        { JDBC_VARCHAR, "VARCHAR", 60, -1, VALUE_TEXT, 60, -1, false },
        { JDBC_VARCHAR, "VARCHAR", 2147483647, -1, VALUE_TEXT, 0, -1, true },
        { JDBC_VARCHAR, "VARCHAR", -7, -1, VALUE_TEXT, 0, -1, true },
        { JDBC_NUMERIC, "NUMERIC", 50, 10, VALUE_DECIMAL, 50, 10, false },
        { JDBC_NUMERIC, "NUMERIC", 50, 100000, VALUE_DECIMAL, 50, -1, false },
        { JDBC_BIT, "BIT", 1, -1, VALUE_BOOLEAN, 1, -1, false },
        { JDBC_BIT, "BIT", 3, -1, VALUE_TEXT, 3, -1, false },
        { JDBC_BIT, "BIT VARYING", 1, -1, VALUE_TEXT, 1, -1, false },
        { JDBC_CHAR, "timestamp_timezone", 29, -1, VALUE_TIMESTAMP_TZ, 29, -1, false },
        { JDBC_TIMESTAMP, "timestamptz", 29, 6, VALUE_TIMESTAMP_TZ, 29, 6, false },
        { JDBC_LONGVARBINARY, "LVARBINARY", 1073741824, -1, VALUE_BINARY, 0, -1, true },
        { JDBC_BLOB, "BLOB", 100, -1, VALUE_BINARY, 100, -1, true },
        { 12345, "whatever", 10, -1, VALUE_TEXT, 10, -1, false },
        { JDBC_BINARY, "UUID", 16, -1, VALUE_TEXT, 36, -1, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jdbc_column_facts facts = { cases[i].data_type, cases[i].name, cases[i].size,
            cases[i].decimals };
        struct column column = { 0 };

        jdbc_type_describe(&facts, &column);
        assert_int_equal(column.kind, cases[i].kind);
        assert_int_equal(column.width, cases[i].width);
        assert_int_equal(column.scale, cases[i].scale);
        assert_int_equal(column.is_long, cases[i].is_long);
    }
}

static void
drivers_that_nobody_knows_are_gone_by_what_is_declared(void **state)
{
    static const struct {
        int data_type;
        const char *name;
        int64_t size;
        int64_t decimals;
        enum value_kind kind;
        size_t width;
        int scale;
        bool is_long;
    } cases[] = {
        // As SQLite's driver says it.
        { JDBC_FLOAT, "DECIMAL(12,4)", 16, 4, VALUE_DECIMAL, 12, 4, false },
        { JDBC_FLOAT, "DECIMAL(20)", 20, 10, VALUE_DECIMAL, 20, 0, false },
        { JDBC_FLOAT, "NUMERIC", 2000000000, 10, VALUE_DECIMAL, 0, -1, false },
        { JDBC_INTEGER, "BOOLEAN", 2000000000, 0, VALUE_BOOLEAN, 0, -1, false },
        { JDBC_VARCHAR, "DATE", 2000000000, 10, VALUE_DATE, 0, -1, false },
        { JDBC_VARCHAR, "TIMESTAMP(3)", 3, 0, VALUE_TIMESTAMP, 3, -1, false },
        { JDBC_VARCHAR, "BLOB", 2000000000, 0, VALUE_BINARY, 0, -1, true },
        { JDBC_VARCHAR, "BLOB SUB_TYPE TEXT", 2000000000, 0, VALUE_TEXT, 0, -1, true },
        { JDBC_VARCHAR, "VARBINARY(9)", 9, 0, VALUE_BINARY, 9, -1, false },
        { JDBC_VARCHAR, "", 2000000000, 10, VALUE_TEXT, 0, -1, true },
        // A number that is no guess is not overruled.
        { JDBC_TIMESTAMP, "DATE", 7, 0, VALUE_TIMESTAMP, 7, -1, false },
        { JDBC_DECIMAL, "DECIMAL", 10, 2, VALUE_DECIMAL, 10, 2, false },
        { JDBC_REAL, "REAL", 7, 0, VALUE_FLOAT, 7, -1, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jdbc_column_facts facts = { cases[i].data_type, cases[i].name, cases[i].size,
            cases[i].decimals };
        struct column column = { 0 };

        jdbc_type_describe_declared(&facts, &column);
        assert_int_equal(column.kind, cases[i].kind);
        assert_int_equal(column.width, cases[i].width);
        assert_int_equal(column.scale, cases[i].scale);
        assert_int_equal(column.is_long, cases[i].is_long);
    }
}

static void
only_listed_products_are_read_by_type(void **state)
{
    static const char *const listed[] = { "PostgreSQL", "MariaDB", "MySQL", "H2",
        "HSQL Database Engine", "Apache Derby", "OpenEdge RDBMS" };

    (void)state;
    for (size_t i = 0; i < sizeof listed / sizeof listed[0]; i++)
        assert_true(product_find(listed[i])->jdbc.is_statically_typed);
    assert_false(product_find("SQLite")->jdbc.is_statically_typed);
    assert_false(product_find("")->jdbc.is_statically_typed);
}

// --- parcels

static void
parcels_give_back_what_was_put_in(void **state)
{
    struct buffer parcel;
    struct parcel_reader reader;
    const char *text;
    size_t size;

    (void)state;
    buffer_init(&parcel, 1000);
    parcel_put_number(&parcel, -7);
    parcel_put_text(&parcel, "ä");
    parcel_put_text(&parcel, NULL);
    parcel_put_bytes(&parcel, "a\0b", 3);
    reader = (struct parcel_reader){ .at = parcel.bytes, .end = parcel.bytes + parcel.size };
    assert_int_equal(parcel_take_number(&reader), -7);
    text = parcel_take_text(&reader, &size);
    assert_int_equal(size, 2);
    assert_memory_equal(text, "ä", 2);
    assert_null(parcel_take_text(&reader, &size));
    assert_false(reader.failed);
    assert_memory_equal(parcel_take_text(&reader, &size), "a\0b", 3);
    assert_int_equal(parcel_take_number(&reader), 0);
    assert_true(reader.failed);
    buffer_release(&parcel);
}

static void
broken_parcels_are_noticed(void **state)
{
    static const int32_t sizes[] = { 5, INT32_MAX, -2, INT32_MIN };

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char bytes[8];
        struct parcel_reader reader = { .at = bytes, .end = bytes + sizeof bytes };
        size_t size;

        memset(bytes, 0, sizeof bytes);
        memcpy(bytes, &sizes[i], sizeof sizes[i]);
        assert_null(parcel_take_text(&reader, &size));
        assert_true(reader.failed);
    }
}

// --- errors

static void
exceptions_get_their_meaning(void **state)
{
    static const struct {
        const char *state;
        long code;
        const char *message;
        enum error_kind kind;
        enum error_retry retry;
        const char *hint;
    } cases[] = {
        { "08S01", 0, "gone", ERROR_SOURCE, RETRY_LATER, "running" },
        { "", -210015, "Failure getting record lock on a record from table PUB.x", ERROR_TABLE,
            RETRY_LATER, "" },
        { "22P00", 210012, "has value exceeding its max length or precision. (7864)", ERROR_DATA,
            RETRY_NEVER, "dbtool" },
        { "", 0,
            "[DataDirect][OpenEdge JDBC Driver][OpenEdge] Access denied (Authorization failed) "
            "(7512)",
            ERROR_TABLE, RETRY_NEVER, "GRANT SELECT" },
        { "", 0, "whatever", ERROR_TABLE, RETRY_NEVER, "" },
        { "HY000", 1205, "Lock wait timeout", ERROR_TABLE, RETRY_LATER, "" },
        { "90067", 90067, "Connection is broken", ERROR_SOURCE, RETRY_LATER, "" },
        { "HYT00", 0, "timed out", ERROR_SOURCE, RETRY_LATER, "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jdbc_problem problem = { .kind = JDBC_PROBLEM_SQL, .code = cases[i].code };
        struct error err = { 0 };

        (void)snprintf(problem.state, sizeof problem.state, "%s", cases[i].state);
        (void)snprintf(problem.message, sizeof problem.message, "%s", cases[i].message);
        assert_false(jdbc_fail(&problem, &err, "could not read"));
        assert_int_equal(err.kind, cases[i].kind);
        assert_int_equal(err.retry, cases[i].retry);
        assert_non_null(strstr(err.hint, cases[i].hint));
        assert_int_equal(err.native_code, cases[i].code);
    }
}

static void
a_refused_login_is_not_tried_again(void **state)
{
    struct jdbc_problem problem = { .kind = JDBC_PROBLEM_SQL, .state = "28P01", .message = "no" };
    struct error err = { 0 };

    (void)state;
    assert_false(jdbc_fail_connect(&problem, &err));
    assert_int_equal(err.kind, ERROR_SOURCE);
    assert_int_equal(err.retry, RETRY_NEVER);
    (void)snprintf(problem.state, sizeof problem.state, "08001");
    assert_false(jdbc_fail_connect(&problem, &err));
    assert_int_equal(err.retry, RETRY_LATER);
}

// --- where Java is

static void
make_java(const char *folder, const char *name, const char *version)
{
    static const char *const parts[] = { "", "/lib", "/lib/server" };
    char path[256];
    FILE *file;

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s%s", folder, name, parts[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    (void)snprintf(path, sizeof path, "%s/%s/lib/server/libjvm.so", folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    (void)fclose(file);
    (void)snprintf(path, sizeof path, "%s/%s/release", folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    (void)fprintf(file, "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"%s\"\n", version);
    (void)fclose(file);
}

static void
the_newest_java_is_found(void **state)
{
    char folder[] = "/tmp/oe2pg-java-XXXXXX";
    char home[64];
    char path[256];
    char command[64];
    struct error err = { 0 };

    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_false(jvm_find(NULL, folder, path, sizeof path, &err));
    assert_non_null(strstr(err.hint, "default-jre-headless"));
    make_java(folder, "java-11", "11.0.2");
    assert_false(jvm_find(NULL, folder, path, sizeof path, &err));
    make_java(folder, "java-21", "21.0.1");
    make_java(folder, "java-17", "17.0.1");
    assert_true(jvm_find("", folder, path, sizeof path, &err));
    assert_non_null(strstr(path, "/java-21/lib/server/libjvm.so"));
    make_java(folder, "default-java", "17.0.2");
    assert_true(jvm_find(NULL, folder, path, sizeof path, &err));
    assert_non_null(strstr(path, "/default-java/"));
    (void)snprintf(home, sizeof home, "%s/java-17", folder);
    assert_true(jvm_find(home, folder, path, sizeof path, &err));
    assert_non_null(strstr(path, "/java-17/"));
    (void)snprintf(home, sizeof home, "%s/java-11", folder);
    assert_false(jvm_find(home, folder, path, sizeof path, &err));
    assert_false(jvm_find("/no/such/java", folder, path, sizeof path, &err));
    assert_false(jvm_find(NULL, "/no/such/folder", path, sizeof path, &err));
    (void)snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0); // NOLINT: its own folder
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(openedges_url_is_made_of_its_parts),
        cmocka_unit_test(server_and_database_are_read_out_of_urls),
        cmocka_unit_test(properties_belong_to_their_driver),
        cmocka_unit_test(types_have_the_kinds_of_their_numbers),
        cmocka_unit_test(drivers_that_nobody_knows_are_gone_by_what_is_declared),
        cmocka_unit_test(only_listed_products_are_read_by_type),
        cmocka_unit_test(parcels_give_back_what_was_put_in),
        cmocka_unit_test(broken_parcels_are_noticed),
        cmocka_unit_test(exceptions_get_their_meaning),
        cmocka_unit_test(a_refused_login_is_not_tried_again),
        cmocka_unit_test(the_newest_java_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
