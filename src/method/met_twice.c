#include "method/met_twice.h"

#include "model/key_choice.h"
#include "read/lookup.h"

bool
met_twice_can_be_told(const struct table *table)
{
    return key_choice_is_exact(table);
}

bool
met_twice_ask(struct task *task, const struct table *table, const struct cell *keys, size_t count,
    bool *is_real, struct error *err)
{
    size_t width = table->key->column_count;

    *is_real = true;
    task_set_phase(task, PHASE_READING);
    for (size_t i = 0; i < count && *is_real; i++) {
        size_t found;

        if (task_is_cancelled(task, err) ||
            !lookup_count(task->source, table, &keys[i * width], &task->reading, 2, &found, err))
            return false;
        *is_real = found >= 2;
        task_add_progress(task, 0, 0);
    }
    return true;
}
