#include "plan/handover.h"

#include "base/text.h"
#include "model/too_wide.h"

#include <inttypes.h>
#include <string.h>

enum { COLUMNS_TOLD = 8 };

bool
handover_is(const struct job *job)
{
    return job->method == METHOD_COMPARE && job->record != NULL &&
           job->record->content.source_version != NULL && !job->table->is_read_whole;
}

static bool
has_column(const struct inspection *inspection, const struct table *table, const char *name)
{
    for (size_t i = 0; i < inspection->relation_count; i++) {
        const struct mirrored_relation *relation = &inspection->relations[i];

        if (strcmp(relation->name, table->target_name) != 0)
            continue;
        for (size_t c = 0; c < relation->column_count; c++) {
            if (strcmp(relation->columns[c].name, name) == 0)
                return true;
        }
    }
    return false;
}

void
handover_choose(const struct job *job, const struct inspection *inspection, bool *wanted)
{
    const struct table *table = job->table;

    for (size_t i = 0; i < table->column_count; i++)
        wanted[i] = too_wide_can_be(&table->columns[i]) &&
                    has_column(inspection, table, table->columns[i].target_name);
}

// How SQL shows these is not documented.
static bool
has_unknown_text(const struct column *column)
{
    return column_at_source(column)->array.extent > 0 || column->kind == VALUE_TIMESTAMP_TZ;
}

static const char *
add_name(struct arena *arena, const char *names, size_t number, const struct table *table,
    size_t column, int64_t count)
{
    const char *name = column_at_source(&table->columns[column])->name;

    if (number > COLUMNS_TOLD)
        return names;
    names = arena_printf(arena, "%s%s%s.%s", names, number > 1 ? ", " : "", table->name, name);
    return count > 0 ? arena_printf(arena, "%s (%" PRId64 ")", names, count) : names;
}

static const char *
tell_wide(struct arena *arena, const struct handover_count *counts, size_t count)
{
    const char *names = "";
    int64_t values = 0;
    size_t columns = 0;

    for (size_t i = 0; i < count; i++) {
        for (size_t c = 0; c < counts[i].table->column_count; c++) {
            if (counts[i].beyond[c] <= 0)
                continue;
            values += counts[i].beyond[c];
            names = add_name(arena, names, ++columns, counts[i].table, c, counts[i].beyond[c]);
        }
    }
    if (values == 0)
        return NULL;
    return arena_printf(arena,
        "%" PRId64 " %s that the mirror has whole from dumps %s wider than SQL delivers, and will "
        "be NULL, with an entry in quarantine, unless the columns are declared wider before: %s%s",
        values, text_plural((uint64_t)values, "value", "values"),
        text_plural((uint64_t)values, "is", "are"), names,
        columns > COLUMNS_TOLD ? " and others" : "");
}

static const char *
tell_rewritten(struct arena *arena, const struct handover_count *counts, size_t count)
{
    const char *names = "";
    size_t columns = 0;

    for (size_t i = 0; i < count; i++) {
        for (size_t c = 0; c < counts[i].table->column_count; c++) {
            if (has_unknown_text(&counts[i].table->columns[c]) &&
                !table_column_goes_on(counts[i].table, c))
                names = add_name(arena, names, ++columns, counts[i].table, c, 0);
        }
    }
    if (columns == 0)
        return NULL;
    return arena_printf(arena,
        "how SQL shows arrays and datetime-tz is not documented: rows with a value in %s%s may be "
        "written once more",
        names, columns > COLUMNS_TOLD ? " and others" : "");
}

size_t
handover_tell(struct arena *arena, const struct handover_count *counts, size_t count,
    const char *sentences[2])
{
    const char *const found[] = { tell_wide(arena, counts, count),
        tell_rewritten(arena, counts, count) };
    size_t told = 0;

    for (size_t i = 0; i < sizeof found / sizeof found[0]; i++) {
        if (found[i] != NULL)
            sentences[told++] = found[i];
    }
    return told;
}
