#include "report/json_writer.h"

#include "../cmocka_all.h"

#include <math.h>
#include <stdlib.h>

static void
writes(void (*write)(struct json_writer *json), const char *expected)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct json_writer json;

    assert_non_null(out);
    json_init(&json, out);
    write(&json);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, expected);
    free(text);
}

static void
write_nested(struct json_writer *json)
{
    json_begin_object(json, NULL);
    json_integer(json, "a", -7);
    json_begin_array(json, "b");
    json_begin_object(json, NULL);
    json_end_object(json);
    json_text(json, NULL, "x");
    json_text(json, NULL, NULL);
    json_end_array(json);
    json_boolean(json, "c", false);
    json_end_object(json);
}

static void
commas_stand_between_members_only(void **state)
{
    (void)state;
    writes(write_nested, "{\"a\":-7,\"b\":[{},\"x\",null],\"c\":false}");
}

static void
write_hostile(struct json_writer *json)
{
    json_begin_array(json, NULL);
    json_text(json, NULL, "\"\\\n\x01\x7F");
    json_text(json, NULL, "\xFFz\xC3");
    json_text(json, NULL, "\xC3\xBC\xF0\x9F\x98\x80");
    json_end_array(json);
}

static void
hostile_texts_stay_one_string(void **state)
{
    (void)state;
    writes(write_hostile, "[\"\\\"\\\\\\u000a\\u0001\\u007f\",\"\xEF\xBF\xBDz\xEF\xBF\xBD\","
                          "\"\xC3\xBC\xF0\x9F\x98\x80\"]");
}

static void
write_unknown(struct json_writer *json)
{
    json_begin_array(json, NULL);
    json_count(json, NULL, -1);
    json_decimal(json, NULL, NAN);
    json_decimal(json, NULL, -1);
    json_decimal(json, NULL, 41.96);
    json_time(json, NULL, 0);
    json_time(json, NULL, INT64_C(1745663657123));
    json_end_array(json);
}

static void
what_is_unknown_is_null(void **state)
{
    (void)state;
    writes(write_unknown, "[null,null,null,42.0,null,\"2025-04-26T10:34:17.123Z\"]");
}

static void
write_log(struct json_writer *json)
{
    json_write_log(json->out, INT64_C(1745663657000), "INFO", "a \"b\"");
}

static void
a_log_line_is_an_object_and_a_line(void **state)
{
    (void)state;
    writes(write_log, "{\"type\":\"log\",\"time\":\"2025-04-26T10:34:17.000Z\",\"level\":\"INFO\","
                      "\"message\":\"a \\\"b\\\"\"}\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_stand_between_members_only),
        cmocka_unit_test(hostile_texts_stay_one_string),
        cmocka_unit_test(what_is_unknown_is_null),
        cmocka_unit_test(a_log_line_is_an_object_and_a_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
