// The catalogue and the errors of OpenEdge, with a door that answers from a script: what holds here
// holds for either door.
#include "source/openedge/openedge.h"

#include "model/key_choice.h"

#include "../cmocka_all.h"

#include <stdio.h>
#include <string.h>

enum { ROWS_MAX = 8 };

// What a query that contains `of` is answered with; no entry: it is refused.
struct answer {
    const char *of;
    const char *rows[ROWS_MAX][CATALOG_FIELDS_MAX];
};

// A query that contains `failing` fails `failures` times, after it gave its rows, with no state
// that says why.
struct script {
    const struct answer *answers;
    size_t count;
    size_t query_count;
    const char *failing;
    size_t failures;
};

static bool
refuse(struct error *err, const char *state)
{
    (void)error_set(err, ERROR_TABLE, "refused");
    (void)snprintf(err->sqlstate, sizeof err->sqlstate, "%s", state);
    return false;
}

static bool
answer_query(void *context, const char *sql, size_t field_count, catalog_take *take, void *taker,
    struct error *err)
{
    struct script *script = context;

    (void)field_count;
    script->query_count++;
    for (size_t i = 0; i < script->count; i++) {
        const struct answer *answer = &script->answers[i];

        if (strstr(sql, answer->of) == NULL)
            continue;
        for (size_t r = 0; r < ROWS_MAX && answer->rows[r][0] != NULL; r++) {
            if (!take(taker, answer->rows[r], err))
                return false;
        }
        if (script->failing == NULL || strstr(sql, script->failing) == NULL ||
            script->failures == 0)
            return true;
        script->failures--;
        return refuse(err, "HY000");
    }
    return refuse(err, "42501");
}

static void
read_all(struct script *script, struct arena *arena, struct catalog *catalog, bool *has_tables,
    bool *has_keys)
{
    struct catalog_door door = { .context = script, .query = answer_query };
    const struct table_filter filter = { .skip_ignored = NULL };
    const struct openedge_reading reading = { &door, arena, catalog, &filter, "" };
    struct error err = { 0 };

    memset(catalog, 0, sizeof *catalog);
    assert_true(openedge_read_tables(&reading, has_tables, &err));
    assert_true(openedge_read_keys(&reading, has_keys, &err));
}

#define META_TABLES                                                                                \
    {                                                                                              \
        "f.\"_Hidden\" FROM",                                                                      \
        {                                                                                          \
            { "PUB", "Order", "0" }, { "PUB", "_Secret", "0" }, { "PUB", "Attic", "1" },           \
                { "PUB", "CDC_Order", "false" },                                                   \
            {                                                                                      \
                "BOOKS", "Order", NULL                                                             \
            }                                                                                      \
        }                                                                                          \
    }

static const struct answer metaschema[] = {
    META_TABLES,
    { "\"_Cdc-Table-Policy\"", { { "PUB", "CDC_Order" } } },
    { "\"_Field\" c WHERE c.\"_File-recid\"",
        { { "PUB", "Order", "Lines", "integer", "80", NULL, "4", "0", "0", "30", NULL, NULL, NULL },
            { "PUB", "Order", "Num", "int64", "8", NULL, "0", "1", "0", "10", "No.", "", "9" },
            { "PUB", "Order", "Sum", "decimal", "17", "2", "0", "no", "0", "20" },
            { "PUB", "Order", "At", "datetime-tz", "12", NULL, "0", "false", "1", "40" },
            { "PUB", "Other", "X", "integer" },
            { "BOOKS", "Order", "Picture", "blob", NULL, NULL, "0", "0", "0", "5" } } },
    { "i.\"_Wordidx\"", { { "PUB", "Order", "both", "1", NULL, "2", "0", "0", "Sum", "1" },
                            { "PUB", "Order", "both", "1", NULL, "1", "1", "0", "Num", "1" },
                            { "PUB", "Order", "often", "1", NULL, "1", "1", "0", "Sum", "0" },
                            { "PUB", "Order", "wordy", "1", "1", "1", "1", "0", "Sum", "0" },
                            { "PUB", "Order", "cut", "1", NULL, "1", "1", "1", "Num", "1" },
                            { "PUB", "Order", "words", "1", "1", "1", "1", "0", "Num", "1" },
                            { "PUB", "Order", "asleep", "0", NULL, "1", "1", "0", "Num", "1" },
                            { "PUB", "Order", "lost", "1", "0", "1", "1", "0", "Gone", "1" } } },
    { "i.rowid = f.\"_Prime-Index\"", { { "PUB", "Order", "both" } } },
    { "\"SYS_TBL_CONSTRS\"", { { "BOOKS", "Order", "declared", "1", "Picture" } } },
};

static void
the_metaschema_says_everything(void **state)
{
    struct script script = { metaschema, sizeof metaschema / sizeof metaschema[0], 0, NULL, 0 };
    struct arena arena;
    struct catalog catalog;
    struct table *order;
    bool has_tables;
    bool has_keys;

    (void)state;
    arena_init(&arena);
    read_all(&script, &arena, &catalog, &has_tables, &has_keys);
    assert_true(has_tables && has_keys);
    assert_int_equal(script.query_count, 7);
    assert_int_equal(catalog.table_count, 4);
    assert_int_equal(catalog.note_count, 0);
    assert_string_equal(
        openedge_find_table(&catalog, "PUB", "Attic")->entry.left_out, "hidden at the source");
    assert_non_null(openedge_find_table(&catalog, "PUB", "CDC_Order")->entry.left_out);
    order = openedge_find_table(&catalog, "PUB", "Order");
    assert_int_equal(order->column_count, 4);
    assert_string_equal(order->columns[0].name, "Num");
    assert_string_equal(order->columns[0].words.label, "No.");
    assert_null(order->columns[0].words.description);
    assert_false(order->columns[0].is_nullable);
    assert_string_equal(order->columns[1].type_name, "numeric(17,2)");
    assert_true(order->columns[1].is_nullable);
    assert_int_equal(order->columns[2].array.extent, 4);
    assert_int_equal(order->columns[2].kind, VALUE_TEXT);
    assert_string_equal(order->columns[2].type_name, "varchar(80)");
    assert_int_equal(order->columns[3].kind, VALUE_TIMESTAMP_TZ);
    assert_true(order->columns[3].is_case_sensitive);
    assert_true(openedge_find_table(&catalog, "BOOKS", "Order")->columns[0].is_long);
    arena_release(&arena);
}

static void
only_whole_active_indexes_become_keys_in_their_own_order(void **state)
{
    struct script script = { metaschema, sizeof metaschema / sizeof metaschema[0], 0, NULL, 0 };
    struct arena arena;
    struct catalog catalog;
    struct table *order;
    struct error err = { 0 };
    bool has_tables;
    bool has_keys;

    (void)state;
    arena_init(&arena);
    read_all(&script, &arena, &catalog, &has_tables, &has_keys);
    order = openedge_find_table(&catalog, "PUB", "Order");
    assert_int_equal(order->key_count, 1);
    assert_int_equal(order->entry.index_count, 1);
    assert_string_equal(order->entry.indexes[0].name, "often");
    assert_true(order->keys[0].is_primary);
    assert_int_equal(order->keys[0].columns[0], 0);
    assert_int_equal(order->keys[0].columns[1], 1);
    assert_false(key_is_descending(&order->keys[0], 0));
    assert_true(key_is_descending(&order->keys[0], 1));
    assert_true(key_choice_make(&arena, NULL, order, &err));
    assert_string_equal(order->key_grounds.reason,
        "primary key (Num, Sum from large to small); a read that is cut by it proves its order");
    arena_release(&arena);
}

static const struct answer sysprogress[] = {
    { "SYSPROGRESS.\"SYSTABLES_FULL\"", { { "PUB", "Order", "0" } } },
    { "SYSPROGRESS.\"SYSCOLUMNS_FULL\"",
        { { "PUB", "Order", "Num", "bigint", "8", NULL, "0", "N", NULL, "1" },
            { "PUB", "Order", "Name", "varchar", "60", NULL, "0", "Y", "basic_I", "2" },
            { "PUB", "Order", "Code", "varchar", "60", NULL, "0", "Y", "basic", "3" } } },
    { "SYSPROGRESS.\"SYSINDEXES\"",
        { { "PUB", "Order", "i", "1", "0", "1", "D", "0", "Num", "U" } } },
    { "\"SYS_TBL_CONSTRS\"", { { NULL } } },
};

static void
sysprogress_says_less_and_that_is_said(void **state)
{
    struct script script = { sysprogress, sizeof sysprogress / sizeof sysprogress[0], 0, NULL, 0 };
    struct arena arena;
    struct catalog catalog;
    struct table *order;
    struct error err = { 0 };
    bool has_tables;
    bool has_keys;

    (void)state;
    arena_init(&arena);
    read_all(&script, &arena, &catalog, &has_tables, &has_keys);
    assert_true(has_tables && has_keys);
    // The metaschema twice, and the policies, whose change tables might pass for ordinary ones.
    assert_int_equal(catalog.note_count, 3);
    order = openedge_find_table(&catalog, "PUB", "Order");
    assert_false(order->columns[0].is_nullable);
    assert_true(order->columns[1].is_nullable);
    assert_false(order->columns[1].is_case_sensitive);
    assert_true(order->columns[2].is_case_sensitive);
    assert_true(key_is_descending(&order->keys[0], 0));
    assert_false(order->keys[0].is_primary);
    assert_true(key_choice_make(&arena, NULL, order, &err));
    assert_non_null(
        strstr(order->key_grounds.reason, "does not say which index is the primary one"));
    arena_release(&arena);
}

static void
without_any_catalogue_the_driver_is_left_and_not_relied_on(void **state)
{
    struct script script = { NULL, 0, 0, NULL, 0 };
    uint16_t columns[] = { 0 };
    struct key key = { .name = "k", .columns = columns, .column_count = 1, .is_primary = true };
    struct column column = { .name = "Num", .kind = VALUE_INTEGER };
    struct table table = {
        .name = "T", .columns = &column, .column_count = 1, .keys = &key, .key_count = 1
    };
    struct table *tables[] = { &table };
    struct arena arena;
    struct catalog catalog;
    struct error err = { 0 };
    bool has_tables;
    bool has_keys;

    (void)state;
    arena_init(&arena);
    read_all(&script, &arena, &catalog, &has_tables, &has_keys);
    assert_false(has_tables || has_keys);
    assert_int_equal(catalog.table_count, 0);
    catalog.tables = tables;
    catalog.table_count = 1;
    openedge_distrust_keys(&arena, &catalog);
    assert_int_equal(catalog.note_count, 2);
    assert_true(key_choice_make(&arena, NULL, &table, &err));
    assert_non_null(table.key);
    assert_false(key_choice_is_resumable(&table));
    arena_release(&arena);
}

// Each query of the metaschema by words of its own, and what stands in the note when it is refused.
static const struct {
    const char *words;
    const char *note; // NULL: another way is asked, which is not in the script
    size_t again;     // queries that a failure for no known reason leads to
} queries[] = {
    { "f.\"_Hidden\" FROM", NULL, 0 },
    { "\"_Field\" c WHERE c.\"_File-recid\"", NULL, 0 },
    { "\"_Cdc-Table-Policy\"", "change tables of CDC", 1 },
    { "i.\"_Wordidx\"", NULL, 0 },
    // Each of four tables is asked for, and in doubt once more.
    { "i.rowid = f.\"_Prime-Index\"", "which indexes are the primary ones", 9 },
    { "\"SYS_TBL_CONSTRS\"", "declared in SQL", 9 },
};

static void
one_failure_that_does_not_say_why_is_no_refusal(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        struct script script = { metaschema, sizeof metaschema / sizeof metaschema[0], 0,
            queries[i].words, 1 };
        struct arena arena;
        struct catalog catalog;
        const struct table *order;
        bool has_tables;
        bool has_keys;

        arena_init(&arena);
        read_all(&script, &arena, &catalog, &has_tables, &has_keys);
        assert_true(has_tables && has_keys);
        assert_int_equal(script.query_count, 8);
        assert_int_equal(catalog.note_count, 0);
        assert_int_equal(catalog.table_count, 4);
        assert_non_null(openedge_find_table(&catalog, "PUB", "CDC_Order")->entry.left_out);
        order = openedge_find_table(&catalog, "PUB", "Order");
        assert_int_equal(order->column_count, 4);
        assert_int_equal(order->key_count, 1);
        assert_int_equal(order->keys[0].column_count, 2);
        assert_true(order->keys[0].is_primary);
        order = openedge_find_table(&catalog, "BOOKS", "Order");
        assert_int_equal(order->key_count, 1);
        assert_int_equal(order->keys[0].column_count, 1);
        arena_release(&arena);
    }
}

static void
what_is_refused_twice_or_for_want_of_a_right_is_lost_and_said(void **state)
{
    struct answer some[sizeof metaschema / sizeof metaschema[0]];
    const size_t all = sizeof metaschema / sizeof metaschema[0];

    (void)state;
    for (size_t i = 0; i < 2 * sizeof queries / sizeof queries[0]; i++) {
        bool has_no_right = i % 2 == 1;
        struct script script = { metaschema, all, 0, queries[i / 2].words, SIZE_MAX };
        struct arena arena;
        struct catalog catalog;
        bool has_tables;
        bool has_keys;

        if (queries[i / 2].note == NULL)
            continue;
        if (has_no_right) { // an answer less
            size_t count = 0;

            for (size_t k = 0; k < all; k++) {
                if (strcmp(metaschema[k].of, queries[i / 2].words) != 0)
                    some[count++] = metaschema[k];
            }
            script = (struct script){ .answers = some, .count = count };
        }
        arena_init(&arena);
        read_all(&script, &arena, &catalog, &has_tables, &has_keys);
        assert_true(has_tables && has_keys);
        assert_int_equal(script.query_count, has_no_right ? 7 : 7 + queries[i / 2].again);
        assert_int_equal(catalog.note_count, 1);
        assert_non_null(strstr(catalog.notes[0], queries[i / 2].note));
        arena_release(&arena);
    }
}

static bool
know_no_cdc(void *context, const char *sql, size_t field_count, catalog_take *take, void *taker,
    struct error *err)
{
    if (strstr(sql, "\"_Cdc-Table-Policy\"") != NULL)
        return refuse(err, "42S02");
    return answer_query(context, sql, field_count, take, taker, err);
}

static void
a_database_that_knows_no_cdc_lacks_nothing(void **state)
{
    struct script script = { metaschema, sizeof metaschema / sizeof metaschema[0], 0, NULL, 0 };
    struct catalog_door door = { .context = &script, .query = know_no_cdc };
    struct arena arena;
    struct catalog catalog = { 0 };
    const struct table_filter filter = { .skip_ignored = NULL };
    const struct openedge_reading reading = { &door, &arena, &catalog, &filter, "" };
    struct error err = { 0 };
    bool is_read;

    (void)state;
    arena_init(&arena);
    assert_true(openedge_read_tables(&reading, &is_read, &err));
    assert_true(is_read);
    assert_int_equal(catalog.note_count, 0);
    arena_release(&arena);
}

static bool
lose_connection(void *context, const char *sql, size_t field_count, catalog_take *take, void *taker,
    struct error *err)
{
    (void)context;
    (void)sql;
    (void)field_count;
    (void)take;
    (void)taker;
    return error_set(err, ERROR_SOURCE, "gone");
}

static void
a_lost_connection_is_no_answer(void **state)
{
    struct catalog_door door = { .query = lose_connection };
    struct arena arena;
    struct catalog catalog = { 0 };
    const struct table_filter filter = { .skip_ignored = NULL };
    const struct openedge_reading reading = { &door, &arena, &catalog, &filter, "" };
    struct error err = { 0 };
    bool is_read;

    (void)state;
    arena_init(&arena);
    assert_false(openedge_read_tables(&reading, &is_read, &err));
    assert_int_equal(err.kind, ERROR_SOURCE);
    assert_false(openedge_read_keys(&reading, &is_read, &err));
    arena_release(&arena);
}

static void
names_of_more_than_32_bytes_are_refused(void **state)
{
    struct column column = { .name = "a_column_of_thirty-three_letters_" };
    struct table table = {
        .name = "exactly-thirty-two-letters-long-", .columns = &column, .column_count = 0
    };
    struct error err = { 0 };

    (void)state;
    assert_int_equal(strlen(table.name), OPENEDGE_NAME_MAX);
    assert_true(openedge_check_names(&table, &err));
    table.column_count = 1;
    assert_false(openedge_check_names(&table, &err));
    assert_non_null(strstr(err.message, column.name));
    assert_non_null(strstr(err.hint, "exclude_columns"));
    table.name = column.name;
    assert_false(openedge_check_names(&table, &err));
    assert_int_equal(err.kind, ERROR_TABLE);
}

static void
rows_are_named_or_left_out_by_their_rowid(void **state)
{
    static const int64_t ids[] = { 10, 9223372036854775807 };
    struct buffer sql;

    (void)state;
    buffer_init(&sql, 1000);
    openedge_append_row_ids(&sql, ids, 2, false);
    assert_string_equal(buffer_text(&sql), "ROWID = '10' OR ROWID = '9223372036854775807'");
    buffer_clear(&sql);
    openedge_append_row_ids(&sql, ids, 2, true);
    assert_string_equal(buffer_text(&sql), "ROWID <> '10' AND ROWID <> '9223372036854775807'");
    buffer_release(&sql);
}

static void
a_row_that_is_gone_is_told_by_code_or_state(void **state)
{
    struct error by_code = { .native_code = -10002, .sqlstate = "HY000" };
    struct error by_state = { .sqlstate = "22503" };
    struct error other = { .native_code = 210012, .sqlstate = "22P00" };

    (void)state;
    assert_true(openedge_is_gone(&by_code));
    assert_true(openedge_is_gone(&by_state));
    assert_false(openedge_is_gone(&other));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_metaschema_says_everything),
        cmocka_unit_test(only_whole_active_indexes_become_keys_in_their_own_order),
        cmocka_unit_test(sysprogress_says_less_and_that_is_said),
        cmocka_unit_test(without_any_catalogue_the_driver_is_left_and_not_relied_on),
        cmocka_unit_test(one_failure_that_does_not_say_why_is_no_refusal),
        cmocka_unit_test(what_is_refused_twice_or_for_want_of_a_right_is_lost_and_said),
        cmocka_unit_test(a_database_that_knows_no_cdc_lacks_nothing),
        cmocka_unit_test(a_lost_connection_is_no_answer),
        cmocka_unit_test(names_of_more_than_32_bytes_are_refused),
        cmocka_unit_test(rows_are_named_or_left_out_by_their_rowid),
        cmocka_unit_test(a_row_that_is_gone_is_told_by_code_or_state),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
