#include "method/record.h"

static const char *const *
column_names(struct arena *arena, const struct table *table, bool only_key, size_t *count)
{
    const char **names;

    *count = only_key ? (table->key != NULL ? table->key->column_count : 0) : table->column_count;
    names = arena_calloc(arena, *count, sizeof *names);
    for (size_t i = 0; i < *count; i++) {
        const struct column *column = &table->columns[only_key ? table->key->columns[i] : i];

        names[i] = column->target_name;
    }
    return names;
}

// What tracking holds of the table, or a new record; after a lost COMMIT it is what tells whether
// the rows are there.
bool
record_read(
    struct task *task, const struct job *job, struct table_record **record, struct error *err)
{
    struct table_record *made;

    if (!tracking_read_one(task->target, &task->arena, task->claim->mirror_id, job->table->schema,
            job->table->name, record, err))
        return false;
    if (*record == NULL)
        *record = arena_calloc(&task->arena, 1, sizeof **record);
    made = *record;
    made->source_schema = job->table->schema;
    made->source_table = job->table->name;
    made->target_table = job->table->target_name;
    made->method = method_name(job->method);
    made->reason = job->reason;
    made->error = NULL;
    made->hint = NULL;
    made->shape.previous_columns = made->shape.digest_columns;
    made->shape.previous_column_count = made->shape.digest_column_count;
    record_name_columns(task, made);
    return true;
}

void
record_name_columns(struct task *task, struct table_record *record)
{
    const struct table *table = task->altered.table;

    record->key_columns = column_names(&task->arena, table, true, &record->key_column_count);
    record->shape.digest_columns =
        column_names(&task->arena, table, false, &record->shape.digest_column_count);
}
