#include "method/early_end.h"

#include "base/log.h"
#include "model/key_choice.h"

#include <inttypes.h>

bool
early_end_is_likely(
    struct task *task, const struct table *table, int64_t row_count, int64_t *counted)
{
    enum { COUNTS = 2 };

    if (!source_session(task->source)->may_end_early)
        return false;
    task_set_phase(task, PHASE_READING);
    for (int i = 0; i < COUNTS; i++) {
        if (!source_count_rows(task->source, table, counted)) {
            log_warning("%s: %" PRId64
                        " rows arrived; the source did not count them, and may limit "
                        "results (see the warning about its session)",
                table->target_name, row_count);
            return false;
        }
        task_add_progress(task, 0, 0);
        if (*counted <= row_count)
            return false;
    }
    return true;
}

bool
early_end_read_on(const struct task *task, const struct table *table, struct error *err)
{
    if (task_reads_in_order(task, table, 0) || !key_choice_is_resumable(table) ||
        hunt_is_by_id(task->hunt))
        return true;
    return read_repeat(err, RETRY_IN_ORDER, "the source's result ended before it was whole");
}

void
early_end_warn(const struct table *table, int64_t row_count, int64_t counted)
{
    log_warning("%s: the source counts %" PRId64 " rows, and %" PRId64
                " arrive: its results end before they are whole (is its session limited?)",
        table->target_name, counted, row_count);
}
