#include "cli/arguments.h"

#include "base/exit_status.h"

#include "../cmocka_all.h"

#include <stdio.h>
#include <string.h>

enum { WORDS_MAX = 8 };

struct argument_case {
    const char *words[WORDS_MAX]; // up to a NULL
    const char *message;          // part of message or hint
};

static bool
read_words(const char *const *words, struct arguments *arguments, struct error *err)
{
    static char storage[WORDS_MAX][200];
    static char program[] = "oe2pg";
    char *argv[WORDS_MAX + 2] = { program };
    int argc = 1;

    for (; words[argc - 1] != NULL; argc++) {
        (void)snprintf(storage[argc - 1], sizeof storage[0], "%s", words[argc - 1]);
        argv[argc] = storage[argc - 1];
    }
    return arguments_read(argc, argv, arguments, err);
}

static void
a_value_follows_as_next_word_or_after_an_equals_sign(void **state)
{
    static const char *const words[] = { "--jobs", "3", "check", "--config=a=b", "--config-only",
        NULL };
    struct arguments arguments;
    struct error err = { 0 };

    (void)state;
    assert_true(read_words(words, &arguments, &err));
    assert_string_equal(arguments.command->name, "check");
    assert_true(arguments.names_command);
    assert_int_equal(arguments.flag_count, 3);
    assert_int_equal(arguments.flags[0].id, OPTION_MIRROR_JOBS);
    assert_string_equal(arguments.flags[0].text, "3");
    assert_string_equal(arguments.flags[1].text, "a=b");
    assert_null(arguments.flags[2].text);
    assert_true(arguments_have(&arguments, OPTION_CONFIG_ONLY));
    assert_false(arguments_have(&arguments, OPTION_HELP));
    arguments_release(&arguments);
}

static void
what_is_not_understood_is_refused_with_what_is_near(void **state)
{
    static const struct argument_case cases[] = {
        { { "chekc" }, "Did you mean check?" },
        { { "check", "again" }, "unexpected argument \"again\"" },
        { { "verify", "customer" }, "A table is named by a flag: --table customer" },
        { { "check", "--confg", "x" }, "Did you mean --config?" },
        { { "check", "--zzzzzzzzzzzzz" }, "" },
        { { "check", "-x" }, "unknown flag \"-x\"" },
        { { "check", "--config" }, "needs a value" },
        { { "check", "--config", "--config-only" }, "needs a value" },
        { { "check", "--config-only=yes" }, "takes no value" },
        { { "check", "--jobs", "1", "--jobs=2" }, "given twice" },
        { { "check", "--full-sync" }, "not one of the command check" },
        { { "check", "--", "--help" }, "unexpected argument \"--help\"" },
        { { "" }, "unknown command \"\"" },
        { { "\x1b[31m" }, "unknown command \"?[31m\"" },
        { { "--"
            "ccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
            "cccccccccccccccccccccccccccccccccccccc" },
            "unknown flag" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arguments arguments;
        struct error err = { 0 };

        assert_false(read_words(cases[i].words, &arguments, &err));
        assert_int_equal(err.kind, ERROR_USAGE);
        if (strstr(err.message, cases[i].message) == NULL &&
            strstr(err.hint, cases[i].message) == NULL)
            fail_msg("case %zu: %s [%s]", i, err.message, err.hint);
        arguments_release(&arguments);
    }
}

static void
without_a_command_the_first_one_is_meant(void **state)
{
    static const char *const words[] = { "--log-level=debug", NULL };
    struct arguments arguments;
    struct error err = { 0 };
    size_t count;

    (void)state;
    assert_true(read_words(words, &arguments, &err));
    assert_false(arguments.names_command);
    assert_ptr_equal(arguments.command, command_all(&count));
    arguments_release(&arguments);
}

static void
every_kind_of_error_has_its_status(void **state)
{
    (void)state;
    assert_int_equal(exit_status_of(ERROR_NONE), 0);
    assert_int_equal(exit_status_of(ERROR_USAGE), 2);
    assert_int_equal(exit_status_of(ERROR_CONFIG), 2);
    assert_int_equal(exit_status_of(ERROR_SOURCE), 3);
    assert_int_equal(exit_status_of(ERROR_TARGET), 4);
    assert_int_equal(exit_status_of(ERROR_TABLE), 1);
    assert_int_equal(exit_status_of(ERROR_DATA), 1);
    assert_int_equal(exit_status_of(ERROR_BUSY), 5);
    assert_int_equal(exit_status_of(ERROR_SYSTEM), 70);
    assert_int_equal(exit_status_of(ERROR_CANCELLED), 130);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_follows_as_next_word_or_after_an_equals_sign),
        cmocka_unit_test(what_is_not_understood_is_refused_with_what_is_near),
        cmocka_unit_test(without_a_command_the_first_one_is_meant),
        cmocka_unit_test(every_kind_of_error_has_its_status),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
