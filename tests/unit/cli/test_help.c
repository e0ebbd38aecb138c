#include "cli/command_table.h"
#include "cli/man_page.h"
#include "cli/type_page.h"
#include "config/option.h"

#include "../cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What `print` writes; to be freed.
static char *
printed(void (*print)(FILE *out))
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);

    assert_non_null(memory);
    print(memory);
    assert_int_equal(fclose(memory), 0);
    return text;
}

static void
assert_is_file(const char *variable, char *expected)
{
    const char *path = getenv(variable);
    FILE *file = path != NULL ? fopen(path, "r") : NULL;
    size_t room = strlen(expected) + 2;
    char *found = malloc(room);
    size_t size;

    if (file == NULL || found == NULL)
        fail_msg("%s must name the file", variable);
    size = fread(found, 1, room - 1, file);
    assert_int_equal(fclose(file), 0);
    found[size] = '\0';
    assert_string_equal(found, expected);
    free(found);
    free(expected);
}

static void
the_manual_page_in_docs_is_what_the_program_says(void **state)
{
    (void)state;
    assert_is_file("OE2PG_MAN_PAGE", printed(man_page_print)); // oe2pg --help-man > docs/oe2pg.1
}

static void
the_page_of_types_in_docs_is_what_the_program_says(void **state)
{
    (void)state;
    assert_is_file(
        "OE2PG_TYPE_PAGE", printed(type_page_print)); // oe2pg --help-types > docs/types.md
}

static void
the_completion_script_is_what_the_program_says(void **state)
{
    (void)state;
    // else: oe2pg --help-completion > completion/oe2pg.bash
    assert_is_file("OE2PG_COMPLETION", printed(completion_print));
}

// "--dry-run" as the page spells it.
static void
escape(const char *text, char *escaped)
{
    for (; *text != '\0'; text++) {
        if (*text == '-')
            *escaped++ = '\\';
        *escaped++ = *text;
    }
    *escaped = '\0';
}

static void
page_and_completion_name_every_command_and_flag(void **state)
{
    char *page = printed(man_page_print);
    char *script = printed(completion_print);
    size_t count;
    const struct command *commands = command_all(&count);
    char escaped[128];

    (void)state;
    for (size_t i = 0; i < count; i++) {
        assert_non_null(strstr(page, commands[i].name));
        assert_non_null(strstr(script, commands[i].name));
    }
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct option *option = option_at((enum option_id)id);

        if (option->flag != NULL) {
            escape(option->flag, escaped);
            assert_non_null(strstr(page, escaped));
            assert_non_null(strstr(script, option->flag));
        }
        if (option->key != NULL)
            assert_non_null(strstr(page, option->key));
    }
    free(page);
    free(script);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_manual_page_in_docs_is_what_the_program_says),
        cmocka_unit_test(the_page_of_types_in_docs_is_what_the_program_says),
        cmocka_unit_test(the_completion_script_is_what_the_program_says),
        cmocka_unit_test(page_and_completion_name_every_command_and_flag),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
