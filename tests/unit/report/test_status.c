#include "report/status.h"

#include "../cmocka_all.h"

#include <stdlib.h>
#include <string.h>

enum { HOUR = 3600 * 1000 };
static const int64_t now = INT64_C(1745663657000);

static struct observed_table
table(const char *name, const char *state, int64_t age_ms)
{
    return (struct observed_table){
        .source_schema = "PUB",
        .source_table = name,
        .target_table = name,
        .state = state,
        .method = "full",
        .reason = "because",
        .content.row_count = 1000,
        .content.read_from_ms = age_ms < 0 ? 0 : now - age_ms,
        .last_success_ms = age_ms < 0 ? 0 : now - age_ms,
        .run_id = 1,
    };
}

static void
life_is_judged_by_lock_and_sessions(void **state)
{
    struct observed_run run = { .id = 0 };

    (void)state;
    assert_int_equal(status_life_of(&run), STATUS_NO_RUN);
    run = (struct observed_run){ .id = 1, .state = "running", .holds_lock = true };
    assert_int_equal(status_life_of(&run), STATUS_ALIVE);
    run.holds_lock = false;
    assert_int_equal(status_life_of(&run), STATUS_DEAD);
    assert_string_equal(status_life_name(&run), "dead");
    run.session_count = 2;
    assert_int_equal(status_life_of(&run), STATUS_LOCK_LOST);
    run.state = "interrupted";
    assert_int_equal(status_life_of(&run), STATUS_ENDED);
    assert_string_equal(status_life_name(&run), "interrupted");
}

static void
late_is_failed_never_or_too_old(void **state)
{
    struct observed_table fresh = table("a", "done", HOUR);
    struct observed_table old = table("b", "done", 27 * HOUR);
    struct observed_table never = table("c", "staged", -1);
    struct observed_table failed = table("d", "done", HOUR);
    struct observed_table dropped = table("e", "dropped", 100 * HOUR);
    struct observed_table ignored = table("f", "failed", -1);

    (void)state;
    failed.error = "disk on fire";
    ignored.is_ignored = true;
    assert_false(status_is_late(&fresh, now, 26 * HOUR));
    assert_true(status_is_late(&old, now, 26 * HOUR));
    assert_true(status_is_late(&never, now, 26 * HOUR));
    assert_true(status_is_late(&failed, now, 26 * HOUR));
    assert_false(status_is_late(&dropped, now, 26 * HOUR));
    assert_false(status_is_late(&ignored, now, 26 * HOUR));
}

static void
a_silent_worker_is_stale(void **state)
{
    struct observed_worker worker = { .heartbeat_ms = now - 59000 };

    (void)state;
    assert_false(status_is_stale(&worker, now));
    worker.heartbeat_ms = now - 61000;
    assert_true(status_is_stale(&worker, now));
}

static void
the_outlook_is_by_rows_where_all_are_known(void **state)
{
    struct observed_table tables[] = { table("a", "done", HOUR), table("b", "done", HOUR),
        table("c", "done", HOUR) };
    struct observed_worker worker = {
        .source_schema = "PUB", .source_table = "b", .row_count = 500, .of_rows = 1000
    };
    struct observation observed = { .now_ms = now,
        .run = { .id = 2,
            .state = "running",
            .holds_lock = true,
            .started_ms = now - 15000,
            .tables_total = 3,
            .tables_done = 1,
            .counts.rows_read = 1000 },
        .workers = &worker,
        .worker_count = 1,
        .tables = tables,
        .table_count = 3 };
    struct status_outlook outlook;

    (void)state;
    tables[0].run_id = 2;
    status_look_ahead(&observed, &outlook);
    assert_int_equal(outlook.rows, 1500);
    assert_int_equal(outlook.of_rows, 3000);
    assert_int_equal(outlook.left_ms, 15000);
    observed.run.tables_total = 4; // one that was never read
    status_look_ahead(&observed, &outlook);
    assert_int_equal(outlook.of_rows, -1);
    assert_true(outlook.fraction > 0.24 && outlook.fraction < 0.26);
}

static char *
written(const struct status_view *view)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    status_write_text(out, view);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void
hostile_names_neither_wrap_nor_steer(void **state)
{
    struct observed_table hostile = table("evil\x1B[2J\nname that is rather long", "failed", -1);
    const struct observed_table *const tables[] = { &hostile };
    struct observation observed = { .has_mirror = true,
        .now_ms = now,
        .target_schema = "m",
        .source_product = "x",
        .source_host = "",
        .source_database = "d",
        .source_schema = "" };
    struct status_view view = {
        .observed = &observed, .tables = tables, .table_count = 1, .width = 60
    };
    char *text;

    (void)state;
    hostile.error = "an error that is certainly longer than sixty columns, which is all there is";
    hostile.hint = "none";
    text = written(&view);
    assert_null(strchr(text, '\x1B'));
    for (char *line = text; *line != '\0'; line = strchr(line, '\n') + 1)
        assert_true((size_t)(strchr(line, '\n') - line) <= 60);
    assert_non_null(strstr(text, "evil?[2J?name"));
    free(text);
}

static void
what_needs_a_look_comes_first(void **state)
{
    struct observed_table good = table("aaa", "done", HOUR);
    struct observed_table bad = table("zzz", "failed", HOUR);
    const struct observed_table *const tables[] = { &good, &bad };
    struct observation observed = { .has_mirror = true,
        .now_ms = now,
        .target_schema = "m",
        .source_product = "x",
        .source_host = "",
        .source_database = "d",
        .source_schema = "" };
    struct status_view view = { .observed = &observed, .tables = tables, .table_count = 2 };
    char *text;

    (void)state;
    text = written(&view);
    assert_non_null(strstr(text, "zzz"));
    assert_true(strstr(text, "zzz") < strstr(text, "aaa"));
    assert_non_null(strstr(text, "No run yet"));
    free(text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(life_is_judged_by_lock_and_sessions),
        cmocka_unit_test(late_is_failed_never_or_too_old),
        cmocka_unit_test(a_silent_worker_is_stale),
        cmocka_unit_test(the_outlook_is_by_rows_where_all_are_known),
        cmocka_unit_test(hostile_names_neither_wrap_nor_steer),
        cmocka_unit_test(what_needs_a_look_comes_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
