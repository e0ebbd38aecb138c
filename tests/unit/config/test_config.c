#include "config/load.h"

#include "../cmocka_all.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/oe2pg-config-XXXXXX";

static int
make_folder(void **state)
{
    (void)state;
    (void)unsetenv("PGPASSWORD");
    return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static void
write_file(const char *name, const char *text)
{
    int file = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(close(file), 0);
}

static int
empty_folder(void **state)
{
    (void)state;
    (void)unlink("config.json");
    (void)unlink("settings.json");
    (void)unlink("ignored_tables.txt");
    (void)unlink("other.txt");
    return 0;
}

static int
remove_folder(void **state)
{
    (void)empty_folder(state);
    return rmdir(folder);
}

static const struct config_flag no_flags[1];

static void
load(struct config *config)
{
    struct error err = { 0 };

    if (!config_load(config, no_flags, 0, &err))
        fail_msg("%s", err.message);
}

static void
assert_refused(const char *text, const char *place, const char *words)
{
    struct config config;
    struct error err = { 0 };

    write_file("config.json", text);
    assert_false(config_load(&config, no_flags, 0, &err));
    assert_int_equal(err.kind, ERROR_CONFIG);
    if (strncmp(err.message, place, strlen(place)) != 0 ||
        (strstr(err.message, words) == NULL && strstr(err.hint, words) == NULL))
        fail_msg("%s [%s]", err.message, err.hint);
    config_release(&config);
}

static void
an_empty_object_gives_the_defaults(void **state)
{
    struct config config;
    const struct settings *settings = &config.settings;

    (void)state;
    write_file("config.json", "{}");
    load(&config);
    assert_int_equal(settings->source.interface, SOURCE_INTERFACE_ODBC);
    assert_null(settings->source.host);
    assert_int_equal(settings->source.port, 0);
    assert_string_equal(settings->source.schema, "PUB");
    assert_int_equal(settings->source.isolation, SOURCE_READ_UNCOMMITTED);
    assert_int_equal(settings->source.connect_timeout_s, 30);
    assert_int_equal(settings->source.query_timeout_s, 0);
    assert_int_equal(settings->source.stall_s, 300);
    assert_int_equal(settings->source.max_transaction_s, 300);
    assert_string_equal(settings->target.conn_string, "");
    assert_int_equal(settings->target.timeout_s, 30);
    assert_string_equal(settings->target.schema, "pub");
    assert_int_equal(settings->mirror.jobs, 2);
    assert_int_equal(settings->mirror.naming, NAMING_PLAIN);
    assert_int_equal(settings->mirror.batch_size, 5000);
    assert_int_equal(settings->mirror.memory_mb, 512);
    assert_int_equal(settings->mirror.history_days, 90);
    assert_null(settings->mirror.log_file);
    assert_false(settings->mirror.full_sync);
    assert_false(settings->mirror.ignore_file_found);
    assert_int_equal(config.console_level, LOG_INFO);
    assert_int_equal(config.file_level, LOG_INFO);
    assert_int_equal(config.warning_count, 0);
    config_release(&config);
}

static void
settings_json_is_laid_over_config_json_key_by_key(void **state)
{
    struct config config;

    (void)state;
    write_file("config.json", "{\"progress_db\": {\"user\": \"a\", \"host\": \"h\"},\n"
                              "\"mirror_settings\": {\"tables\": {\"Customer\": {\"key\": \"id\","
                              "\"priority\": 3}, \"x*\": {}}}}");
    write_file("settings.json", "{\"progress_db\":\n{\"user\": \"b\"}, \"mirror_settings\": "
                                "{\"tables\": {\"customer\": {\"key\": [\"a\", \"b\"]}}}}");
    load(&config);
    assert_string_equal(config.settings.source.user, "b");
    assert_string_equal(config.settings.source.host, "h");
    assert_string_equal(config.values[OPTION_SOURCE_USER].where, "settings.json");
    assert_int_equal(config.values[OPTION_SOURCE_USER].line, 2);
    assert_int_equal(config.settings.mirror.table_count, 2);
    assert_int_equal(config.settings.mirror.tables[0].key_count, 2);
    assert_string_equal(config.settings.mirror.tables[0].key[1], "b");
    assert_int_equal(config.settings.mirror.tables[0].priority, 3);
    config_release(&config);
}

static void
flags_beat_the_environment_which_beats_the_files(void **state)
{
    const struct config_flag flags[] = { { OPTION_MIRROR_JOBS, "7" }, { OPTION_FULL_SYNC, NULL },
        { OPTION_TABLE, "a" }, { OPTION_TABLE, "b*" }, { OPTION_IGNORE_TABLE, "c" } };
    struct config config;
    struct error err = { 0 };

    (void)state;
    write_file("config.json", "{\"mirror_settings\": {\"jobs\": 3, \"batch_size\": 4}}");
    write_file("ignored_tables.txt", "\xEF\xBB\xBF# c\r\none # why\r\n\r\n  PUB.two#3  \n#x");
    assert_int_equal(setenv("OE2PG_MIRROR_SETTINGS_JOBS", "5", 1), 0);
    assert_int_equal(setenv("OE2PG_MIRROR_SETTINGS_BATCH_SIZE", "6", 1), 0);
    assert_true(config_load(&config, flags, sizeof flags / sizeof flags[0], &err));
    assert_int_equal(config.settings.mirror.jobs, 7);
    assert_int_equal(config.settings.mirror.batch_size, 6);
    assert_true(config.settings.mirror.full_sync);
    assert_int_equal(config.settings.mirror.selected_count, 2);
    assert_string_equal(config.settings.mirror.selected[1].pattern, "b*");
    assert_true(config.settings.mirror.ignore_file_found);
    assert_int_equal(config.settings.mirror.ignored_count, 3);
    assert_string_equal(config.settings.mirror.ignored[0].pattern, "one");
    assert_int_equal(config.settings.mirror.ignored[0].line, 2);
    assert_string_equal(config.settings.mirror.ignored[1].pattern, "PUB.two#3");
    assert_int_equal(config.settings.mirror.ignored[1].line, 4);
    assert_string_equal(config.settings.mirror.ignored[2].file, "--ignore-table");
    assert_int_equal(config.settings.mirror.ignored[2].line, 0);
    config_release(&config);
    assert_int_equal(unsetenv("OE2PG_MIRROR_SETTINGS_JOBS"), 0);
    assert_int_equal(unsetenv("OE2PG_MIRROR_SETTINGS_BATCH_SIZE"), 0);
}

static void
secrets_are_collected_for_both_sides(void **state)
{
    struct config config;

    (void)state;
    write_file("config.json", "{\"progress_db\": {\"password\": \"one}1\", \"odbc_connection\": "
                              "\"PWD={two;2}\"}, \"postgres_db\": {\"conn_string\": "
                              "\"password=three3 host=h\"}}");
    load(&config);
    assert_int_equal(config.settings.source.secret_count, 4);
    assert_string_equal(config.settings.source.secrets[0], "one}1");
    assert_string_equal(config.settings.source.secrets[1], "one}}1");
    assert_string_equal(config.settings.source.secrets[2], "{two;2}");
    assert_string_equal(config.settings.source.secrets[3], "two;2");
    assert_int_equal(config.settings.target.secret_count, 1);
    assert_string_equal(config.settings.target.secrets[0], "three3");
    assert_string_equal(config.values[OPTION_SOURCE_PASSWORD].shown, "***");
    assert_string_equal(config.values[OPTION_TARGET_CONN_STRING].shown, "password=*** host=h");
    config_release(&config);
}

static void
asking_for_jdbc_needs_a_place_to_connect_to(void **state)
{
    struct config config;
    struct error err = { 0 };

    (void)state;
    write_file("config.json", "{\"progress_db\":\n{\"jar_file\": [\"a.jar\", \"/b.jar\"]}}");
    load(&config);
    assert_int_equal(config.settings.source.interface, SOURCE_INTERFACE_JDBC);
    assert_int_equal(config.values[OPTION_SOURCE_JAR_FILE].list_count, 2);
    assert_false(config_check_source(&config, &err));
    assert_int_equal(err.kind, ERROR_CONFIG);
    assert_non_null(strstr(err.message, "progress_db.jdbc_url"));
    config_release(&config);
    write_file("config.json", "{\"progress_db\":\n{\"jar_file\": \"a.jar\", \"host\": \"h\","
                              "\"port\": 1, \"db_name\": \"d\"}}");
    load(&config);
    assert_true(config_check_source(&config, &err));
    config_release(&config);
    write_file("config.json", "{\"progress_db\": {\"jar_file\": \"a.jar\",\n"
                              "\"jdbc_url\": \"jdbc:x:y;Password=geheim;user=u\",\n"
                              "\"jdbc_properties\": {\"a\": \"b=c\", \"keyPassword\": \"ganz\"},\n"
                              "\"jvm_options\": [\"-Xmx1g\", \"-Dx=y z\"]}}");
    load(&config);
    assert_true(config_check_source(&config, &err));
    assert_int_equal(config.settings.source.jdbc_property_count, 2);
    assert_string_equal(config.settings.source.jdbc_properties[0], "a=b=c");
    assert_int_equal(config.settings.source.jvm_option_count, 2);
    assert_string_equal(config.settings.source.jvm_options[1], "-Dx=y z");
    assert_string_equal(
        config.values[OPTION_SOURCE_JDBC_PROPERTIES].shown, "a=b=c, keyPassword=***");
    assert_string_equal(
        config.values[OPTION_SOURCE_JDBC_URL].shown, "jdbc:x:y;Password=***;user=u");
    assert_int_equal(config.settings.source.secret_count, 2);
    config_release(&config);
    write_file("config.json", "{\"progress_db\": {\"interface\": \"jdbc\"}}");
    load(&config);
    assert_false(config_check_source(&config, &err));
    assert_non_null(strstr(err.message, "jar_file"));
    config_release(&config);
    write_file("config.json",
        "{\"progress_db\":\n{\"jar_file\": \"a.jar\", \"interface\": \"odbc\","
        "\"odbc_driver\": \"SQLite3\"}}");
    load(&config);
    assert_true(config_check_source(&config, &err));
    config_release(&config);
    write_file("config.json", "{}");
    load(&config);
    assert_false(config_check_source(&config, &err));
    config_release(&config);
}

static void
the_target_schema_follows_the_source_schema(void **state)
{
    static const struct {
        const char *text;
        const char *schema;
    } cases[] = {
        { "{\"progress_db\": {\"schema\": \"\"}}", "mirror" },
        { "{\"progress_db\": {\"schema\": \"My-Shop\"}}", "my_shop" },
        { "{\"postgres_db\": {\"schema\": \"Any Name\"}}", "Any Name" },
        { "{\"postgres_db\": {\"schema\": \"\"}}", "pub" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct config config;

        write_file("config.json", cases[i].text);
        load(&config);
        assert_string_equal(config.settings.target.schema, cases[i].schema);
        config_release(&config);
    }
}

static void
wrong_values_are_refused_with_file_line_and_key(void **state)
{
    (void)state;
    assert_refused("[]", "config.json:1:", "must be an object");
    assert_refused("{\"progres_db\": {}}", "config.json:1:", "Did you mean progress_db?");
    assert_refused("{\n\"port\": 1}", "config.json:2:", "belongs into progress_db");
    assert_refused("{\"progress_db\": {\n\"hots\": \"\"}}", "config.json:2:", "Did you mean host?");
    assert_refused("{\"progress_db\": {\n\"jobs\": 1}}", "config.json:2:", "mirror_settings");
    assert_refused("{\"progress_db\": {\n\"port\": \"1\"}}", "config.json:2:", "without quotes");
    assert_refused("{\"progress_db\": {\n\"host\": 1}}", "config.json:2:", "double quotes");
    assert_refused("{\"progress_db\": {\n\"host\": null}}", "config.json:2:", "Leave the key out");
    assert_refused("{\"progress_db\":\n7}", "config.json:2:", "must be an object");
    assert_refused(
        "{\"progress_db\": {\n\"isolation\": \"x\"}}", "config.json:2:", "read_committed");
    assert_refused("{\"progress_db\": {\"jar_file\": [\n1]}}", "config.json:2:", "list of texts");
    assert_refused("{\"progress_db\": {\"jar_file\": [\n\"\"]}}", "config.json:2:", "empty text");
    assert_refused("{\"progress_db\": {\"jar_file\":\n[]}}", "config.json:2:", "empty list");
    assert_refused("{\"progress_db\": {\"jdbc_properties\":\n[]}}", "config.json:2:", "an object");
    assert_refused(
        "{\"progress_db\": {\"jdbc_properties\": {\n\"a\": 1}}}", "config.json:2:", "an object");
    assert_refused(
        "{\"progress_db\": {\"jdbc_properties\": {\n\"a=b\": \"\"}}}", "config.json:2:", "name");
    assert_refused(
        "{\"mirror_settings\": {\"tables\":\n[]}}", "config.json:2:", "must be an object");
    assert_refused("{\"mirror_settings\": {\"tables\": {\n\"a\": {\n\"kye\": 1}}}}",
        "config.json:3:", "Did you mean key?");
    assert_refused("{\"mirror_settings\": {\"tables\": {\n\"a\": {}, \n\"A\": {}}}}",
        "config.json:3:", "same table as in line 2");
    assert_refused("{\"mirror_settings\": {\"tables\": {\n\"\": {}}}}", "config.json:2:", "empty");
    assert_refused("{\"postgres_db\": {\n\"schema\": \"pg_x\"}}", "config.json:2:", "reserved");
    assert_refused("{\"postgres_db\": {\n\"schema\": \"OE2PG\"}}", "config.json:2:", "reserved");
    assert_refused("{\"postgres_db\": {\n\"conn_string\": \"x\"}}",
        "config.json:2:", "postgres_db.conn_string");
    assert_refused("{\"progress_db\": {\n\"odbc_connection\": \"PWD={a\"}}",
        "config.json:2:", "progress_db.odbc_connection");
    assert_refused(
        "{\"mirror_settings\": {\n\"ignore_file\": \"other.txt\"}}", "config.json:2:", "no file");
}

static void
a_misspelt_variable_is_refused(void **state)
{
    struct config config;
    struct error err = { 0 };

    (void)state;
    write_file("config.json", "{}");
    assert_int_equal(setenv("OE2PG_PROGRESS_DB_PASWORD", "geheim", 1), 0);
    assert_false(config_load(&config, no_flags, 0, &err));
    assert_non_null(strstr(err.hint, "OE2PG_PROGRESS_DB_PASSWORD"));
    assert_null(strstr(err.message, "geheim"));
    config_release(&config);
    assert_int_equal(unsetenv("OE2PG_PROGRESS_DB_PASWORD"), 0);
}

static void
who_may_write_decides_whether_a_file_is_read(void **state)
{
    static const struct {
        mode_t mode;
        bool is_fine;
        bool is_warned; // for a file of root's, which this test may or may not own
    } cases[] = { { 0400, true, false }, { 0500, true, false }, { 0600, true, false },
        { 0644, true, true }, { 0604, true, true }, { 0620, false, false },
        { 0602, false, false } };

    (void)state;
    write_file("config.json", "{}");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct config config;
        struct error err = { 0 };

        assert_int_equal(chmod("config.json", cases[i].mode), 0);
        assert_int_equal(config_load(&config, no_flags, 0, &err), cases[i].is_fine);
        assert_int_equal(config.warning_count, cases[i].is_warned ? 1 : 0);
        if (!cases[i].is_fine)
            assert_non_null(strstr(err.hint, "chmod 0600"));
        config_release(&config);
    }
}

static void
limits_of_deletes_and_drops_are_filled(void **state)
{
    static const struct config_flag flags[] = { { OPTION_ALLOW_DELETE, "a*" },
        { OPTION_ALLOW_DELETE, "b" }, { OPTION_ACCEPT_SOURCE, NULL } };
    struct config config;
    const struct mirror_settings *mirror = &config.settings.mirror;
    struct error err = { 0 };

    (void)state;
    write_file("config.json", "{\"mirror_settings\": {\"dropped_columns\": \"drop\", "
                              "\"max_delete_rows\": 7, \"tables\": {"
                              "\"a\": {\"max_delete_percent\": 0}, \"b\": {}}}}");
    assert_true(config_load(&config, flags, sizeof flags / sizeof flags[0], &err));
    assert_int_equal(mirror->max_delete_percent, 10);
    assert_int_equal(mirror->max_delete_rows, 7);
    assert_int_equal(mirror->dropped_columns, DROPPED_DROP);
    assert_int_equal(mirror->dropped_tables, DROPPED_KEEP);
    assert_true(mirror->accept_source);
    assert_int_equal(mirror->allowed_delete_count, 2);
    assert_string_equal(mirror->allowed_deletes[0].pattern, "a*");
    assert_string_equal(mirror->allowed_deletes[1].file, "--allow-delete");
    assert_int_equal(mirror->tables[0].max_delete_percent, 0);
    assert_int_equal(mirror->tables[1].max_delete_percent, -1);
    config_release(&config);
}

static void
fingerprint_of(const char *text, char *fingerprint)
{
    struct config config;

    write_file("config.json", text);
    load(&config);
    assert_int_equal(strlen(config.settings.fingerprint), 16);
    assert_int_equal(strspn(config.settings.fingerprint, "0123456789abcdef"), 16);
    memcpy(fingerprint, config.settings.fingerprint, 17);
    config_release(&config);
}

static void
the_fingerprint_tells_settings_apart_and_nothing_else(void **state)
{
    static const char *const same[] = { "{}",
        "{\"mirror_settings\": {\"jobs\": 2}, \"_\": 1}", // the default, said
        "{\"progress_db\": {\"password\": \"one\"}}",
        "{\"mirror_settings\": {\"log_file\": \"x.log\"}}" };
    static const char *const other[] = { "{\"mirror_settings\": {\"jobs\": 3}}",
        "{\"progress_db\": {\"host\": \"a\"}}", "{\"progress_db\": {\"user\": \"a\"}}",
        "{\"mirror_settings\": {\"tables\": {\"a\": {\"key\": [\"b\", \"c\"]}}}}",
        "{\"mirror_settings\": {\"tables\": {\"a\": {\"key\": [\"b, c\"]}}}}",
        "{\"mirror_settings\": {\"tables\": {\"a\": {\"where\": \"b = 1\"}}}}" };
    char prints[7][17];
    char print[17];

    (void)state;
    fingerprint_of(same[0], prints[0]);
    for (size_t i = 1; i < sizeof same / sizeof same[0]; i++) {
        fingerprint_of(same[i], print);
        assert_string_equal(print, prints[0]);
    }
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
        fingerprint_of(other[i], prints[i + 1]);
        for (size_t j = 0; j <= i; j++)
            assert_string_not_equal(prints[i + 1], prints[j]);
    }
}

static void
the_fingerprint_does_not_depend_on_order_or_passwords_in_strings(void **state)
{
    char one[17];
    char two[17];

    (void)state;
    fingerprint_of("{\"mirror_settings\": {\"tables\": {\"a\": {\"priority\": 1}, \"b\": "
                   "{\"priority\": 2}}}, \"postgres_db\": {\"conn_string\": \"host=h "
                   "password=first\"}}",
        one);
    fingerprint_of("{\"postgres_db\": {\"conn_string\": \"host=h password=second\"}, "
                   "\"mirror_settings\": {\"tables\": {\"b\": {\"priority\": 2}, \"a\": "
                   "{\"priority\": 1}}}}",
        two);
    assert_string_equal(one, two);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_empty_object_gives_the_defaults, empty_folder),
        cmocka_unit_test_setup(settings_json_is_laid_over_config_json_key_by_key, empty_folder),
        cmocka_unit_test_setup(flags_beat_the_environment_which_beats_the_files, empty_folder),
        cmocka_unit_test_setup(secrets_are_collected_for_both_sides, empty_folder),
        cmocka_unit_test_setup(asking_for_jdbc_needs_a_place_to_connect_to, empty_folder),
        cmocka_unit_test_setup(the_target_schema_follows_the_source_schema, empty_folder),
        cmocka_unit_test_setup(wrong_values_are_refused_with_file_line_and_key, empty_folder),
        cmocka_unit_test_setup(a_misspelt_variable_is_refused, empty_folder),
        cmocka_unit_test_setup(who_may_write_decides_whether_a_file_is_read, empty_folder),
        cmocka_unit_test_setup(limits_of_deletes_and_drops_are_filled, empty_folder),
        cmocka_unit_test_setup(the_fingerprint_tells_settings_apart_and_nothing_else, empty_folder),
        cmocka_unit_test_setup(
            the_fingerprint_does_not_depend_on_order_or_passwords_in_strings, empty_folder),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
