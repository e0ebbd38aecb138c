#include "method/other_key.h"

#include "base/log.h"
#include "method/held_types.h"
#include "model/key_choice.h"
#include "target/condemned.h"

void
other_key_take(struct task *task, const struct job *planned)
{
    arena_reset(&task->job_arena);
    task->effort = (struct effort){ 0 };
    task->table = *planned->table;
    held_types_take(task);
    task->job = *planned;
    task->job.table = &task->table;
}

static bool
record(struct task *task, const char *why, struct error *err)
{
    struct target *target = task->target;

    if (target_begin(target, err) &&
        condemned_save(
            target, task->claim, source_identity(task->source), &task->table, why, err) &&
        target_commit(target, err))
        return true;
    target_rollback(target);
    return false;
}

static void
condemn(struct task *task)
{
    struct arena *arena = &task->job_arena;
    const struct table *table = &task->table;
    struct condemned_key *key = arena_calloc(arena, 1, sizeof *key);
    const char **names = arena_calloc(arena, table->key->column_count, sizeof *names);

    key->column_count = table->key->column_count;
    for (size_t i = 0; i < key->column_count; i++)
        names[i] = table->columns[table->key->columns[i]].name;
    key->columns = names;
    key->next = table->key_grounds.condemned;
    task->table.key_grounds.condemned = key;
}

bool
other_key_choose(struct task *task, const char *why, struct error *err)
{
    struct table *table = &task->table;

    if (!record(task, why, err))
        return false;
    condemn(task);
    if (!key_choice_make(&task->job_arena, table->settings, table, err))
        return false;
    task->job.fingerprint = plan_fingerprint(table);
    log_warning("%.700s - it is read anew: %s", why, table->key_grounds.reason);
    return true;
}
