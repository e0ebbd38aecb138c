#include "plan/preview_warnings.h"

#include "base/clock.h"
#include "base/text.h"
#include "model/key_choice.h"
#include "plan/preview_objects.h"
#include "plan/preview_types.h"
#include "plan/shape_diff.h"

static const char *
find_uncuttable(struct arena *arena, const struct preview_input *input, const struct job *job,
    const struct preview_table *table)
{
    int64_t limit_ms = (int64_t)input->settings->source.max_transaction_s * 1000;
    char duration[40];

    if (key_choice_is_resumable(job->table) || table->duration_ms <= limit_ms)
        return NULL;
    clock_format_duration(table->duration_ms, duration, sizeof duration);
    return arena_printf(arena,
        "\"%s\" takes about %s to read and cannot be cut at max_transaction_seconds: %s",
        job->table->name, duration,
        job->table->key == NULL
            ? "it has no key"
            : "its key is not declared unique, cannot be compared as text, or is "
              "ordered in another way than it is compared");
}

static const char *
find_stale(struct arena *arena, const struct preview_input *input, const struct job *job,
    const struct preview_table *table, bool is_excluded)
{
    const struct name_list list = shape_pick(arena, job->table, &table->stale, is_excluded);
    bool drops = input->settings->mirror.dropped_columns == DROPPED_DROP;

    if (list.count == 0)
        return NULL;
    return arena_printf(arena, "%s: %zu %s %s, and the mirror keeps old values there: %s - %s",
        table->source_table, list.count, text_plural(list.count, "column is", "columns are"),
        is_excluded ? "excluded" : "gone from the source", name_list_text(arena, &list),
        shape_stale_remedy(is_excluded, drops));
}

static void
add_warning(struct preview *preview, const char *warning)
{
    if (warning != NULL)
        preview->warnings[preview->warning_count++] = warning;
}

void
preview_warn(struct arena *arena, const struct preview_input *input, struct preview *preview)
{
    const struct plan *plan = input->plan;
    const struct selection *selection = input->selection;

    preview->warnings = arena_calloc(arena,
        selection->warning_count + selection->note_count + input->handover_count +
            3 * plan->job_count + input->inspection->misfit_count + 2,
        sizeof *preview->warnings);
    preview->warning_count = 0;
    for (size_t i = 0; i < input->handover_count; i++)
        add_warning(preview, input->handover[i]);
    for (size_t i = 0; i < selection->warning_count; i++)
        add_warning(preview, selection->warnings[i]);
    for (size_t i = 0; i < selection->note_count; i++)
        add_warning(preview, selection->notes[i]);
    for (size_t i = 0; i < plan->job_count; i++) {
        const struct preview_table *table = &preview->tables[i];

        add_warning(preview, find_uncuttable(arena, input, &plan->jobs[i], table));
        add_warning(preview, find_stale(arena, input, &plan->jobs[i], table, false));
        add_warning(preview, find_stale(arena, input, &plan->jobs[i], table, true));
    }
    add_warning(preview, preview_warn_of_objects(arena, input));
    preview->warning_count +=
        preview_warn_of_types(arena, input, preview->warnings + preview->warning_count);
}
