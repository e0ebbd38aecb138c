#include "write/quarantine_list.h"

#include "base/hash.h"
#include "target/type.h"

#include <inttypes.h>
#include <string.h>

enum {
    LIST_BYTES = 1024 * 1024,
    ROW_TEXT_CAP = 4 * 1024 * 1024, // of a longer row the key and the reason are kept
};

struct quarantine_node {
    struct quarantine_node *next;
    struct part_outcome *outcome; // it counts for
    struct quarantine_entry entry;
};

void
quarantine_list_init(struct quarantine_list *list, const struct table *table, bool is_fallback)
{
    memset(list, 0, sizeof *list);
    list->table = table;
    list->unseeded.is_fallback = is_fallback;
    arena_init(&list->arena);
    gathering_init(&list->gathering, table);
}

void
quarantine_list_release(struct quarantine_list *list)
{
    arena_release(&list->arena);
    gathering_release(&list->gathering);
}

static const struct cell *
copy_key(struct quarantine_list *list, const struct cell *row)
{
    const struct key *key = list->table->key;
    struct cell *values;

    if (key == NULL)
        return NULL;
    values = arena_calloc(&list->arena, key->column_count, sizeof *values);
    for (size_t i = 0; i < key->column_count; i++) {
        const struct cell *value = &row[key->columns[i]];

        if (value->bytes != NULL) {
            values[i].bytes = arena_strndup(&list->arena, value->bytes, value->size);
            values[i].size = value->size;
            list->size_bytes += value->size;
        }
    }
    return values;
}

static struct quarantine_entry *
append(struct quarantine_list *list, struct quarantine_node *node)
{
    node->outcome = list->outcome;
    list->size_bytes += sizeof *node;
    if (list->last != NULL)
        list->last->next = node;
    else
        list->first = node;
    list->last = node;
    return &node->entry;
}

static struct quarantine_entry *
add_entry(struct quarantine_list *list, const struct cell *row)
{
    struct quarantine_node *node = arena_calloc(&list->arena, 1, sizeof *node);

    node->entry = (struct quarantine_entry){
        .table = list->table,
        .key_values = copy_key(list, row),
        .row_digest = digest_row(&list->unseeded, list->table, row),
    };
    return append(list, node);
}

static const char *
misfit_detail(struct quarantine_list *list, const struct column *column)
{
    struct buffer type;
    const char *detail;

    buffer_init(&type, BUFFER_SQL_CAP);
    target_type_append(&type, &column->held);
    detail = arena_printf(&list->arena, "%s does not hold it as it is", buffer_text(&type));
    buffer_release(&type);
    return detail;
}

void
quarantine_list_add(void *context, const struct refused_value *refused)
{
    struct quarantine_list *list = context;
    const struct cell *value = &refused->row[refused->column];
    struct quarantine_entry *entry = add_entry(list, refused->row);

    entry->column = list->table->columns[refused->column].name;
    entry->reason = refused->reason;
    if (strcmp(refused->reason, TYPE_MISFIT) == 0)
        entry->detail = misfit_detail(list, &list->table->columns[refused->column]);
    entry->size = value->size;
    // A value that was too long to be read is known by its size alone.
    if (value->bytes == NULL)
        return;
    entry->bytes = arena_strndup(&list->arena, value->bytes, value->size);
    list->size_bytes += value->size;
}

static const char *
unread_detail(struct quarantine_list *list, const struct unread *unread)
{
    const struct column *column = column_at_source(&list->table->columns[unread->column]);

    if (unread->detail != NULL)
        return arena_strdup(&list->arena, unread->detail);
    if (unread->row == NULL)
        return arena_printf(
            &list->arena, "the column was not read in %" PRId64 " rows", unread->row_count);
    if (strcmp(unread->reason, "unreadable") == 0)
        return NULL;
    return arena_printf(&list->arena, "wider than its declared width of %zu", column->width);
}

// The same column of the same table, whichever rows.
static struct quarantine_entry *
add_column_entry(struct quarantine_list *list, const char *column)
{
    struct quarantine_node *node = arena_calloc(&list->arena, 1, sizeof *node);

    node->entry = (struct quarantine_entry){
        .table = list->table,
        .row_digest = hash_bytes_extended(column, strlen(column), 0),
    };
    return append(list, node);
}

static void
keep_value(struct quarantine_list *list, struct quarantine_entry *entry, const struct cell *value)
{
    if (value == NULL || value->bytes == NULL)
        return;
    entry->bytes = arena_strndup(&list->arena, value->bytes, value->size);
    entry->size = value->size;
    list->size_bytes += value->size;
}

// A record is known again by its bytes, wherever it stands.
static void
add_record(struct quarantine_list *list, const struct unread *unread)
{
    struct quarantine_node *node = arena_calloc(&list->arena, 1, sizeof *node);

    node->entry = (struct quarantine_entry){
        .table = list->table,
        .reason = unread->reason,
        .detail = arena_strdup(&list->arena, unread->detail),
        .row_digest = hash_bytes_extended(unread->value->bytes, unread->value->size, 0),
    };
    keep_value(list, append(list, node), unread->value);
}

// Of a value that the source did not deliver, or not whole.
static bool
is_bad_value(const char *reason)
{
    return strcmp(reason, "too_wide") == 0 || strcmp(reason, "truncated") == 0 ||
           strcmp(reason, "unreadable") == 0;
}

static void
add_value(struct quarantine_list *list, const struct unread *unread)
{
    const char *name = column_at_source(&list->table->columns[unread->column])->name;
    struct quarantine_entry *entry =
        unread->row != NULL ? add_entry(list, unread->row) : add_column_entry(list, name);
    const struct cell *value = unread->value;

    if (value == NULL && unread->row != NULL)
        value = &unread->row[unread->column];

    if (unread->row_id != NULL)
        entry->row_id = arena_strdup(&list->arena, unread->row_id);
    entry->column = name;
    entry->reason = unread->reason;
    entry->detail = unread_detail(list, unread);
    entry->bad_values = is_bad_value(unread->reason) ? unread->row_count : 0;
    entry->is_of_rows = unread->row == NULL;
    keep_value(list, entry, value);
}

void
quarantine_list_add_unread(void *context, const struct unread *unread)
{
    if (unread->column == UNREAD_RECORD)
        add_record(context, unread);
    else
        add_value(context, unread);
}

void
quarantine_list_add_row(
    struct quarantine_list *list, const struct cell *row, const struct error *why)
{
    struct quarantine_entry *entry = add_entry(list, row);
    struct buffer text;

    buffer_init(&text, ROW_TEXT_CAP);
    quarantine_row_text(&text, list->table, row);
    entry->reason = "row_refused";
    entry->detail = arena_strdup(&list->arena, why->message);
    if (!text.failed) {
        entry->bytes = arena_strndup(&list->arena, buffer_text(&text), text.size);
        entry->size = text.size;
    }
    list->size_bytes += text.size;
    buffer_release(&text);
}

bool
quarantine_list_is_full(const struct quarantine_list *list)
{
    return list->size_bytes >= LIST_BYTES;
}

void
quarantine_list_clear(struct quarantine_list *list)
{
    arena_reset(&list->arena);
    list->first = NULL;
    list->last = NULL;
    list->size_bytes = 0;
}

bool
quarantine_list_visit(
    const struct quarantine_list *list, quarantine_visit *visit, void *context, struct error *err)
{
    for (const struct quarantine_node *node = list->first; node != NULL; node = node->next) {
        if (!visit(context, &node->entry, err))
            return false;
    }
    return true;
}

static bool
save_node(struct quarantine_list *list, const struct quarantine_node *node, struct target *target,
    const struct mirror_claim *claim, struct error *err)
{
    const struct gathered_column *column = gathering_find(&list->gathering, &node->entry);
    int64_t count = node->entry.bad_values > 0 ? node->entry.bad_values : 1;
    bool is_new = column == NULL || column->is_new;

    if (column == NULL && list->saved_count++ < QUARANTINE_SAVED_MAX &&
        !quarantine_save(target, claim, &node->entry, &is_new, err))
        return false;
    if (node->outcome == NULL)
        return true;
    node->outcome->values_quarantined += count;
    node->outcome->values_newly_quarantined += is_new ? count : 0;
    return true;
}

bool
quarantine_list_save(struct quarantine_list *list, struct target *target,
    const struct mirror_claim *claim, struct error *err)
{
    if (list->first != NULL && !gathering_know(&list->gathering, target, claim, err))
        return false;
    for (struct quarantine_node *node = list->first; node != NULL; node = node->next)
        gathering_count(&list->gathering, &node->entry);
    if (!gathering_save(&list->gathering, target, claim, err))
        return false;
    for (struct quarantine_node *node = list->first; node != NULL; node = node->next) {
        if (!save_node(list, node, target, claim, err))
            return false;
    }
    quarantine_list_clear(list);
    return true;
}
