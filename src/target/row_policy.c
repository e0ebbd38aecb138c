#include "target/row_policy.h"

#include "base/mem.h"
#include "target/copy_encode.h"

#include <stdlib.h>
#include <string.h>

void
row_policy_init(struct row_policy *policy, const struct table *table)
{
    *policy = (struct row_policy){
        .table = table,
        .changed = mem_calloc(table->column_count, sizeof *policy->changed),
    };
}

void
row_policy_release(struct row_policy *policy)
{
    free(policy->changed);
    policy->changed = NULL;
}

const struct cell *
row_policy_apply(
    struct row_policy *policy, const struct cell *row, refused_value_sink *sink, void *context)
{
    const struct table *table = policy->table;
    const struct cell *result = row;

    for (size_t c = 0; c < table->column_count; c++) {
        struct refused_value refused = { .row = row, .column = c };

        refused.reason = copy_value_refusal(table->columns[c].kind, &row[c]);
        if (refused.reason == NULL)
            continue;
        if (result == row)
            memcpy(policy->changed, row, mem_product(table->column_count, sizeof *row));
        policy->changed[c] = (struct cell){ .bytes = NULL };
        result = policy->changed;
        if (sink != NULL)
            sink(context, &refused);
    }
    return result;
}
