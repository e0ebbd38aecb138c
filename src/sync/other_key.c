#include "sync/other_key.h"

#include "base/log.h"
#include "model/key_choice.h"
#include "plan/selection.h"
#include "target/condemned.h"

void
other_key_take(struct worker *worker, const struct job *planned)
{
    arena_reset(&worker->job_arena);
    worker->table = *planned->table;
    worker->job = *planned;
    worker->job.table = &worker->table;
}

static bool
record(struct worker *worker, const char *why, struct error *err)
{
    struct target *target = worker->target;

    if (target_begin(target, err) &&
        condemned_save(target, &worker->shared->claim, source_identity(worker->source),
            &worker->table, why, err) &&
        target_commit(target, err))
        return true;
    target_rollback(target);
    return false;
}

static void
condemn(struct worker *worker)
{
    struct arena *arena = &worker->job_arena;
    const struct table *table = &worker->table;
    struct condemned_key *key = arena_calloc(arena, 1, sizeof *key);
    const char **names = arena_calloc(arena, table->key->column_count, sizeof *names);

    key->column_count = table->key->column_count;
    for (size_t i = 0; i < key->column_count; i++)
        names[i] = table->columns[table->key->columns[i]].name;
    key->columns = names;
    key->next = table->condemned;
    worker->table.condemned = key;
}

bool
other_key_choose(struct worker *worker, const char *why, struct error *err)
{
    struct table *table = &worker->table;

    if (!record(worker, why, err))
        return false;
    condemn(worker);
    if (!key_choice_make(&worker->job_arena,
            selection_find_settings(&worker->shared->settings->mirror, table), table, err))
        return false;
    worker->job.fingerprint = plan_fingerprint(table);
    log_warning("%.700s - it is read anew: %s", why, table->key_reason);
    return true;
}
