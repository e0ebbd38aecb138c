#include "job_case.h"

struct fake_job job;

static size_t rows;
static void (*prepare_job)(void);

void
job_case_init(size_t row_count, void (*prepare)(void))
{
    rows = row_count;
    prepare_job = prepare;
}

static void
begin(size_t key_count)
{
    fake_job_init(&job, key_count, rows);
    if (prepare_job != NULL)
        prepare_job();
}

int
job_set_up(void **state)
{
    (void)state;
    begin(1);
    return 0;
}

int
job_set_up_keyless(void **state)
{
    (void)state;
    begin(0);
    return 0;
}

int
job_tear_down(void **state)
{
    (void)state;
    return fake_job_release(&job);
}

void
job_start_again(size_t key_count)
{
    assert_int_equal(fake_job_release(&job), 0);
    begin(key_count);
}

size_t
job_place(size_t i)
{
    const size_t places[JOB_PLACES] = { 0, rows / 2, rows - 1 };

    assert_in_range(i, 0, JOB_PLACES - 1);
    return places[i];
}

void
job_lose_source(size_t fetch)
{
    job.source.block = 1;
    job.source.fails_at_fetch = fetch;
    (void)error_set(&job.source.failure, ERROR_SOURCE, "gone");
}

static void
stop_the_run(struct fake_source *source, const struct read_request *request)
{
    (void)source;
    (void)request;
    job.is_cancelled = true;
}

void
job_stop_at_statement(void)
{
    job.source.before = stop_the_run;
}
