// A door that plays a server which tells of its characters: what it answers is given line by line.
#include "source/catalog/code_page.h"

#include "../cmocka_all.h"
#include "base/text.h"

#include <string.h>

struct server {
    const char *code_page;
    const char *lines[4]; // the last one NULL
    const char *refusal;  // of what finds the characters; NULL: none
    const char *sqlstate; // of the refusal
    int statements;
};

static struct server server;
static struct arena arena;
static struct source_session session;
static struct code_page page;
static struct buffer texts;
static struct error err;

static bool
query(void *context, const char *sql, size_t field_count, catalog_take *take, void *taker,
    struct error *failure)
{
    const struct server *asked = context;

    assert_int_equal(field_count, 1);
    if (strstr(sql, "server_encoding") != NULL)
        return take(taker, &asked->code_page, failure);
    for (size_t i = 0; asked->lines[i] != NULL; i++) {
        if (!take(taker, &asked->lines[i], failure))
            return false;
    }
    return true;
}

static bool
run(void *context, const char *sql, struct error *failure)
{
    struct server *told = context;

    assert_non_null(strstr(sql, "DO "));
    told->statements++;
    if (told->refusal == NULL)
        return true;
    (void)error_set(failure, ERROR_TABLE, "%s", told->refusal);
    (void)text_print(failure->sqlstate, sizeof failure->sqlstate, "%s", told->sqlstate);
    return false;
}

static const struct catalog_door door = { .context = &server, .query = query, .run = run };

static int
set_up(void **state)
{
    (void)state;
    arena_init(&arena);
    error_clear(&err);
    buffer_init(&texts, 4096);
    session = (struct source_session){ .changed = "" };
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    code_page_release(&page);
    buffer_release(&texts);
    arena_release(&arena);
    return 0;
}

static bool
learn(struct server asked)
{
    server = asked;
    return code_page_learn(&door, product_find("PostgreSQL"), &arena, &session, &page, &err);
}

// 80 is a euro sign, 81 none, 82 a comma; e9 comes by its place.
static void
learn_single(void)
{
    struct buffer line;

    buffer_init(&line, 1024);
    (void)buffer_append_text(&line, ":e282ac,,e2809a,");
    for (int tail = 0x83; tail < 0xE9; tail++)
        (void)buffer_append_byte(&line, ',');
    (void)buffer_append_text(&line, "c3a9,,,");
    assert_true(
        learn((struct server){ .code_page = "WIN1252", .lines = { buffer_text(&line), "" } }));
    assert_true(page.is_read_as_bytes);
    buffer_release(&line);
}

static struct column columns[] = { { .name = "n", .kind = VALUE_INTEGER },
    { .name = "t", .kind = VALUE_TEXT } };
static struct table table = { .name = "t", .columns = columns, .column_count = 2 };

static struct cell cells[2];
static struct batch batch;

static struct cell
convert(const char *bytes, size_t size, size_t value_bytes)
{
    cells[0] = (struct cell){ .bytes = "\x81", .size = 1 }; // is no text
    cells[1] = (struct cell){ .bytes = bytes, .size = size };
    batch =
        (struct batch){ .cells = cells, .column_count = 2, .row_count = 1, .size_bytes = 1 + size };
    assert_true(code_page_convert(&page, &table, value_bytes, &batch, &texts));
    assert_string_equal(cells[0].bytes, "\x81");
    return cells[1];
}

#define ASSERT_BECOMES(before, after)                                                              \
    do {                                                                                           \
        struct cell made_ = convert(before, sizeof before - 1, 0);                                 \
        assert_int_equal(made_.size, sizeof after - 1);                                            \
        assert_memory_equal(made_.bytes, after, sizeof after - 1);                                 \
        assert_int_equal(batch.size_bytes, sizeof after);                                          \
    } while (0)

static void
a_text_becomes_what_the_source_makes_of_its_characters(void **state)
{
    (void)state;
    learn_single();
    ASSERT_BECOMES("", "");
    ASSERT_BECOMES("plain", "plain");
    ASSERT_BECOMES("caf\xE9 5\x80", "caf\xC3\xA9 5\xE2\x82\xAC");
}

static void
a_text_with_a_character_that_is_none_stays_as_it_is_stored(void **state)
{
    (void)state;
    learn_single();
    ASSERT_BECOMES("caf\xE9\x81", "caf\xE9\x81");
    ASSERT_BECOMES("\x81", "\x81");
}

static void
a_text_that_would_pass_for_utf8_is_marked_and_found_again_by_its_bytes(void **state)
{
    static const char *const stored[] = { "\xC3\x81", "\xC3\x81\xFF", "\xC3\x81\xFF\xFF",
        "\x81\xFF" };

    (void)state;
    learn_single();
    ASSERT_BECOMES("\xC3\x81", "\xC3\x81\xFF");
    for (size_t i = 0; i < sizeof stored / sizeof stored[0]; i++) {
        struct cell made = convert(stored[i], strlen(stored[i]), 0);
        struct cell found;

        assert_true(text_utf8_valid_size(made.bytes, made.size) < made.size);
        assert_true(code_page_is_foreign(&page, &columns[1], &made, &found));
        assert_int_equal(found.size, strlen(stored[i]));
        assert_memory_equal(found.bytes, stored[i], found.size);
    }
}

static void
a_key_that_was_converted_is_a_text_as_any_other(void **state)
{
    struct cell value = { .bytes = "\xC3\xA9", .size = 2 };
    struct cell found;

    (void)state;
    learn_single();
    assert_false(code_page_is_foreign(&page, &columns[1], &value, &found));
    value.bytes = "\xE9\x81";
    assert_false(code_page_is_foreign(&page, &columns[0], &value, &found));
}

static void
a_text_that_grows_beyond_the_limit_was_too_long(void **state)
{
    struct cell made;

    (void)state;
    learn_single();
    made = convert("\x80\x80\x80", 3, 8);
    assert_null(made.bytes);
    assert_int_equal(made.size, 9);
    assert_true(batch.has_too_long);
    assert_int_equal(batch.size_bytes, 1);
}

static void
characters_of_several_bytes_are_found_by_all_of_them(void **state)
{
    (void)state;
    assert_true(learn((struct server){
        .code_page = "EUC_JP", .lines = { "8e:,efbda1", "8fb0:,e4b882,", "a4:,,e38182e3829a" } }));
    ASSERT_BECOMES(
        "a\x8E\x81\x8F\xB0\x81\xA4\x82", "a\xEF\xBD\xA1\xE4\xB8\x82\xE3\x81\x82\xE3\x82\x9A");
    ASSERT_BECOMES("\x8F\xB0", "\x8F\xB0");
    ASSERT_BECOMES("\x8E\x41", "\x8E\x41");
    ASSERT_BECOMES("\xA4\x81", "\xA4\x81");
}

static void
where_every_byte_has_a_counterpart_texts_are_read_plainly(void **state)
{
    struct buffer line;

    (void)state;
    buffer_init(&line, 1024);
    (void)buffer_append_byte(&line, ':');
    for (int tail = 0x80; tail <= 0xFF; tail++)
        (void)buffer_append_text(&line, "c3a9,");
    assert_true(learn((struct server){ .code_page = "LATIN1", .lines = { buffer_text(&line) } }));
    buffer_release(&line);
    assert_false(page.is_read_as_bytes);
    assert_true(learn((struct server){ .code_page = "UTF8" }));
    assert_false(page.is_read_as_bytes);
    assert_int_equal(server.statements, 0);
    assert_null(session.loose);
}

static void
where_anything_may_stand_the_bytes_are_kept(void **state)
{
    (void)state;
    assert_true(learn((struct server){ .code_page = "SQL_ASCII" }));
    assert_true(page.is_read_as_bytes);
    assert_null(page.nodes);
    assert_int_equal(server.statements, 0);
}

static void
a_source_that_does_not_say_is_read_plainly_and_told(void **state)
{
    static const struct server silent[] = {
        { .code_page = "WIN1252",
            .refusal = "language plpgsql does not exist",
            .sqlstate = "42704" },
        { .code_page = "WIN1252" },
        { .code_page = "WIN1252", .lines = { "80:zz" } },
        { .code_page = "WIN1252", .lines = { "no answer" } },
        { .code_page = "WIN1252", .lines = { ":ff" } },
        { .code_page = "WIN1252", .lines = { ":41", ":42" } },
        { .code_page = "EUC_JP", .lines = { ":41", "80:42" } },
    };

    (void)state;
    for (size_t i = 0; i < sizeof silent / sizeof silent[0]; i++) {
        session.loose = NULL;
        assert_true(learn(silent[i]));
        assert_false(page.is_read_as_bytes);
        assert_non_null(session.loose);
        assert_non_null(strstr(session.loose->name, silent[i].code_page));
        error_clear(&err);
    }
}

static void
a_connection_that_is_lost_meanwhile_fails(void **state)
{
    (void)state;
    assert_false(learn((struct server){
        .code_page = "WIN1252", .refusal = "the line is cut", .sqlstate = "08S01" }));
    assert_string_equal(err.message, "the line is cut");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_text_becomes_what_the_source_makes_of_its_characters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_text_with_a_character_that_is_none_stays_as_it_is_stored, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_text_that_would_pass_for_utf8_is_marked_and_found_again_by_its_bytes, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            a_key_that_was_converted_is_a_text_as_any_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_text_that_grows_beyond_the_limit_was_too_long, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            characters_of_several_bytes_are_found_by_all_of_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            where_every_byte_has_a_counterpart_texts_are_read_plainly, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            where_anything_may_stand_the_bytes_are_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_source_that_does_not_say_is_read_plainly_and_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_connection_that_is_lost_meanwhile_fails, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
