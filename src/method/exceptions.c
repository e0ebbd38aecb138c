#include "method/exceptions.h"

#include "method/telling.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct met_entry {
    int64_t id;
    enum exception_kind kind;
};

enum {
    MET_CAP = (QUARANTINE_SAVED_MAX + 1) * sizeof(struct met_entry),
    LINES_CAP = 1024 * 1024,
};

void
exceptions_init(struct exceptions *exceptions, bool with_values)
{
    *exceptions = (struct exceptions){ .with_values = with_values };
    buffer_init(&exceptions->met, MET_CAP);
    buffer_init(&exceptions->lines, LINES_CAP);
}

void
exceptions_release(struct exceptions *exceptions)
{
    buffer_release(&exceptions->met);
    buffer_release(&exceptions->lines);
}

void
exceptions_reset(struct exceptions *exceptions)
{
    bool with_values = exceptions->with_values;

    exceptions_release(exceptions);
    exceptions_init(exceptions, with_values);
}

// ---- telling -----------------------------------------------------------------------------------

// False when there are lines enough, or this one is there. Rows of a table without key may be
// equal: `what` is the entry's number, of a refused row its digest.
static bool
begin_line(struct exceptions *exceptions, uint64_t what, bool is_recorded)
{
    if (!exceptions->with_values || exceptions->shown_count == EXCEPTIONS_SHOWN)
        return false;
    for (size_t i = 0; i < exceptions->shown_count; i++) {
        if (exceptions->shown[i] == what)
            return false;
    }
    exceptions->shown[exceptions->shown_count++] = what;
    buffer_append_text(
        &exceptions->lines, is_recorded ? "  in quarantine  " : "  not in quarantine  ");
    return true;
}

static void
append_place(struct buffer *out, const struct quarantine_entry *entry)
{
    if (entry->row_id != NULL)
        buffer_printf(out, QUARANTINE_ROW_ID "=\"%s\": ", entry->row_id);
    else if (entry->key_values != NULL && entry->table->key != NULL) {
        telling_key(out, entry->table, entry->key_values);
        buffer_append_text(out, ": ");
    }
}

static void
show_entry(struct exceptions *exceptions, const struct quarantine_entry *entry, int64_t id)
{
    const struct cell value = { .bytes = entry->bytes, .size = entry->size };
    struct buffer *out = &exceptions->lines;

    if (!begin_line(exceptions, id != 0 ? (uint64_t)id : entry->row_digest, id != 0))
        return;
    append_place(out, entry);
    buffer_printf(
        out, "%s, %s", entry->column != NULL ? entry->column : "the whole row", entry->reason);
    if (entry->column != NULL && entry->bytes != NULL) {
        buffer_append_text(out, ", source ");
        telling_source_value(out, VALUE_TEXT, &value);
    } else if (entry->detail != NULL) {
        buffer_printf(out, ": %s", entry->detail);
    }
    buffer_append_byte(out, '\n');
}

void
exceptions_show_row(
    struct exceptions *exceptions, const struct table *table, const struct cell *row)
{
    const struct digest_kind unseeded = { .is_fallback = false };
    struct cell key_values[KEY_COLUMNS_MAX];

    if (!begin_line(exceptions, digest_row(&unseeded, table, row), true))
        return;
    for (size_t i = 0; table->key != NULL && i < table->key->column_count; i++)
        key_values[i] = row[table->key->columns[i]];
    if (table->key != NULL) {
        telling_key(&exceptions->lines, table, key_values);
        buffer_append_text(&exceptions->lines, ": ");
    }
    buffer_append_text(&exceptions->lines, "the whole row, row_refused\n");
}

// ---- counting ----------------------------------------------------------------------------------

static enum exception_kind
kind_of(const struct quarantine_entry *entry)
{
    if (entry->column == NULL)
        return EXCEPTION_ROW;
    return strcmp(entry->reason, "not_read") == 0 ? EXCEPTION_COLUMN : EXCEPTION_VALUE;
}

struct taking {
    struct exceptions *exceptions;
    struct target *target;
    const struct mirror_claim *claim;
    const struct gathering *gathering;
};

static bool
take_entry(void *context, const struct quarantine_entry *entry, struct error *err)
{
    const struct taking *taking = context;
    struct exceptions *exceptions = taking->exceptions;
    struct met_entry met = { .id = 0, .kind = kind_of(entry) };

    if (gathering_find(taking->gathering, entry) != NULL) {
        exceptions->gathered += entry->bad_values;
        return true;
    }
    if (exceptions->looked_up < QUARANTINE_SAVED_MAX) {
        exceptions->looked_up++;
        if (!quarantine_find(taking->target, taking->claim, entry, &met.id, err))
            return false;
    }
    if (met.id != 0)
        buffer_append(&exceptions->met, &met, sizeof met);
    else
        exceptions->unrecorded[met.kind] += entry->bad_values > 0 ? entry->bad_values : 1;
    show_entry(exceptions, entry, met.id);
    return true;
}

bool
exceptions_take(struct exceptions *exceptions, struct quarantine_list *list, struct target *target,
    const struct mirror_claim *claim, struct error *err)
{
    struct taking taking = {
        .exceptions = exceptions, .target = target, .claim = claim, .gathering = &list->gathering
    };

    if (list->first == NULL)
        return true;
    if (!target_begin(target, err) || !gathering_know(&list->gathering, target, claim, err) ||
        !quarantine_list_visit(list, take_entry, &taking, err))
        return false;
    quarantine_list_clear(list);
    return target_commit(target, err);
}

bool
exceptions_are_none(const struct exceptions *exceptions)
{
    return exceptions->looked_up == 0 && exceptions->gathered == 0 && exceptions->shown_count == 0;
}

static int
compare_ids(const void *left, const void *right)
{
    const struct met_entry *a = left;
    const struct met_entry *b = right;

    return (a->id > b->id) - (a->id < b->id);
}

void
exceptions_end(struct exceptions *exceptions, int64_t known_rows)
{
    struct met_entry *met = (struct met_entry *)(void *)exceptions->met.bytes;
    size_t count = exceptions->met.size / sizeof *met;

    if (count > 0)
        qsort(met, count, sizeof *met, compare_ids);
    for (size_t i = 0; i < count; i++)
        exceptions->recorded[met[i].kind] += i == 0 || met[i].id != met[i - 1].id;
    exceptions->recorded[EXCEPTION_ROW] += known_rows;
    exceptions->recorded[EXCEPTION_VALUE] += exceptions->gathered;
}

int64_t
exceptions_sum(const int64_t counts[EXCEPTION_KINDS])
{
    int64_t sum = 0;

    for (size_t i = 0; i < EXCEPTION_KINDS; i++)
        sum += counts[i];
    return sum;
}

void
exceptions_describe(struct buffer *out, const int64_t counts[EXCEPTION_KINDS])
{
    static const char *const words[] = { "value", "row", "column" };
    int64_t left = exceptions_sum(counts);
    bool is_first = true;

    for (size_t i = 0; i < EXCEPTION_KINDS; i++) {
        if (counts[i] == 0)
            continue;
        left -= counts[i];
        buffer_printf(out, "%s%" PRId64 " %s%s",
            is_first    ? ""
            : left == 0 ? " and "
                        : ", ",
            counts[i], words[i], counts[i] == 1 ? "" : "s");
        is_first = false;
    }
}
