#include "method/load_commit.h"

#include "base/clock.h"
#include "read/lookup.h"
#include "target/ddl.h"

#include <string.h>

// Where staging is published the table is there, and UNLOGGED, before its first row: subscribers
// are sent the rows once, when they are put into place.
static bool
create_table(struct load *load, struct error *err)
{
    struct task *task = load->task;
    const char *schema = task->settings->target.schema;

    if (load->is_in_order &&
        !ddl_staging_is_published(task->target, schema, &load->is_unlogged, err))
        return false;
    load->is_created = true;
    if (!load->is_unlogged)
        return ddl_create_table(task->target, schema, load->table->target_name, load->table, err);
    load->is_staged = true;
    return ddl_drop_staging(task->target, load->staging, err) &&
           ddl_create_staging(task->target, load->staging, load->table, err);
}

bool
load_create_empty(struct load *load, struct error *err)
{
    struct task *task = load->task;

    load->is_created = true;
    return (target_in_transaction(task->target) || target_begin(task->target, err)) &&
           ddl_create_table(task->target, task->settings->target.schema, load->table->target_name,
               load->table, err);
}

bool
load_open_transaction(struct load *load, struct error *err)
{
    struct task *task = load->task;

    if (load->sender.copy != NULL)
        return true;
    if (!target_in_transaction(task->target) && !target_begin(task->target, err))
        return false;
    return load->is_created || create_table(load, err);
}

bool
load_open_copy(void *context, struct copy_stream **copy, struct error *err)
{
    struct load *load = context;
    struct task *task = load->task;

    return copy_stream_open(task->target,
        load->is_staged ? STAGING_SCHEMA : task->settings->target.schema,
        load->is_staged ? load->staging : load->table->target_name, load->table, copy, err);
}

bool
load_end_copy(struct load *load, struct error *err)
{
    return row_sender_end(&load->sender, err) && quarantine_list_save(&load->sender.quarantine,
                                                     load->task->target, load->task->claim, err);
}

bool
load_save_record(struct load *load, struct error *err)
{
    load->record->content.read_to_ms = clock_wall_ms();
    load->record->attempt = load->task->effort.attempts;
    return tracking_save(load->task->target, load->task->claim, load->task->settings->target.schema,
        load->record, err);
}

// A position is kept as text. One that is none (bytes of another encoding, or a NULL that should
// not be there) is passed over: what was read is committed at a later one, or at the end of the
// part, which needs none.
bool
load_can_commit(const struct load *load)
{
    const struct cell *position = reader_position(&load->reader);

    return position == NULL || lookup_can_record(position, load->table->key->column_count);
}

void
load_note_position(struct load *load, struct part *part, bool is_end)
{
    const struct cell *position = reader_position(&load->reader);

    part->position.count = 0;
    if (is_end)
        part->state = PART_DONE;
    if (is_end || position == NULL)
        return;
    part->state = PART_BEGUN;
    part->position.count = load->table->key->column_count;
    if (part->position.values == NULL)
        part->position.values =
            arena_calloc(&load->task->arena, part->position.count, sizeof *part->position.values);
    memcpy(part->position.values, position, part->position.count * sizeof *position);
}

bool
load_commit_part(struct load *load, struct part *part, bool is_end, struct error *err)
{
    struct task *task = load->task;

    task_set_phase(task, PHASE_COMMITTING);
    if (!load_open_transaction(load, err) || !load_end_copy(load, err) ||
        (!load->is_staged &&
            (!ddl_drop_staging(task->target, load->staging, err) ||
                !ddl_move(task->target, task->settings->target.schema, load->table->target_name,
                    STAGING_SCHEMA, load->staging, err))))
        return false;
    load->is_staged = true;
    load_note_position(load, part, is_end);
    load->record->staging.parts = load->parts;
    load->record->state = TABLE_STATE_STAGED;
    load->record->staging.table = load->staging;
    load->record->staging.was_recorded = true;
    if (!load_save_record(load, err) || !target_commit(task->target, err))
        return false;
    load->has_open = false;
    load->commit_ms = clock_steady_ms();
    task_set_phase(task, PHASE_READING);
    return true;
}
