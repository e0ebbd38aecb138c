#include "method/altered.h"

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "target/quarantine.h"
#include "method/task.h"

#include <stdlib.h>
#include <string.h>

enum { TOLD_MAX = 5 }; // columns of a table in one go

void
altered_init(struct altered *altered, const struct table *table)
{
    *altered = (struct altered){ .whole = table, .table = table };
    altered->is_left_out = mem_calloc(table->column_count, sizeof *altered->is_left_out);
    altered->why = mem_calloc(table->column_count, sizeof *altered->why);
    altered->definition = mem_calloc(table->column_count, sizeof *altered->definition);
    altered->is_new = mem_calloc(table->column_count, sizeof *altered->is_new);
    arena_init(&altered->arena);
}

void
altered_release(struct altered *altered)
{
    if (altered->whole == NULL)
        return;
    narrow_release(&altered->narrow);
    free(altered->is_left_out);
    free(altered->why);
    free(altered->definition);
    free(altered->is_new);
    arena_release(&altered->arena);
    memset(altered, 0, sizeof *altered);
}

void
altered_forget(struct altered *altered)
{
    const struct table *whole = altered->whole;

    altered_release(altered);
    altered_init(altered, whole);
}

void
altered_see_columns(struct altered *altered)
{
    if (altered->count == 0)
        return;
    narrow_release(&altered->narrow);
    narrow_init(&altered->narrow, altered->whole, altered->is_left_out);
}

static void
leave_out(struct altered *altered, size_t i, const char *why, const char *definition)
{
    altered->count += !altered->is_left_out[i];
    altered->is_left_out[i] = true;
    altered->why[i] = arena_strdup(&altered->arena, why);
    altered->definition[i] = arena_strdup(&altered->arena, definition);
}

static bool
narrow_table(struct altered *altered, struct error *err)
{
    if (altered->count == altered->whole->column_count) {
        error_set(err, ERROR_TABLE, "no column of the mirrored table holds what is written to it");
        return error_hint(err, "ALTER TABLE ... ALTER COLUMN ... TYPE text, and see its triggers.");
    }
    narrow_release(&altered->narrow);
    narrow_init(&altered->narrow, altered->whole, altered->is_left_out);
    altered->table = &altered->narrow.table;
    return true;
}

// ---- what is known -----------------------------------------------------------------------------

static bool
is_listed(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

// A column that is mirrored has no open entry.
static bool
may_have_entries(const struct altered *altered, const struct table_record *record)
{
    for (size_t i = 0; record->shape.previous_column_count > 0 && i < altered->whole->column_count;
         i++) {
        if (!is_listed(record->shape.previous_columns, record->shape.previous_column_count,
                altered->whole->columns[i].target_name))
            return true;
    }
    return false;
}

static int
find_column(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (strcmp(table->columns[i].name, name) == 0)
            return (int)i;
    }
    return -1;
}

static void
add_previous(struct arena *arena, struct table_record *record, const char *name)
{
    size_t count = record->shape.previous_column_count;
    const char **names;

    if (is_listed(record->shape.previous_columns, count, name))
        return;
    names = arena_calloc(arena, count + 1, sizeof *names);
    memcpy(names, record->shape.previous_columns, count * sizeof *names);
    names[count] = name;
    record->shape.previous_columns = names;
    record->shape.previous_column_count++;
}

bool
altered_read(struct task *task, struct table_record *record, struct error *err)
{
    struct altered *altered = &task->altered;
    struct arena *arena = &task->arena;
    bool is_all = task->settings->mirror.full_sync;
    struct arrival_shape shape;
    struct arrival_entry *entries;
    size_t count;

    if (!may_have_entries(altered, record))
        return true;
    if (!arrival_read_entries(
            task->target, arena, task->claim->mirror_id, altered->whole, &entries, &count, err) ||
        !arrival_read_shape(
            task->target, arena, task->settings->target.schema, altered->whole, &shape, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        int at = find_column(altered->whole, entries[i].column);
        const struct arrival_column *column;

        if (at < 0)
            continue;
        column = arrival_find(&shape, altered->whole->columns[at].target_name);
        add_previous(arena, record, altered->whole->columns[at].target_name);
        if (!is_all && entries[i].is_open && column != NULL &&
            strcmp(column->definition, entries[i].definition) == 0)
            leave_out(altered, (size_t)at, entries[i].why, entries[i].definition);
    }
    return altered->count == 0 || narrow_table(altered, err);
}

// ---- what was found ----------------------------------------------------------------------------

bool
altered_add(struct altered *altered, const struct arrival_finding *finding, struct error *err)
{
    const struct table *table = altered->table;

    for (size_t i = 0; i < table->column_count; i++) {
        if (finding->why[i] != NULL)
            leave_out(altered, (size_t)find_column(altered->whole, table->columns[i].name),
                finding->why[i], finding->definition[i]);
    }
    return narrow_table(altered, err);
}

bool
altered_save(struct altered *altered, struct target *target, const struct mirror_claim *claim,
    int64_t *new_count, struct error *err)
{
    *new_count = 0;
    for (size_t i = 0; i < altered->whole->column_count; i++) {
        const char *name = altered->whole->columns[i].name;
        const char *definition = altered->definition[i];
        struct quarantine_entry entry;

        if (!altered->is_left_out[i])
            continue;
        entry = (struct quarantine_entry){
            .table = altered->whole,
            .column = name,
            .reason = ARRIVAL_REASON,
            .detail = altered->why[i],
            .bytes = definition,
            .size = strlen(definition),
            .row_digest = hash_bytes_extended(name, strlen(name), 0),
        };
        if (!quarantine_save(target, claim, &entry, &altered->is_new[i], err))
            return false;
        *new_count += altered->is_new[i];
    }
    return true;
}

void
altered_tell(const struct altered *altered)
{
    size_t count = 0;

    for (size_t i = 0; i < altered->whole->column_count; i++) {
        if (altered->is_left_out[i] && altered->is_new[i] && ++count <= TOLD_MAX)
            log_warning("%s: it is not compared and not written any more, until that is another "
                        "(ALTER TABLE ... ALTER COLUMN ... TYPE text; see the table's triggers)",
                altered->why[i]);
    }
    if (count > TOLD_MAX)
        log_warning(
            "table \"%s\": %zu more columns like these: oe2pg status --quarantine names them",
            altered->whole->name, count - TOLD_MAX);
}
