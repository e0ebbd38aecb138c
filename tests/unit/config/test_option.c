#include "config/option.h"

#include "cli/command_table.h"

#include "base/text.h"

#include "../cmocka_all.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
every_option_has_a_help_line_without_a_period(void **state)
{
    (void)state;
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct option *option = option_at((enum option_id)id);

        assert_non_null(option->help);
        assert_true(strlen(option->help) > 5);
        assert_int_not_equal(option->help[strlen(option->help) - 1], '.');
        assert_true((option->section == NULL) == (option->key == NULL));
        assert_true(option->key != NULL || option->flag != NULL);
    }
}

static void
every_environment_name_follows_from_section_and_key(void **state)
{
    (void)state;
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct option *option = option_at((enum option_id)id);
        char name[128];

        if (option->section == NULL || option->environment == NULL)
            continue;
        (void)snprintf(name, sizeof name, "OE2PG_%s_%s", option->section, option->key);
        for (char *p = name; *p != '\0'; p++)
            *p = (char)toupper((unsigned char)*p);
        assert_string_equal(option->environment, name);
    }
}

static void
no_secret_has_a_flag(void **state)
{
    (void)state;
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct option *option = option_at((enum option_id)id);

        if (option->secrecy != OPTION_PUBLIC)
            assert_null(option->flag);
        if (option->key != NULL && strstr(option->key, "password") != NULL)
            assert_int_equal(option->secrecy, OPTION_SECRET);
    }
}

static void
every_flag_belongs_to_a_command_and_names_its_value(void **state)
{
    (void)state;
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct option *option = option_at((enum option_id)id);

        if (option->flag == NULL)
            continue;
        assert_true(option->verbs != 0);
        assert_int_equal(option_find_flag(option->flag), id);
        assert_true((option->type == OPTION_SWITCH) == (option->argument == NULL));
    }
}

static void
every_default_is_allowed_by_its_own_range(void **state)
{
    struct error err = { 0 };
    int64_t value;

    (void)state;
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct option *option = option_at((enum option_id)id);

        if (option->default_text == NULL)
            continue;
        if (option->type == OPTION_INTEGER)
            assert_true(option_parse_integer(option, option->default_text, "x", &value, &err));
        if (option->type == OPTION_WORD)
            assert_true(option_parse_word(option, option->default_text, "x", &value, &err));
    }
}

static void
integers_outside_of_the_range_are_refused_with_the_range(void **state)
{
    static const char *const bad[] = { "0", "65536", "-1", "", " 5", "5 ", "0x10", "1e3", "5.0",
        "99999999999999999999999", "+5", "zwei" };
    const struct option *port = option_at(OPTION_SOURCE_PORT);
    struct error err = { 0 };
    int64_t value;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(option_parse_integer(port, bad[i], "config.json:4: port", &value, &err));
        assert_int_equal(err.kind, ERROR_CONFIG);
        assert_non_null(strstr(err.message, "config.json:4: port"));
        assert_non_null(strstr(err.message, "from 1 to 65535"));
    }
    assert_true(option_parse_integer(port, "65535", "x", &value, &err));
    assert_int_equal(value, 65535);
}

static void
a_wrong_word_is_answered_with_the_nearest(void **state)
{
    struct error err = { 0 };
    int64_t value;

    (void)state;
    assert_false(option_parse_word(option_at(OPTION_MIRROR_NAMING), "plane", "x", &value, &err));
    assert_non_null(strstr(err.message, "plain, lower or exact"));
    assert_string_equal(err.hint, "Did you mean plain?");
    assert_true(option_parse_word(option_at(OPTION_MIRROR_NAMING), "exact", "x", &value, &err));
    assert_int_equal(value, 2);
}

static void
the_page_in_docs_is_what_the_table_says(void **state)
{
    const char *path = getenv("OE2PG_OPTIONS_PAGE");
    FILE *page = path != NULL ? fopen(path, "r") : NULL;
    char *expected = NULL;
    size_t expected_size = 0;
    FILE *memory = open_memstream(&expected, &expected_size);
    const struct option_takers takers = command_takers();
    char *found;
    size_t found_size;

    (void)state;
    assert_non_null(memory);
    option_print_reference(memory, &takers);
    assert_int_equal(fclose(memory), 0);
    if (page == NULL)
        fail_msg("OE2PG_OPTIONS_PAGE must name docs/options.md");
    found = malloc(expected_size + 2);
    assert_non_null(found);
    found_size = fread(found, 1, expected_size + 1, page);
    assert_int_equal(fclose(page), 0);
    found[found_size] = '\0';
    assert_string_equal(found, expected); // else: oe2pg --help-options > docs/options.md
    free(found);
    free(expected);
}

static void
the_page_names_every_key_flag_and_variable(void **state)
{
    char *page = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&page, &size);
    const struct option_takers takers = command_takers();

    (void)state;
    assert_non_null(memory);
    option_print_reference(memory, &takers);
    assert_int_equal(fclose(memory), 0);
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct option *option = option_at((enum option_id)id);

        if (option->key != NULL)
            assert_non_null(strstr(page, option->key));
        if (option->flag != NULL)
            assert_non_null(strstr(page, option->flag));
        if (option->environment != NULL)
            assert_non_null(strstr(page, option->environment));
    }
    free(page);
}

static void
every_flag_is_one_of_a_command_that_there_is(void **state)
{
    const struct option_takers takers = command_takers();
    unsigned all = 0;

    (void)state;
    for (size_t i = 0; i < takers.count; i++)
        all |= takers.verbs[i];
    assert_int_equal(all, OPTION_FOR_ALL);
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct option *option = option_at((enum option_id)id);

        if (option->flag != NULL)
            assert_int_not_equal(option->verbs & all, 0);
        assert_int_equal(option->verbs & ~all, 0);
    }
}

static void
the_page_names_each_command_of_a_flag(void **state)
{
    const struct option_takers takers = command_takers();
    char *page = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&page, &size);
    const char *table;

    (void)state;
    assert_non_null(memory);
    option_print_reference(memory, &takers);
    assert_int_equal(fclose(memory), 0);
    table = strstr(page, "### `--table NAME`");
    assert_non_null(table);
    assert_non_null(strstr(table, "- Commands: `sync`, `plan`, `status`, `verify`, `adopt`\n"));
    assert_null(strstr(page, "- Commands: \n"));
    free(page);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_has_a_help_line_without_a_period),
        cmocka_unit_test(every_environment_name_follows_from_section_and_key),
        cmocka_unit_test(no_secret_has_a_flag),
        cmocka_unit_test(every_flag_belongs_to_a_command_and_names_its_value),
        cmocka_unit_test(every_default_is_allowed_by_its_own_range),
        cmocka_unit_test(integers_outside_of_the_range_are_refused_with_the_range),
        cmocka_unit_test(a_wrong_word_is_answered_with_the_nearest),
        cmocka_unit_test(the_page_in_docs_is_what_the_table_says),
        cmocka_unit_test(the_page_names_every_key_flag_and_variable),
        cmocka_unit_test(every_flag_is_one_of_a_command_that_there_is),
        cmocka_unit_test(the_page_names_each_command_of_a_flag),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
