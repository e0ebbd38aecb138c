#include "run/connections.h"

#include "base/log.h"
#include "base/text.h"

void
connections_drop_source(struct worker *worker)
{
    struct source *source;

    (void)pthread_mutex_lock(&worker->lock);
    source = worker->task.source;
    worker->task.source = NULL;
    (void)pthread_mutex_unlock(&worker->lock);
    source_close(source);
}

static void
drop_target(struct worker *worker)
{
    struct target *target;

    (void)pthread_mutex_lock(&worker->lock);
    target = worker->task.target;
    worker->task.target = NULL;
    (void)pthread_mutex_unlock(&worker->lock);
    target_close(target);
}

// A source may be unusable without knowing it: after any failure of its kind it is opened anew.
void
connections_drop(struct worker *worker, const struct error *err)
{
    if (err->kind != ERROR_TARGET)
        connections_drop_source(worker);
    if (worker->task.target != NULL && !target_is_alive(worker->task.target))
        drop_target(worker);
}

bool
connections_open_source(struct worker *worker, struct error *err)
{
    struct source *source = NULL;

    if (worker->task.source != NULL)
        return true;
    if (!source_open(&worker->shared->settings->source, &source, err))
        return false;
    (void)pthread_mutex_lock(&worker->lock);
    worker->task.source = source;
    (void)pthread_mutex_unlock(&worker->lock);
    return true;
}

bool
connections_open_target(struct worker *worker, struct error *err)
{
    const struct mirror_claim *claim = &worker->shared->claim;
    struct target *target = NULL;
    char job[32];
    char name[64];

    if (worker->task.target != NULL)
        return true;
    (void)text_print(job, sizeof job, "job %d", worker->number);
    mirror_session_name(name, sizeof name, claim, job);
    if (!target_open(&worker->shared->settings->target, name, &target, err))
        return false;
    target_set_fence(target, claim->mirror_id, claim->run_id);
    // Is the mirror still ours? Otherwise we would take another run's work for a stranger's.
    if (!target_begin(target, err) || !target_commit(target, err) ||
        (worker->had_target && !mirror_end_former_session(target, claim, job, err))) {
        target_close(target);
        return false;
    }
    worker->had_target = true;
    (void)pthread_mutex_lock(&worker->lock);
    worker->task.target = target;
    (void)pthread_mutex_unlock(&worker->lock);
    return true;
}

bool
connections_open(struct worker *worker, const char *work, int tables, struct error *err)
{
    struct activity activity;
    char what[200];
    char name[64];

    task_set_phase(&worker->task, PHASE_OPENING);
    if (!connections_open_target(worker, err) || !connections_open_source(worker, err))
        return false;
    (void)text_print(what, sizeof what, "job %d %s", worker->number, work);
    mirror_session_name(name, sizeof name, &worker->shared->claim, what);
    worker_describe(worker, &activity);
    activity.tables = tables;
    if (activity_begin(worker->task.target, &worker->shared->claim, &activity, name, err))
        return true;
    // A table is not given up because nobody may be told that it is in hand: the housekeeper warns.
    if (err->kind != ERROR_TABLE || err->retry != RETRY_NEVER)
        return false;
    error_clear(err);
    return target_set_name(worker->task.target, name, err);
}

void
connections_leave(struct worker *worker)
{
    struct error err;

    error_clear(&err);
    if (worker->task.target != NULL &&
        !activity_end(worker->task.target, &worker->shared->claim, worker->number, &err))
        log_debug("job %d: %s", worker->number, err.message);
}
