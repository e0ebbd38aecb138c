#include "write/row_sender.h"

#include "../cmocka_all.h"

#include <stdio.h>
#include <string.h>

// PostgreSQL, as far as the sender sees it (--wrap): a row whose text begins with '!' is refused
// when its COPY ends, and with it all of that COPY.
static struct {
    char rows[4096]; // that are in the table
    char pending[4096];
    bool is_open;
    bool has_bad;
    bool is_in_transaction;
    const char *sqlstate; // of a refusal
    size_t copies;
    size_t savepoints; // set and neither released nor rolled back
    bool rolls_back;
    bool cannot_set_savepoint;
} server;

static struct copy_stream *const stream = (struct copy_stream *)&server;

bool __wrap_copy_stream_send(struct copy_stream *copy, const struct cell *row, struct error *err);
bool __wrap_copy_stream_finish(struct copy_stream *copy, int64_t *row_count, struct error *err);
void __wrap_copy_stream_close(struct copy_stream *copy);
bool __wrap_target_in_transaction(const struct target *target);
bool __wrap_target_savepoint(struct target *target, struct error *err);
bool __wrap_target_release_savepoint(struct target *target, struct error *err);
bool __wrap_target_rollback_to_savepoint(struct target *target, struct error *err);

bool
__wrap_copy_stream_send(struct copy_stream *copy, const struct cell *row, struct error *err)
{
    size_t size = strlen(server.pending);

    (void)err;
    assert_ptr_equal(copy, stream);
    assert_true(server.is_open);
    (void)snprintf(server.pending + size, sizeof server.pending - size, "%.*s ",
        row[0].bytes != NULL ? (int)row[0].size : 1, row[0].bytes != NULL ? row[0].bytes : "~");
    server.has_bad = server.has_bad || (row[0].bytes != NULL && row[0].bytes[0] == '!');
    return true;
}

bool
__wrap_copy_stream_finish(struct copy_stream *copy, int64_t *row_count, struct error *err)
{
    size_t size = strlen(server.rows);

    assert_ptr_equal(copy, stream);
    assert_true(server.is_open);
    *row_count = 0;
    if (server.has_bad) {
        (void)error_set(err, ERROR_DATA, "a row is refused");
        err->side = ERROR_SIDE_TARGET;
        (void)snprintf(err->sqlstate, sizeof err->sqlstate, "%s", server.sqlstate);
        return false;
    }
    (void)snprintf(server.rows + size, sizeof server.rows - size, "%s", server.pending);
    return true;
}

void
__wrap_copy_stream_close(struct copy_stream *copy)
{
    if (copy != NULL)
        server.is_open = server.has_bad = false;
}

bool
__wrap_target_in_transaction(const struct target *target)
{
    (void)target;
    return server.is_in_transaction;
}

bool
__wrap_target_savepoint(struct target *target, struct error *err)
{
    (void)target;
    server.savepoints++;
    return !server.cannot_set_savepoint || error_set(err, ERROR_TARGET, "no savepoint");
}

bool
__wrap_target_release_savepoint(struct target *target, struct error *err)
{
    (void)target;
    (void)err;
    server.savepoints--;
    return true;
}

bool
__wrap_target_rollback_to_savepoint(struct target *target, struct error *err)
{
    (void)target;
    server.savepoints--;
    return server.rolls_back || error_set(err, ERROR_TARGET, "the connection is lost");
}

static bool
open_copy(void *context, struct copy_stream **copy, struct error *err)
{
    (void)context;
    (void)err;
    assert_false(server.is_open);
    server.is_open = true;
    server.pending[0] = '\0';
    server.copies++;
    *copy = stream;
    return true;
}

static struct column columns[] = { { .name = "a", .kind = VALUE_TEXT } };
static uint16_t key_columns[] = { 0 };
static const struct key key = { .name = "k", .columns = key_columns, .column_count = 1 };
static struct table table;
static struct part_outcome outcome;
static struct row_sender sender;
static struct error err;

static void
begin(bool is_careful)
{
    const struct row_sender_setup setup = {
        .table = &table, .is_careful = is_careful, .is_fallback = true
    };

    row_sender_init(&sender, &setup, open_copy, NULL);
    outcome = (struct part_outcome){ 0 };
    row_sender_count_for(&sender, &outcome);
}

static int
set_up(void **state)
{
    (void)state;
    memset(&server, 0, sizeof server);
    server.rolls_back = server.is_in_transaction = true;
    server.sqlstate = "23505";
    error_clear(&err);
    table = (struct table){
        .name = "t", .target_name = "t", .columns = columns, .column_count = 1, .key = &key
    };
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    row_sender_release(&sender);
    return server.is_open;
}

// A batch of one-word rows.
static bool
send_words(const char *words)
{
    struct cell cells[64];
    size_t count = 0;
    bool done = true;

    for (const char *p = words; *p != '\0'; p += strspn(p, " ")) {
        cells[count] = (struct cell){ .bytes = p, .size = strcspn(p, " ") };
        p += cells[count++].size;
    }
    for (size_t i = 0; done && i < count; i++)
        done = row_sender_send(&sender, &cells[i], row_sender_check(&sender, &cells[i]), &err);
    return done && row_sender_flush(&sender, &err);
}

static uint64_t
digest_of(const char *word)
{
    const struct cell cell = { .bytes = word, .size = strlen(word) };

    return digest_key_of_row(&table, &cell);
}

// ---- what goes wrong ----------------------------------------------------------------------------

static void
a_quick_sender_fails_with_all_of_its_rows(void **state)
{
    (void)state;
    begin(false);
    assert_true(send_words("a !b c"));
    assert_false(row_sender_end(&sender, &err));
    assert_true(row_sender_can_isolate(&err));
    assert_string_equal(server.rows, "");
    assert_int_equal(outcome.rows_refused, 0);
}

static void
a_careful_sender_does_not_go_on_where_no_row_is_to_blame(void **state)
{
    (void)state;
    server.sqlstate = "53100"; // the disk is full
    begin(true);
    assert_false(send_words("a !b c"));
    assert_string_equal(err.sqlstate, "53100");
    assert_int_equal(server.copies, 1);
    assert_int_equal(outcome.rows_refused, 0);
}

static void
a_savepoint_that_is_lost_is_the_failure(void **state)
{
    (void)state;
    server.rolls_back = false;
    begin(true);
    assert_false(send_words("a !b c"));
    assert_int_equal(err.kind, ERROR_TARGET);
    assert_string_equal(err.message, "the connection is lost");
    assert_int_equal(outcome.rows_refused, 0);
}

static void
without_a_savepoint_nothing_is_sent(void **state)
{
    (void)state;
    server.cannot_set_savepoint = true;
    begin(true);
    assert_false(send_words("a b"));
    assert_int_equal(server.copies, 0);
}

static void
only_what_postgres_says_of_a_row_can_be_isolated(void **state)
{
    static const struct {
        enum error_side side;
        const char *sqlstate;
        bool can;
    } cases[] = {
        { ERROR_SIDE_TARGET, "22021", true },
        { ERROR_SIDE_TARGET, "23505", true },
        { ERROR_SIDE_TARGET, "54000", true },
        { ERROR_SIDE_TARGET, "53100", false },
        { ERROR_SIDE_TARGET, "", false },
        { ERROR_SIDE_SOURCE, "22021", false },
        { ERROR_SIDE_OWN, "23505", false },
    };

    (void)state;
    begin(true);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error failure = { .kind = ERROR_DATA, .side = cases[i].side };

        (void)snprintf(failure.sqlstate, sizeof failure.sqlstate, "%s", cases[i].sqlstate);
        assert_int_equal(row_sender_can_isolate(&failure), cases[i].can);
    }
}

// ---- rows that are refused ----------------------------------------------------------------------

static void
a_refused_row_is_left_out_wherever_it_is(void **state)
{
    static const char *const batches[][2] = {
        { "!a b c d e", "b c d e " },
        { "a b !c d e", "a b d e " },
        { "a b c d !e", "a b c d " },
        { "!a !b c !d e", "c e " },
        { "!a", "" },
        { "!a !b !c", "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof batches / sizeof batches[0]; i++) {
        size_t bad = 0;

        server.rows[0] = '\0';
        begin(true);
        assert_true(send_words(batches[i][0]));
        for (const char *p = batches[i][0]; *p != '\0'; p++)
            bad += *p == '!';
        assert_string_equal(server.rows, batches[i][1]);
        assert_int_equal(outcome.rows_refused, bad);
        assert_int_equal(server.savepoints, 0);
        row_sender_release(&sender);
    }
}

static void
refused_rows_count_for_the_part_in_hand(void **state)
{
    struct part_outcome second = { 0 };

    (void)state;
    begin(true);
    assert_true(send_words("a !b !c"));
    row_sender_count_for(&sender, &second);
    assert_true(send_words("!d e"));
    assert_int_equal(outcome.rows_refused, 2);
    assert_int_equal(second.rows_refused, 1);
}

static void
outside_of_a_transaction_each_copy_stands_alone(void **state)
{
    (void)state;
    server.is_in_transaction = false;
    begin(true);
    assert_true(send_words("a !b c d"));
    assert_string_equal(server.rows, "a c d ");
    assert_int_equal(server.savepoints, 0);
}

static void
a_row_that_was_left_out_is_known_by_its_key(void **state)
{
    (void)state;
    begin(true);
    assert_false(row_sender_left_out(&sender, digest_of("!b")));
    assert_true(send_words("a !z !b c"));
    assert_true(row_sender_left_out(&sender, digest_of("!b")));
    assert_true(row_sender_left_out(&sender, digest_of("!z")));
    assert_false(row_sender_left_out(&sender, digest_of("a")));
    assert_true(send_words("!d"));
    assert_true(row_sender_left_out(&sender, digest_of("!d")));
}

static void
a_keyless_row_that_was_left_out_is_not_looked_for(void **state)
{
    const struct cell cell = { .bytes = "x", .size = 1 };

    (void)state;
    table.key = NULL;
    begin(true);
    row_sender_leave_out(&sender, &cell);
    assert_int_equal(sender.left_out_count, 0);
    assert_false(row_sender_left_out(&sender, 7));
}

// ---- rows that are not --------------------------------------------------------------------------

static void
a_batch_without_bad_rows_is_one_copy(void **state)
{
    (void)state;
    begin(true);
    assert_true(send_words("a b c"));
    assert_true(send_words(""));
    assert_true(send_words("d"));
    assert_string_equal(server.rows, "a b c d ");
    assert_int_equal(server.copies, 2);
    row_sender_release(&sender);
    server.rows[0] = '\0';
    server.copies = 0;
    begin(false);
    assert_true(send_words("a b c"));
    assert_true(send_words("d"));
    assert_true(row_sender_end(&sender, &err));
    assert_true(row_sender_end(&sender, &err)); // there is none
    assert_string_equal(server.rows, "a b c d ");
    assert_int_equal(server.copies, 1);
}

static void
a_value_that_postgres_cannot_hold_is_kept_once_and_sent_as_null(void **state)
{
    (void)state;
    begin(true);
    assert_true(send_words("a \xFF c"));
    assert_string_equal(server.rows, "a ~ c ");
    assert_int_equal(outcome.rows_refused, 0);
    assert_true(sender.quarantine.size_bytes > 0);
}

static void
looking_at_a_row_keeps_nothing_of_it(void **state)
{
    const struct cell cell = { .bytes = "\xFF", .size = 1 };

    (void)state;
    begin(false);
    assert_null(row_sender_peek(&sender, &cell)[0].bytes);
    assert_int_equal(sender.quarantine.size_bytes, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_quick_sender_fails_with_all_of_its_rows),
        TEST(a_careful_sender_does_not_go_on_where_no_row_is_to_blame),
        TEST(a_savepoint_that_is_lost_is_the_failure),
        TEST(without_a_savepoint_nothing_is_sent),
        TEST(only_what_postgres_says_of_a_row_can_be_isolated),
        TEST(a_refused_row_is_left_out_wherever_it_is),
        TEST(refused_rows_count_for_the_part_in_hand),
        TEST(outside_of_a_transaction_each_copy_stands_alone),
        TEST(a_row_that_was_left_out_is_known_by_its_key),
        TEST(a_keyless_row_that_was_left_out_is_not_looked_for),
        TEST(a_batch_without_bad_rows_is_one_copy),
        TEST(a_value_that_postgres_cannot_hold_is_kept_once_and_sent_as_null),
        TEST(looking_at_a_row_keeps_nothing_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
