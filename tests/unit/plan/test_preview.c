#include "plan/preview.h"

#include "../cmocka_all.h"

#include <string.h>

static struct arena arena;
static struct column columns[2];
static struct table customer;
static struct selected_table selected;
static struct selection selection;
static struct settings settings;
static struct mirrored_column mirrored_columns[3];
static struct mirrored_relation relation;
static struct inspection inspection;
static struct table_record record;
static const char *const digest_columns[] = { "id", "fax" };

static int
set_up(void **state)
{
    (void)state;
    arena_init(&arena);
    columns[0] = (struct column){
        .name = "Id", .target_name = "id", .type_name = "integer", .kind = VALUE_INTEGER
    };
    columns[1] = (struct column){
        .name = "Phone", .target_name = "phone", .type_name = "varchar(20)", .width = 20
    };
    customer = (struct table){ .schema = "PUB",
        .name = "Customer",
        .target_name = "customer",
        .columns = columns,
        .column_count = 2,
        .row_estimate = 1000 };
    selected = (struct selected_table){ .table = &customer };
    selection = (struct selection){ .tables = &selected, .table_count = 1, .taken_count = 1 };
    settings = (struct settings){ .target.schema = "pub", .mirror.jobs = 2 };
    mirrored_columns[0] = (struct mirrored_column){ .name = "id" };
    mirrored_columns[1] = (struct mirrored_column){ .name = "fax" };
    mirrored_columns[2] = (struct mirrored_column){ .name = "note" };
    relation = (struct mirrored_relation){ .name = "customer",
        .kind = 'r',
        .is_owned = true,
        .columns = mirrored_columns,
        .column_count = 3 };
    inspection = (struct inspection){ .has_schema = true, .may_create_tables = true };
    record = (struct table_record){ .source_schema = "PUB",
        .source_table = "Customer",
        .target_table = "customer",
        .state = TABLE_STATE_DONE,
        .shape.digest_columns = digest_columns,
        .shape.digest_column_count = 2,
        .content.row_count = 2000,
        .content.size_bytes = 50000,
        .last_success_ms = 1,
        .is_loaded = true };
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static const struct preview_table *
preview_one(struct preview *preview, bool is_mirrored)
{
    struct preview_input input = { .settings = &settings,
        .selection = &selection,
        .records = &record,
        .record_count = is_mirrored ? 1 : 0,
        .inspection = &inspection };
    static struct plan plan;

    memset(preview, 0, sizeof *preview);
    preview->has_mirror = is_mirrored;
    plan_make(&arena, &selection, &record, input.record_count, 1000, &plan);
    input.plan = &plan;
    preview_make(&arena, &input, preview);
    assert_true(preview->table_count >= 1);
    return &preview->tables[0];
}

static void
add_relation(void)
{
    inspection.relations = &relation;
    inspection.relation_count = 1;
}

static void
a_first_load_is_estimated_by_statistics_and_width(void **state)
{
    struct preview preview;
    const struct preview_table *table = preview_one(&preview, false);

    (void)state;
    assert_int_equal(table->verdict, PREVIEW_LOAD);
    assert_int_equal(table->row_estimate, 1000);
    assert_int_equal(table->size_bytes, 18000);
    assert_int_equal(table->disk_bytes, 18000 + 1000 * 30);
    assert_int_equal(table->duration_ms, -1);
    assert_int_equal(preview.sums.duration_ms, -1);
    assert_string_equal(table->statements[0], "CREATE TABLE \"pub\".\"customer\" (2 columns text)");
    assert_int_equal(preview.sums.blocked_count, 0);
}

static void
changed_columns_become_statements(void **state)
{
    struct preview preview;
    const struct preview_table *table;

    (void)state;
    add_relation();
    settings.mirror.dropped_columns = DROPPED_DROP;
    mirrored_columns[1].dependent = "view v";
    table = preview_one(&preview, true);
    assert_int_equal(table->verdict, PREVIEW_COMPARE);
    assert_int_equal(table->statement_count, 2);
    assert_string_equal(
        table->statements[0], "ALTER TABLE \"pub\".\"customer\" ADD COLUMN \"phone\" text");
    assert_string_equal(
        table->statements[1], "ALTER TABLE \"pub\".\"customer\" DROP COLUMN \"fax\"");
    assert_int_equal(table->obstacle_count, 1);
    assert_non_null(strstr(table->obstacles[0].what, "view v"));
    assert_int_equal(table->disk_bytes, 0);
}

static void
an_unchanged_shape_needs_no_statement(void **state)
{
    struct preview preview;

    (void)state;
    add_relation();
    record.shape.fingerprint = plan_fingerprint(&customer);
    assert_int_equal(preview_one(&preview, true)->statement_count, 0);
    assert_int_equal(preview.sums.row_sum, 2000);
    assert_int_equal(preview.sums.byte_sum, 50000);
}

static void
whatever_has_the_name_is_in_the_way_of_a_first_load(void **state)
{
    struct preview preview;
    const struct preview_table *table;

    (void)state;
    add_relation();
    relation.kind = 'v';
    table = preview_one(&preview, false);
    assert_int_equal(table->obstacle_count, 1);
    assert_non_null(strstr(table->obstacles[0].what, "exists already (a view)"));
    assert_int_equal(preview.sums.blocked_count, 1);
}

static void
every_obstacle_on_a_mirrored_table_is_named(void **state)
{
    struct preview preview;

    (void)state;
    add_relation();
    record.shape.fingerprint = plan_fingerprint(&customer);
    relation.is_owned = false;
    relation.has_row_security = true;
    relation.lacks_identity = true;
    relation.publication = "p";
    mirrored_columns[2].is_required = true;
    assert_int_equal(preview_one(&preview, true)->obstacle_count, 4);
}

static void
a_mirrored_table_that_is_gone_is_loaded_anew(void **state)
{
    struct preview preview;
    const struct preview_table *table = preview_one(&preview, true);

    (void)state;
    assert_int_equal(table->verdict, PREVIEW_LOAD);
    assert_string_equal(table->method, "load");
}

static void
earlier_runs_tell_how_long_it_takes(void **state)
{
    struct table_history history = { .source_schema = "PUB",
        .source_table = "Customer",
        .rows_read = 4000,
        .bytes_read = 40000,
        .duration_ms = 8000 };
    struct preview preview;
    const struct preview_table *table;

    (void)state;
    add_relation();
    inspection.histories = &history;
    inspection.history_count = 1;
    table = preview_one(&preview, true);
    assert_int_equal(table->duration_ms, 4000);
    assert_int_equal(table->size_bytes, 20000);
    assert_int_equal(preview.sums.duration_ms, 4000);
}

static void
a_table_that_left_the_source_is_told(void **state)
{
    struct preview preview;
    const struct preview_table *table;

    (void)state;
    add_relation();
    selection.table_count = 0;
    selection.taken_count = 0;
    settings.mirror.dropped_tables = DROPPED_DROP;
    table = preview_one(&preview, true);
    assert_int_equal(table->verdict, PREVIEW_GONE);
    assert_string_equal(table->statements[0], "DROP TABLE \"pub\".\"customer\"");
}

static void
missing_rights_stop_the_run(void **state)
{
    struct preview preview;

    (void)state;
    inspection.has_schema = false;
    (void)preview_one(&preview, false);
    assert_int_equal(preview.obstacle_count, 1);
    assert_string_equal(preview.statements[1], "CREATE SCHEMA \"pub\"");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_first_load_is_estimated_by_statistics_and_width, set_up, tear_down),
        cmocka_unit_test_setup_teardown(changed_columns_become_statements, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_unchanged_shape_needs_no_statement, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            whatever_has_the_name_is_in_the_way_of_a_first_load, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            every_obstacle_on_a_mirrored_table_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_mirrored_table_that_is_gone_is_loaded_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(earlier_runs_tell_how_long_it_takes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_table_that_left_the_source_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(missing_rights_stop_the_run, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
