#include "base/log.h"

#include "../cmocka_all.h"

#include <pthread.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { THREADS = 4, LINES = 200, LETTERS = 1499 };

static char directory[] = "/tmp/oe2pg-log-XXXXXX";
static char path[64];

static int
set_up(void **state)
{
    (void)state;
    if (mkdtemp(directory) == NULL)
        return -1;
    (void)snprintf(path, sizeof path, "%s/sync.log", directory);
    return freopen("/dev/null", "w", stderr) != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(directory);
}

static void
assert_matches(const char *line, const char *expression)
{
    regex_t compiled;

    assert_int_equal(regcomp(&compiled, expression, REG_EXTENDED | REG_NOSUB), 0);
    if (regexec(&compiled, line, 0, NULL, 0) != 0)
        fail_msg("\"%s\" is not like %s", line, expression);
    regfree(&compiled);
}

#define WHEN "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} - "

static void
next_line_is(FILE *file, const char *expression)
{
    char line[8192];

    assert_non_null(fgets(line, sizeof line, file));
    assert_matches(line, expression);
}

static void
lines_have_the_documented_form(void **state)
{
    struct error err = { 0 };
    struct stat about;
    FILE *file;

    (void)state;
    assert_true(log_open(path, LOG_INFO, LOG_INFO, &err));
    log_debug("not to be seen");
    log_info("Synced %d rows", 3000);
    log_warning("two\nlines\x1b[0m");
    error_set(&err, ERROR_TABLE, "could not");
    error_hint(&err, "Do this.");
    log_failure(LOG_ERROR, &err);
    err.hint[0] = '\0';
    log_failure(LOG_WARNING, &err);
    assert_false(log_console_is_enabled(LOG_DEBUG));
    assert_true(log_console_is_enabled(LOG_ERROR));
    log_close();
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    file = fopen(path, "r");
    assert_non_null(file);
    next_line_is(file, WHEN "INFO - Synced 3000 rows\n$");
    next_line_is(file, WHEN "WARNING - two lines \\[0m\n$");
    next_line_is(file, WHEN "ERROR - could not - Do this\\.\n$");
    next_line_is(file, WHEN "WARNING - could not\n$");
    assert_int_equal(fgetc(file), EOF);
    (void)fclose(file);
    (void)unlink(path);
}

static void *
write_lines(void *letter)
{
    char text[LETTERS + 1];

    memset(text, *(const char *)letter, sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (int i = 0; i < LINES; i++)
        log_info("%s", text);
    return NULL;
}

static void
lines_of_threads_never_mix(void **state)
{
    static char letters[THREADS] = { 'a', 'b', 'c', 'd' };
    pthread_t threads[THREADS];
    struct error err = { 0 };
    FILE *file;

    (void)state;
    assert_true(log_open(path, LOG_INFO, LOG_INFO, &err));
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, &letters[i]), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    log_close();
    file = fopen(path, "r");
    assert_non_null(file);
    for (int i = 0; i < THREADS * LINES; i++) {
        char line[2 * LETTERS];
        const char *text;

        assert_non_null(fgets(line, sizeof line, file));
        assert_matches(line, WHEN "INFO - (a+|b+|c+|d+)\n$");
        text = strstr(line, "INFO - ");
        assert_non_null(text);
        assert_int_equal(strlen(text), strlen("INFO - ") + LETTERS + 1);
    }
    assert_int_equal(fgetc(file), EOF);
    (void)fclose(file);
    (void)unlink(path);
}

static void
a_very_long_line_is_cut_and_ends(void **state)
{
    char text[20000];
    struct error err = { 0 };
    FILE *file;

    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_true(log_open(path, LOG_INFO, LOG_INFO, &err));
    log_info("%s", text);
    log_info("next");
    log_close();
    file = fopen(path, "r");
    assert_non_null(file);
    next_line_is(file, WHEN "INFO - x+\n$");
    next_line_is(file, WHEN "INFO - next\n$");
    (void)fclose(file);
    (void)unlink(path);
}

static void
count_call(void *counter)
{
    ++*(int *)counter;
}

static void
the_console_hook_is_called_around_each_line(void **state)
{
    int calls = 0;
    const struct log_console_hook hook = {
        .before = count_call, .after = count_call, .context = &calls
    };
    struct error err = { 0 };

    (void)state;
    assert_true(log_open(NULL, LOG_INFO, LOG_INFO, &err));
    log_set_console_hook(&hook);
    log_info("one");
    log_debug("none");
    assert_int_equal(calls, 2);
    log_set_console_hook(NULL);
    log_info("two");
    assert_int_equal(calls, 2);
    log_close();
}

static void
a_file_that_cannot_be_opened_is_a_configuration_error(void **state)
{
    struct error err = { 0 };

    (void)state;
    assert_false(log_open("/nowhere/at/all/sync.log", LOG_INFO, LOG_INFO, &err));
    assert_int_equal(err.kind, ERROR_CONFIG);
    assert_non_null(strstr(err.message, "/nowhere/at/all/sync.log"));
    assert_string_not_equal(err.hint, "");
    log_close();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_have_the_documented_form),
        cmocka_unit_test(lines_of_threads_never_mix),
        cmocka_unit_test(a_very_long_line_is_cut_and_ends),
        cmocka_unit_test(the_console_hook_is_called_around_each_line),
        cmocka_unit_test(a_file_that_cannot_be_opened_is_a_configuration_error),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
