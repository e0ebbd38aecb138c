#include "sync/doubled.h"

#include "model/key_choice.h"

bool
doubled_can_be_told(const struct table *table)
{
    return key_choice_is_exact(table);
}

bool
doubled_ask(struct worker *worker, const struct table *table, const struct cell *keys, size_t count,
    bool *is_real, struct error *err)
{
    size_t width = table->key->column_count;

    *is_real = true;
    worker_set_phase(worker, PHASE_READING);
    for (size_t i = 0; i < count && *is_real; i++) {
        size_t found;

        if (worker_is_cancelled(worker, err) ||
            !reader_count_key(
                worker->source, table, &keys[i * width], &worker->reading, 2, &found, err))
            return false;
        *is_real = found >= 2;
        worker_add_progress(worker, 0, 0);
    }
    return true;
}
