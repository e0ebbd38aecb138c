#include "method/shape.h"

#include "../../support/job_case.h"

#include "target/attached.h"
#include "target/ddl.h"
#include "target/typed_view.h"

#include <stdio.h>
#include <string.h>

enum { LOCK_TRIES = 6, CHANGES_MAX = 16, STEPS_MAX = 50 };

__typeof__(attached_check) __wrap_attached_check;
__typeof__(attached_column_is_empty) __wrap_attached_column_is_empty;
__typeof__(attached_explain) __wrap_attached_explain;
__typeof__(ddl_add_column) __wrap_ddl_add_column;
__typeof__(ddl_drop_column) __wrap_ddl_drop_column;
__typeof__(schema_change_find) __wrap_schema_change_find;
__typeof__(schema_change_save) __wrap_schema_change_save;
__typeof__(tracking_save_shape) __wrap_tracking_save_shape;
__typeof__(typed_view_read_one) __wrap_typed_view_read_one;

static const char *const mirrored[] = { "id", "one", "two" };

// What PostgreSQL has besides the columns, which are job.mirror.rows.table.
static struct {
    bool is_foreign;                // the table belongs to somebody else
    bool is_empty;                  // any column is
    bool was_ours;                  // history has a line of whatever is looked for
    size_t fails_at;                // the n-th statement that changes something, from 1; 0: none
    const char *sqlstate;           // of it
    size_t locked;                  // so many tries to add a column find a lock
    size_t steps;                   // statements that change something
    size_t explained;               // failures whose remedy was looked for
    size_t pauses;                  // between tries
    char changes[CHANGES_MAX][120]; // "change: statement"
    size_t change_count;
    struct name_list stale; // as recorded
    size_t shapes;          // that were recorded
} server;

static bool
refuse(struct error *err, const char *sqlstate)
{
    (void)error_set(err, ERROR_TABLE, "refused");
    err->side = ERROR_SIDE_TARGET;
    (void)snprintf(err->sqlstate, sizeof err->sqlstate, "%s", sqlstate);
    return false;
}

// Of every statement that changes something.
static bool
step(struct error *err)
{
    assert_true(job.mirror.is_in_transaction);
    return ++server.steps != server.fails_at || refuse(err, server.sqlstate);
}

bool
__wrap_attached_check(struct target *target, const char *schema, const char *name,
    const struct relation *relation, struct error *err)
{
    (void)target;
    (void)schema;
    (void)name;
    assert_true(relation->exists);
    return !server.is_foreign || refuse(err, "42501");
}

bool
__wrap_attached_column_is_empty(struct target *target, const char *schema, const char *name,
    const char *column, bool *is_empty, struct error *err)
{
    (void)target;
    (void)schema;
    (void)name;
    (void)column;
    (void)err;
    *is_empty = server.is_empty;
    return true;
}

void
__wrap_attached_explain(struct target *target, const char *schema, const char *name,
    const struct attached_change *change, struct error *err)
{
    (void)target;
    (void)schema;
    (void)name;
    (void)change;
    (void)err;
    assert_false(job.mirror.is_in_transaction);
    server.explained++;
}

// There is no view over the table.
bool
__wrap_typed_view_read_one(struct target *target, struct arena *arena, int mirror_id,
    const char *source_schema, const char *source_table, struct typed_view **view,
    struct error *err)
{
    (void)target;
    (void)arena;
    (void)mirror_id;
    (void)source_schema;
    (void)source_table;
    (void)err;
    *view = NULL;
    return true;
}

bool
__wrap_ddl_add_column(struct target *target, struct arena *arena, const char *schema,
    const char *name, const struct column *column, const char **statement, struct error *err)
{
    struct fake_table *rows = &job.mirror.rows;

    (void)target;
    (void)schema;
    (void)name;
    if (server.locked > 0) {
        server.locked--;
        return refuse(err, "55P03");
    }
    if (!step(err))
        return false;
    rows->columns[rows->table.column_count++] = *column;
    *statement = arena_printf(arena, "ADD %s", column->target_name);
    return true;
}

bool
__wrap_ddl_drop_column(struct target *target, struct arena *arena, const char *schema,
    const char *name, const char *column, const char **statement, struct error *err)
{
    struct fake_table *rows = &job.mirror.rows;
    size_t kept = 0;

    (void)target;
    (void)schema;
    (void)name;
    if (!step(err))
        return false;
    for (size_t i = 0; i < rows->table.column_count; i++) {
        if (strcmp(rows->columns[i].target_name, column) != 0)
            rows->columns[kept++] = rows->columns[i];
    }
    assert_int_equal(kept, rows->table.column_count - 1);
    rows->table.column_count = kept;
    *statement = arena_printf(arena, "DROP %s", column);
    return true;
}

bool
__wrap_schema_change_find(struct target *target, const struct mirror_claim *claim,
    const struct table *table, const char *change, bool *found, struct error *err)
{
    (void)target;
    (void)claim;
    (void)table;
    (void)change;
    (void)err;
    *found = server.was_ours;
    return true;
}

bool
__wrap_schema_change_save(struct target *target, const struct mirror_claim *claim,
    const struct table *table, const char *change, const char *statement, struct error *err)
{
    (void)target;
    (void)claim;
    (void)table;
    assert_in_range(server.change_count, 0, CHANGES_MAX - 1);
    if (!step(err))
        return false;
    (void)snprintf(server.changes[server.change_count++], sizeof server.changes[0], "%s: %s",
        change, statement != NULL ? statement : "-");
    return true;
}

bool
__wrap_tracking_save_shape(struct target *target, const struct mirror_claim *claim,
    const struct table *table, const struct name_list *stale_names, struct error *err)
{
    (void)target;
    (void)claim;
    (void)table;
    if (!step(err))
        return false;
    server.stale = *stale_names;
    server.shapes++;
    return true;
}

static void
pause_once(struct fake_job *paused)
{
    (void)paused;
    server.pauses++;
}

// As the last run left it: everything is mirrored.
static void
begin(void)
{
    memset(&server, 0, sizeof server);
    server.sqlstate = "08006";
    job.asleep = pause_once;
    job.record.shape.previous_columns = mirrored;
    job.record.shape.previous_column_count = sizeof mirrored / sizeof mirrored[0];
    job.record.shape.fingerprint = plan_fingerprint(&job.table.table);
}

// The next run: what this one found is what is recorded.
static void
begin_next(void)
{
    struct recorded_shape *shape = &job.record.shape;
    const char **names =
        arena_calloc(&job.table.arena, job.table.table.column_count, sizeof *names);

    for (size_t i = 0; i < job.table.table.column_count; i++)
        names[i] = job.table.columns[i].target_name;
    shape->previous_columns = names;
    shape->previous_column_count = job.table.table.column_count;
    shape->fingerprint = plan_fingerprint(&job.table.table);
    server.steps = server.change_count = server.shapes = 0;
}

static void
add_column(struct fake_table *rows, const char *name)
{
    rows->columns[rows->table.column_count++] = (struct column){
        .name = name, .target_name = name, .type_name = "varchar(10)", .scale = -1
    };
}

static bool
follow(void)
{
    bool is_missing = true;
    bool done;

    error_clear(&job.err);
    done = shape_follow(&job.task, &job.table.table, plan_fingerprint(&job.table.table),
        &job.record, &is_missing, &job.err);
    assert_true(!done || !is_missing);
    assert_false(job.mirror.is_in_transaction);
    return done;
}

static void
assert_columns(const char *expected)
{
    char names[200] = "";
    size_t size = 0;

    for (size_t i = 0; i < job.mirror.rows.table.column_count; i++)
        size += (size_t)snprintf(names + size, sizeof names - size, "%s%s", i > 0 ? " " : "",
            job.mirror.rows.columns[i].target_name);
    assert_string_equal(names, expected);
}

static void
assert_changes(size_t count, const char *first)
{
    assert_int_equal(server.change_count, count);
    assert_int_equal(server.shapes, 1);
    assert_string_equal(server.changes[0], first);
}

static void
assert_stale(size_t count, const char *name)
{
    assert_int_equal(job.record.shape.stale_column_count, count);
    assert_int_equal(server.stale.count, count);
    if (count > 0) {
        assert_string_equal(job.record.shape.stale_columns[0], name);
        assert_string_equal(server.stale.names[0], name);
    }
}

static void
follow_with_success(void)
{
    if (!follow())
        fail_msg("%s", job.err.message);
}

// ---- what is followed --------------------------------------------------------------------------

static void
the_same_shape_changes_nothing(void **state)
{
    (void)state;
    follow_with_success();
    assert_int_equal(server.steps, 0);
}

static void
a_table_that_is_not_there_is_told_as_missing(void **state)
{
    bool is_missing = false;

    (void)state;
    job.mirror.place = FAKE_NOWHERE;
    add_column(&job.table, "new");
    assert_true(shape_follow(&job.task, &job.table.table, 0, &job.record, &is_missing, &job.err));
    assert_true(is_missing);
    assert_int_equal(server.steps, 0);
}

static void
a_new_column_is_added_and_recorded_with_its_statement(void **state)
{
    (void)state;
    add_column(&job.table, "new");
    follow_with_success();
    assert_columns("id one two new");
    assert_changes(2, "column added: ADD new");
    assert_string_equal(server.changes[1], "shape of the source table changed: -");
    assert_stale(0, NULL);
}

static void
a_column_that_is_gone_stays_and_is_stale(void **state)
{
    (void)state;
    job.table.table.column_count = 2;
    follow_with_success();
    assert_columns("id one two");
    assert_changes(2, "column \"two\" is gone from the source, kept and no longer written: -");
    assert_stale(1, "two");
    begin_next(); // once is enough
    follow_with_success();
    assert_int_equal(server.steps, 0);
    assert_int_equal(job.record.shape.stale_column_count, 1);
}

static void
a_column_that_is_gone_is_dropped_where_that_is_wished_also_later(void **state)
{
    (void)state;
    job.settings.mirror.dropped_columns = DROPPED_DROP;
    job.table.table.column_count = 2;
    follow_with_success();
    assert_columns("id one");
    assert_changes(2, "column \"two\" is gone from the source, dropped: DROP two");
    assert_stale(0, NULL);

    job_start_again(1);
    job.table.table.column_count = 2;
    follow_with_success();
    assert_stale(1, "two");
    begin_next();
    job.settings.mirror.dropped_columns = DROPPED_DROP;
    follow_with_success();
    assert_columns("id one");
    assert_stale(0, NULL);
}

static void
an_excluded_column_is_never_dropped(void **state)
{
    (void)state;
    job.settings.mirror.dropped_columns = DROPPED_DROP;
    job.table.table.column_count = 2;
    job.table.table.excluded = &mirrored[2];
    job.table.table.excluded_count = 1;
    follow_with_success();
    assert_columns("id one two");
    assert_stale(1, "two");
}

static void
a_mirrored_column_that_somebody_dropped_is_made_again(void **state)
{
    (void)state;
    job.mirror.rows.table.column_count = 2;
    follow_with_success();
    assert_columns("id one two");
    assert_changes(2, "column added: ADD two");
}

static void
other_types_alone_are_recorded_as_another_shape(void **state)
{
    (void)state;
    job.table.columns[1].type_name = "another";
    job.table.columns[1].kind = VALUE_INTEGER;
    follow_with_success();
    assert_changes(1, "shape of the source table changed: -");
    assert_columns("id one two");
}

static void
instants_that_come_in_utc_from_now_on_are_told_as_that(void **state)
{
    (void)state;
    job.table.columns[1].kind = VALUE_TIMESTAMP;
    begin_next();
    job.table.columns[1].is_instant = true;
    follow_with_success();
    assert_changes(1, "time stamps that mean an instant are in UTC from now on: -");
}

// ---- what changes again ------------------------------------------------------------------------

static void
a_column_that_comes_back_is_taken_up_again_and_may_go_once_more(void **state)
{
    (void)state;
    job.table.table.column_count = 2;
    follow_with_success();
    assert_stale(1, "two");
    begin_next();
    server.was_ours = true;
    job.table.table.column_count = 3;
    follow_with_success();
    assert_columns("id one two");
    assert_stale(0, NULL);
    begin_next();
    job.table.table.column_count = 2;
    follow_with_success();
    assert_changes(2, "column \"two\" is gone from the source, kept and no longer written: -");
    assert_stale(1, "two");
}

static void
a_source_that_changed_again_before_the_next_attempt_is_followed_as_it_is_now(void **state)
{
    (void)state;
    add_column(&job.table, "new");
    server.fails_at = 1;
    assert_false(follow());
    add_column(&job.table, "newer");
    server.change_count = 0;
    follow_with_success();
    assert_columns("id one two new newer");
    assert_changes(3, "column added: ADD new");
    assert_string_equal(server.changes[1], "column added: ADD newer");
}

// ---- what is not ours --------------------------------------------------------------------------

static void
a_column_that_people_made_is_not_written_over(void **state)
{
    (void)state;
    add_column(&job.mirror.rows, "new");
    add_column(&job.table, "new");
    assert_false(follow());
    assert_int_equal(job.err.kind, ERROR_TABLE);
    assert_non_null(strstr(job.err.message, "\"new\""));
    assert_non_null(strstr(job.err.hint, "RENAME COLUMN"));
    assert_int_equal(server.steps, 0);
}

static void
a_column_that_people_made_for_it_and_left_empty_is_taken(void **state)
{
    (void)state;
    server.is_empty = true;
    add_column(&job.mirror.rows, "new");
    add_column(&job.table, "new");
    follow_with_success();
    assert_columns("id one two new");
    assert_changes(1, "shape of the source table changed: -");
}

static void
a_column_of_another_name_is_left_to_people(void **state)
{
    (void)state;
    job.settings.mirror.dropped_columns = DROPPED_DROP;
    add_column(&job.mirror.rows, "theirs");
    job.table.table.column_count = 2;
    follow_with_success();
    assert_columns("id one theirs");
}

static void
the_table_of_another_role_is_not_touched(void **state)
{
    (void)state;
    server.is_foreign = true;
    add_column(&job.table, "new");
    assert_false(follow());
    assert_int_equal(server.steps, 0);
    assert_columns("id one two");
}

// ---- what fails --------------------------------------------------------------------------------

static void
change_in_all(void)
{
    job.settings.mirror.dropped_columns = DROPPED_DROP;
    job.table.columns[2] = (struct column){
        .name = "new", .target_name = "new", .type_name = "varchar(10)", .scale = -1
    };
    add_column(&job.table, "newer");
}

// One transaction: nothing of it is there, and the next attempt finds it as it was.
static void
a_failure_at_any_step_changes_nothing(void **state)
{
    size_t at = 1;

    (void)state;
    for (;; at++) {
        assert_in_range(at, 1, STEPS_MAX);
        job_start_again(1);
        change_in_all();
        server.fails_at = at;
        if (follow())
            break;
        assert_string_equal(job.err.sqlstate, "08006");
        assert_int_equal(server.pauses, 0);
        assert_columns("id one two");
        assert_int_equal(job.record.shape.stale_column_count, 0);
        follow_with_success();
        assert_columns("id one new newer");
    }
    assert_int_equal(at, server.steps + 1);
    assert_in_range(at, 7, STEPS_MAX);
}

static void
what_cannot_be_committed_is_not_there(void **state)
{
    (void)state;
    change_in_all();
    job.mirror.fails_at = FAKE_COMMIT;
    assert_false(follow());
    assert_int_equal(job.err.kind, ERROR_TARGET);
    assert_columns("id one two");
    assert_int_equal(job.record.shape.stale_column_count, 0);
}

static void
a_lock_that_somebody_holds_for_a_while_is_waited_for(void **state)
{
    (void)state;
    add_column(&job.table, "new");
    server.locked = LOCK_TRIES - 1;
    follow_with_success();
    assert_int_equal(server.pauses, LOCK_TRIES - 1);
    assert_int_equal(server.explained, 0);
    assert_columns("id one two new");
    assert_changes(2, "column added: ADD new");
}

static void
a_lock_that_stays_fails_the_table_with_its_remedy(void **state)
{
    (void)state;
    add_column(&job.table, "new");
    server.locked = LOCK_TRIES;
    assert_false(follow());
    assert_string_equal(job.err.sqlstate, "55P03");
    assert_int_equal(server.pauses, LOCK_TRIES - 1);
    assert_int_equal(server.explained, 1);
    assert_columns("id one two");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        JOB_TEST(the_same_shape_changes_nothing),
        JOB_TEST(a_table_that_is_not_there_is_told_as_missing),
        JOB_TEST(a_new_column_is_added_and_recorded_with_its_statement),
        JOB_TEST(a_column_that_is_gone_stays_and_is_stale),
        JOB_TEST(a_column_that_is_gone_is_dropped_where_that_is_wished_also_later),
        JOB_TEST(an_excluded_column_is_never_dropped),
        JOB_TEST(a_mirrored_column_that_somebody_dropped_is_made_again),
        JOB_TEST(other_types_alone_are_recorded_as_another_shape),
        JOB_TEST(instants_that_come_in_utc_from_now_on_are_told_as_that),
        JOB_TEST(a_column_that_comes_back_is_taken_up_again_and_may_go_once_more),
        JOB_TEST(a_source_that_changed_again_before_the_next_attempt_is_followed_as_it_is_now),
        JOB_TEST(a_column_that_people_made_is_not_written_over),
        JOB_TEST(a_column_that_people_made_for_it_and_left_empty_is_taken),
        JOB_TEST(a_column_of_another_name_is_left_to_people),
        JOB_TEST(the_table_of_another_role_is_not_touched),
        JOB_TEST(a_failure_at_any_step_changes_nothing),
        JOB_TEST(what_cannot_be_committed_is_not_there),
        JOB_TEST(a_lock_that_somebody_holds_for_a_while_is_waited_for),
        JOB_TEST(a_lock_that_stays_fails_the_table_with_its_remedy),
    };

    job_case_init(2, begin);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
