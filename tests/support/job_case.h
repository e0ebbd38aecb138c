// What the unit tests of the methods share: one job (fake_job.h), made anew around each test.
#ifndef OE2PG_TESTS_JOB_CASE_H
#define OE2PG_TESTS_JOB_CASE_H

#include "fake_job.h"

#include "../unit/cmocka_all.h"

enum { JOB_PLACES = 3 }; // of a row that a test is about: the first, a middle and the last one

extern struct fake_job job;

// How the job of each test begins: so many rows on both sides, then `prepare`; NULL: that is all.
void job_case_init(size_t row_count, void (*prepare)(void));
// Of a table with a key, and of one without.
int job_set_up(void **state);
int job_set_up_keyless(void **state);
// Fails the test that left a cursor or a transaction open.
int job_tear_down(void **state);
// Within a test, for the next of its cases.
void job_start_again(size_t key_count);
// The position of the row, for 0 <= i < JOB_PLACES.
size_t job_place(size_t i);
// The connection to the source is lost at the n-th fetch, counted from 1, of one row each.
void job_lose_source(size_t fetch);
// From the next statement on the run is to stop, as whoever watches a silent source has it stop.
void job_stop_at_statement(void);

#define JOB_TEST(name) cmocka_unit_test_setup_teardown(name, job_set_up, job_tear_down)
#define JOB_TEST_KEYLESS(name)                                                                     \
    cmocka_unit_test_setup_teardown(name, job_set_up_keyless, job_tear_down)

#endif
