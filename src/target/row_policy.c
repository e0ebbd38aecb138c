#include "target/row_policy.h"

#include "base/mem.h"
#include "target/array_value.h"
#include "target/type.h"

#include <stdlib.h>
#include <string.h>

static bool
is_shown_in_utc(const struct column *column)
{
    return column->held.base == MIRROR_TIMESTAMPTZ && !column->held.is_array;
}

static struct buffer *
make_buffers(size_t count)
{
    struct buffer *buffers = mem_calloc(count, sizeof *buffers);

    for (size_t i = 0; i < count; i++)
        buffer_init(&buffers[i], SIZE_MAX / 2);
    return buffers;
}

void
row_policy_init(struct row_policy *policy, const struct table *table)
{
    *policy = (struct row_policy){
        .table = table,
        .changed = mem_calloc(table->column_count, sizeof *policy->changed),
    };
    for (size_t c = 0; c < table->column_count; c++) {
        if (policy->stamps == NULL && is_shown_in_utc(&table->columns[c]))
            policy->stamps = mem_calloc(table->column_count, sizeof *policy->stamps);
        if (policy->arrays == NULL && table->columns[c].held.is_array)
            policy->arrays = make_buffers(table->column_count);
    }
}

void
row_policy_release(struct row_policy *policy)
{
    free(policy->changed);
    policy->changed = NULL;
    free(policy->stamps);
    policy->stamps = NULL;
    for (size_t c = 0; policy->arrays != NULL && c < policy->table->column_count; c++)
        buffer_release(&policy->arrays[c]);
    free(policy->arrays);
    policy->arrays = NULL;
}

static struct cell *
changed_cell(
    struct row_policy *policy, const struct cell *row, const struct cell **result, size_t column)
{
    if (*result == row)
        memcpy(policy->changed, row, mem_product(policy->table->column_count, sizeof *row));
    *result = policy->changed;
    return &policy->changed[column];
}

// The value was found to be such a stamp.
static void
show_in_utc(
    struct row_policy *policy, const struct cell *row, const struct cell **result, size_t column)
{
    char *stamp = policy->stamps[column];
    int64_t microseconds;
    size_t size;

    if (row[column].bytes == NULL || !calendar_read_zoned(row[column].bytes, row[column].size,
                                         CALENDAR_DECIMALS_MAX, &microseconds))
        return;
    size = calendar_write_zoned(microseconds, stamp);
    if (size == row[column].size && memcmp(stamp, row[column].bytes, size) == 0)
        return;
    *changed_cell(policy, row, result, column) = (struct cell){ .bytes = stamp, .size = size };
}

// Returns why the mirror's column cannot have the array; NULL: it can.
static const char *
show_as_array(
    struct row_policy *policy, const struct cell *row, const struct cell **result, size_t column)
{
    struct buffer *array = &policy->arrays[column];

    if (row[column].bytes == NULL)
        return NULL;
    buffer_clear(array);
    if (!array_value_append(&policy->table->columns[column], &row[column], array))
        return TYPE_MISFIT;
    *changed_cell(policy, row, result, column) =
        (struct cell){ .bytes = buffer_text(array), .size = array->size };
    return NULL;
}

const struct cell *
row_policy_apply(
    struct row_policy *policy, const struct cell *row, refused_value_sink *sink, void *context)
{
    const struct table *table = policy->table;
    const struct cell *result = row;

    for (size_t c = 0; c < table->column_count; c++) {
        const struct column *column = &table->columns[c];
        const char *reason = target_type_refusal(column, &row[c]);

        if (reason == NULL && policy->stamps != NULL && is_shown_in_utc(column))
            show_in_utc(policy, row, &result, c);
        if (reason == NULL && column->held.is_array)
            reason = show_as_array(policy, row, &result, c);
        if (reason == NULL)
            continue;
        *changed_cell(policy, row, &result, c) = (struct cell){ .bytes = NULL };
        if (sink != NULL)
            sink(context, &(struct refused_value){ .row = row, .column = c, .reason = reason });
    }
    return result;
}
