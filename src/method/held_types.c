#include "method/held_types.h"

#include "base/log.h"
#include "target/ddl.h"
#include "target/held.h"
#include "target/widen.h"

#include <string.h>

static struct column *
copy_columns(struct arena *arena, const struct table *table)
{
    struct column *columns = arena_calloc(arena, table->column_count, sizeof *columns);

    memcpy(columns, table->columns, table->column_count * sizeof *columns);
    return columns;
}

void
held_types_take(struct task *task)
{
    task->table.columns = copy_columns(&task->job_arena, &task->table);
}

bool
held_types_widen(struct task *task, struct error *err)
{
    struct target *target = task->target;
    const char *statement;

    if (!widen_find(
            target, &task->arena, task->settings->target.schema, &task->table, &statement, err))
        return false;
    if (statement == NULL)
        return true;
    if (!target_begin(target, err) || !widen_run(target, statement, err) ||
        !schema_change_save(target, task->claim, &task->table, "numbers widened", statement, err) ||
        !target_commit(target, err)) {
        target_rollback(target);
        return false;
    }
    log_info(
        "table \"%s\": numbers have other digits in the source: %s", task->table.name, statement);
    return true;
}

bool
held_types_look(struct task *task, const struct table_record *record, struct error *err)
{
    const struct settings *settings = task->settings;
    bool is_staged = record->state == TABLE_STATE_STAGED && record->staging.table != NULL;

    return held_see(task->target, is_staged ? STAGING_SCHEMA : settings->target.schema,
        is_staged ? record->staging.table : task->table.target_name, &settings->mirror,
        &task->table, task->table.columns, err);
}

bool
held_types_look_at_many(struct task *task, struct arena *arena, const struct table **tables,
    size_t count, struct error *err)
{
    struct column **columns = arena_calloc(arena, count, sizeof *columns);

    for (size_t i = 0; i < count; i++) {
        struct table *copy = arena_calloc(arena, 1, sizeof *copy);

        *copy = *tables[i];
        copy->columns = columns[i] = copy_columns(arena, tables[i]);
        tables[i] = copy;
    }
    return held_see_many(task->target, task->settings->target.schema, tables, columns, count, err);
}
