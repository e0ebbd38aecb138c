#include "write/gathering.h"

#include "base/mem.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { DETAIL_MAX = 200 };

void
gathering_init(struct gathering *gathering, const struct table *table)
{
    *gathering = (struct gathering){ .table = table };
    gathering->columns = mem_calloc(table->column_count, sizeof *gathering->columns);
    for (size_t i = 0; i < table->column_count; i++)
        gathering->columns[i].values =
            (struct gathered_values){ .table = table, .column = table->columns[i].name };
}

void
gathering_release(struct gathering *gathering)
{
    free(gathering->columns);
    gathering->columns = NULL;
}

bool
gathering_know(struct gathering *gathering, struct target *target, const struct mirror_claim *claim,
    struct error *err)
{
    size_t count = gathering->table->column_count;
    bool *is_gathered;

    if (gathering->is_known)
        return true;
    is_gathered = mem_calloc(count, sizeof *is_gathered);
    gathering->is_known = gathered_read(target, claim, gathering->table, is_gathered, err);
    for (size_t i = 0; i < count; i++)
        gathering->columns[i].is_gathered = is_gathered[i];
    free(is_gathered);
    return gathering->is_known;
}

// Entries borrow the names of their table's columns.
static struct gathered_column *
column_of(const struct gathering *gathering, const struct quarantine_entry *entry)
{
    for (size_t i = 0; entry->bad_values > 0 && i < gathering->table->column_count; i++) {
        if (gathering->table->columns[i].name == entry->column)
            return &gathering->columns[i];
    }
    return NULL;
}

void
gathering_count(struct gathering *gathering, const struct quarantine_entry *entry)
{
    struct gathered_column *column = column_of(gathering, entry);
    bool is_of_many = entry->key_values == NULL && entry->row_id == NULL && entry->is_of_rows;

    if (column == NULL)
        return;
    if (column->values.count == 0)
        column->values.reason = entry->reason;
    column->values.count += entry->bad_values;
    if (entry->size > column->values.longest)
        column->values.longest = entry->size;
    column->is_gathered =
        column->is_gathered || is_of_many || column->values.count > GATHERING_FROM;
    column->is_changed = true;
}

const struct gathered_column *
gathering_find(const struct gathering *gathering, const struct quarantine_entry *entry)
{
    const struct gathered_column *column = column_of(gathering, entry);

    return column != NULL && column->is_gathered ? column : NULL;
}

static void
describe(const struct gathered_values *values, const struct column *column, char *detail)
{
    if (strcmp(values->reason, "unreadable") == 0)
        (void)text_print(detail, DETAIL_MAX, "%" PRId64 " values could not be read", values->count);
    else
        (void)text_print(detail, DETAIL_MAX,
            "%" PRId64 " values are wider, or may be, than the declared width of %zu",
            values->count, column->width);
}

bool
gathering_save(struct gathering *gathering, struct target *target, const struct mirror_claim *claim,
    struct error *err)
{
    for (size_t i = 0; i < gathering->table->column_count; i++) {
        struct gathered_column *column = &gathering->columns[i];
        char detail[DETAIL_MAX];

        if (!column->is_gathered || !column->is_changed)
            continue;
        describe(&column->values, &gathering->table->columns[i], detail);
        column->values.detail = detail;
        if (!gathered_save(target, claim, &column->values, &column->is_new, err))
            return false;
        column->is_changed = false;
    }
    return true;
}
