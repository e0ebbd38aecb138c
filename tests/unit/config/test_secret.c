#include "config/secret.h"

#include "../cmocka_all.h"

#include <string.h>

struct secret_case {
    const char *text;
    const char *shown;      // NULL: refused
    const char *secrets[4]; // up to a NULL, in their order
};

typedef bool secret_scanner(struct arena *arena, const char *text, struct secret_list *secrets,
    const char **shown, struct error *err);

static void
run_cases(secret_scanner *scan, const struct secret_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct secret_case *c = &cases[i];
        struct arena arena;
        struct secret_list secrets = { 0 };
        struct error err = { 0 };
        const char *shown = NULL;
        bool done;

        arena_init(&arena);
        done = scan(&arena, c->text, &secrets, &shown, &err);
        if (done != (c->shown != NULL))
            fail_msg("%s: %s", c->text, done ? "was accepted" : err.message);
        if (!done) {
            assert_null(strstr(err.message, "geheim"));
            assert_null(strstr(err.hint, "geheim"));
        } else {
            assert_string_equal(shown, c->shown);
            for (size_t k = 0; k < secrets.count; k++) {
                assert_non_null(c->secrets[k]);
                assert_string_equal(secrets.texts[k], c->secrets[k]);
            }
            assert_null(c->secrets[secrets.count]);
        }
        arena_release(&arena);
    }
}

static void
passwords_in_libpq_strings_are_found_as_libpq_reads_them(void **state)
{
    static const struct secret_case cases[] = {
        { "", "", { 0 } },
        { "  ", "  ", { 0 } },
        { "host=a password=geheim user=b", "host=a password=*** user=b", { "geheim" } },
        { "password = geheim", "password = ***", { "geheim" } },
        { "password='ge heim' x=1", "password=*** x=1", { "'ge heim'", "ge heim" } },
        { "password='ge\\'h\\\\'", "password=***", { "'ge\\'h\\\\'", "ge'h\\" } },
        { "password=ge\\ heim x=y", "password=*** x=y", { "ge\\ heim", "ge heim" } },
        { "password=geheim\\", "password=***", { "geheim\\", "geheim" } },
        { "sslpassword=geheim\tpassword=b", "sslpassword=***\tpassword=***", { "geheim", "b" } },
        { "password=''", "password=***", { "''" } },
        { "password=", "password=", { 0 } },
        { "host=a'b password=c", "host=a'b password=***", { "c" } },
        { "password='geheim'user=x", "password=***user=x", { "'geheim'", "geheim" } },
        { "host='password=geheim'", "host='password=geheim'", { 0 } },
        { "password=my geheim", NULL, { 0 } },
        { "password='geheim", NULL, { 0 } },
        { "=geheim", NULL, { 0 } },
        { "geheim", NULL, { 0 } },
        { "dbname=postgresql://u:geheim@h/db", NULL, { 0 } },
        { "dbname='postgres://u:geheim@h/db'", NULL, { 0 } },
        { "dbname='host=h password=geheim'", NULL, { 0 } },
        { "host=postgresql://u:geheim@h", NULL, { 0 } },
        { "user=https://u:geheim@h", NULL, { 0 } },
        { "dbname=a:b", "dbname=a:b", { 0 } },
        { "options=-cgeqo=off", "options=-cgeqo=off", { 0 } },
    };

    (void)state;
    run_cases(secret_scan_libpq, cases, sizeof cases / sizeof cases[0]);
}

static void
passwords_in_uris_are_found_as_libpq_reads_them(void **state)
{
    static const struct secret_case cases[] = {
        { "postgresql://", "postgresql://", { 0 } },
        { "postgresql://h/db", "postgresql://h/db", { 0 } },
        { "postgres://u:geheim@h:5432/db", "postgres://u:***@h:5432/db", { "geheim" } },
        { "postgresql://u:ge%40heim@h", "postgresql://u:***@h", { "ge%40heim", "ge@heim" } },
        { "postgresql://u:ge?heim@h", "postgresql://u:***@h", { "ge?heim" } },
        { "postgresql://u:a:b@h", "postgresql://u:***@h", { "a:b" } },
        { "postgresql://u@h/db?password=geheim&sslmode=require",
            "postgresql://u@h/db?password=***&sslmode=require", { "geheim" } },
        { "postgresql://h/db?%70assword=geheim", "postgresql://h/db?%70assword=***", { "geheim" } },
        { "postgresql://h/db?user=a@b", "postgresql://h/db?user=a@b", { 0 } },
        { "postgresql://[::1]:5432,h2:5433/db", "postgresql://[::1]:5432,h2:5433/db", { 0 } },
        { "postgresql://h/?dbname=postgres%3A%2F%2Fu:geheim@h", NULL, { 0 } },
        { "postgresql://u:ge@heim@h", NULL, { 0 } },
        { "postgresql://u:ge/heim@h", NULL, { 0 } },
        { "postgresql://u:12/a?geheim@h", NULL, { 0 } },
    };

    (void)state;
    run_cases(secret_scan_libpq, cases, sizeof cases / sizeof cases[0]);
}

static void
passwords_in_odbc_strings_are_found(void **state)
{
    static const struct secret_case cases[] = {
        { "", "", { 0 } },
        { "DSN=x", "DSN=x", { 0 } },
        { "UID=a;PWD=geheim;SERVER=b", "UID=a;PWD=***;SERVER=b", { "geheim" } },
        { "Password = geheim ;Server=b", "Password = ***;Server=b", { "geheim ", "geheim" } },
        { "pwd={ge;h}};eim};Server=b", "pwd=***;Server=b", { "{ge;h}};eim}", "ge;h};eim" } },
        { "PWD={}", "PWD=***", { "{}" } },
        { "PWD=", "PWD=", { 0 } },
        { "PWD=a1;b2;Server=c", "PWD=***;***;Server=c", { "a1", "b2" } },
        { "Driver={My;PWD=x};KeystorePassword=geheim", "Driver={My;PWD=x};KeystorePassword=***",
            { "geheim" } },
        { ";;PWD=a;;", ";;PWD=***;;", { "a" } },
        { "ApiKey=geheim;Server=b", "ApiKey=***;Server=b", { "geheim" } },
        { "Driver={x};Secret Access_Key=geheim", "Driver={x};Secret Access_Key=***", { "geheim" } },
        { "Server=postgresql://u:ge%3Bheim@h;Port=1", "Server=***;Port=1",
            { "postgresql://u:ge%3Bheim@h", "ge%3Bheim", "ge;heim" } },
        { "Database={https://u:geheim@h}", "Database=***",
            { "{https://u:geheim@h}", "https://u:geheim@h", "geheim" } },
        { "PWD={geheim", NULL, { 0 } },
        { "PWD={geheim}}", NULL, { 0 } },
        { "Driver={x", NULL, { 0 } },
    };

    (void)state;
    run_cases(secret_scan_odbc, cases, sizeof cases / sizeof cases[0]);
}

static void
many_short_secrets_fit(void **state)
{
    char text[4000] = "PWD=";
    struct arena arena;
    struct secret_list secrets = { 0 };
    struct error err = { 0 };
    const char *shown;

    (void)state;
    for (size_t i = 4; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "x;", 2);
    arena_init(&arena);
    assert_true(secret_scan_odbc(&arena, text, &secrets, &shown, &err));
    assert_int_equal(secrets.count, 1);
    assert_null(strchr(shown, 'x'));
    arena_release(&arena);
}

static void
passwords_in_jdbc_urls_are_found(void **state)
{
    static const struct {
        const char *url;
        const char *shown;
    } cases[] = {
        { "jdbc:datadirect:openedge://h:1;databaseName=d", NULL },
        { "jdbc:datadirect:openedge://h:1;databaseName=d;Password=p w;X=1",
            "jdbc:datadirect:openedge://h:1;databaseName=d;Password=***;X=1" },
        { "jdbc:x://h/d?user=u&password=p&ssl=true", "jdbc:x://h/d?user=u&password=***&ssl=true" },
        { "jdbc:x://u:geheim@h/d", "jdbc:x://u:***@h/d" },
        { "jdbc:x://h/d;trustStorePassword=a;b", "jdbc:x://h/d;trustStorePassword=***;***" },
        { "jdbc:x://h/d?mail=a:b@c", NULL },
        { "jdbc:oracle:thin:scott/geheim@h:1521:x", "jdbc:oracle:thin:scott/***@h:1521:x" },
        { "jdbc:sqlite:/home/a@b/file", NULL },
        { "jdbc:mysql://address=(host=h)(password=geheim)(port=1)/d?x=y",
            "jdbc:mysql://address=(host=h)(password=***)(port=1)/d?x=y" },
        { "jdbc:x://h/d;ApiKey=a1;b=2", "jdbc:x://h/d;ApiKey=***;b=2" },
        { "", NULL },
        { ";", NULL },
        { ";password=", NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct secret_list secrets = { 0 };
        struct arena arena;
        const char *shown;

        arena_init(&arena);
        secret_scan_jdbc(&arena, cases[i].url, &secrets, &shown);
        assert_string_equal(shown, cases[i].shown != NULL ? cases[i].shown : cases[i].url);
        assert_true((secrets.count > 0) == (cases[i].shown != NULL));
        arena_release(&arena);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passwords_in_libpq_strings_are_found_as_libpq_reads_them),
        cmocka_unit_test(passwords_in_uris_are_found_as_libpq_reads_them),
        cmocka_unit_test(passwords_in_odbc_strings_are_found),
        cmocka_unit_test(many_short_secrets_fit),
        cmocka_unit_test(passwords_in_jdbc_urls_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
