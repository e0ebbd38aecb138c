#include "model/part.h"

void
part_outcome_add(struct part_outcome *sum, const struct part_outcome *outcome)
{
    sum->rows_read += outcome->rows_read;
    sum->bytes_read += outcome->bytes_read;
    sum->rows_known += outcome->rows_known;
    sum->rows_refused += outcome->rows_refused;
    sum->values_quarantined += outcome->values_quarantined;
    sum->values_newly_quarantined += outcome->values_newly_quarantined;
    sum->reads += outcome->reads;
}

struct part_outcome
part_list_outcome(const struct part_list *list)
{
    struct part_outcome sum = { 0 };

    for (size_t i = 0; i < list->count; i++)
        part_outcome_add(&sum, &list->parts[i].outcome);
    return sum;
}

int64_t
part_list_rows(const struct part_list *list)
{
    int64_t rows = 0;

    for (size_t i = 0; i < list->count; i++)
        rows += list->parts[i].row_count;
    return rows;
}

int64_t
part_list_bytes(const struct part_list *list)
{
    int64_t bytes = 0;

    for (size_t i = 0; i < list->count; i++)
        bytes += list->parts[i].size_bytes;
    return bytes;
}
