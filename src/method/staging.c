#include "method/staging.h"

#include "base/hash.h"
#include "base/text.h"
#include "read/split.h"
#include "target/ddl.h"

#include <inttypes.h>
#include <string.h>

// Mirror, hash of the whole name, and as much of the name as people need to know it again:
// PostgreSQL cuts names, and two long ones may begin alike.
void
staging_name(const struct task *task, const struct table *table, const struct table_record *record,
    char name[STAGING_NAME_SIZE])
{
    uint64_t hash;

    if (record->staging.table != NULL) {
        (void)text_print(name, STAGING_NAME_SIZE, "%s", record->staging.table);
        return;
    }
    hash = hash_row_add(hash_bytes_extended(table->schema, strlen(table->schema), 0),
        hash_bytes_extended(table->name, strlen(table->name), 0));
    (void)text_print(name, STAGING_NAME_SIZE, "%d_%08" PRIx32 "_%s", task->claim->mirror_id,
        (uint32_t)hash, table->target_name);
}

bool
staging_can_go_on(struct task *task, const struct table *table, const struct table_record *record,
    const char *name, bool *is_usable, bool *is_unlogged, struct error *err)
{
    struct relation relation;
    int64_t row_count;

    *is_usable = false;
    if (!ddl_find(task->target, &task->arena, STAGING_SCHEMA, name, &relation, err))
        return false;
    if (!relation.exists || !split_is_whole(table, &record->staging.parts))
        return true;
    *is_usable = true;
    *is_unlogged = relation.is_unlogged;
    // PostgreSQL empties an UNLOGGED table after a crash.
    if (relation.is_unlogged) {
        if (!ddl_count_staging(task->target, name, &row_count, err))
            return false;
        *is_usable = row_count == part_list_rows(&record->staging.parts);
    }
    return true;
}

struct part_list
staging_rows(struct task *task, const struct part_list *recorded)
{
    struct part_list list = {
        .parts = arena_calloc(&task->arena, recorded->count, sizeof *list.parts),
    };

    for (size_t i = 0; i < recorded->count; i++) {
        const struct part *part = &recorded->parts[i];
        struct part *staged = &list.parts[list.count];

        if (part->state == PART_WAITING)
            continue;
        *staged = (struct part){ .number = part->number, .rows = part->rows };
        if (part->state == PART_BEGUN)
            staged->rows.up_to = part->position;
        list.count++;
    }
    return list;
}

bool
staging_drop(struct task *task, const char *name, struct error *err)
{
    return target_begin(task->target, err) && ddl_drop_staging(task->target, name, err) &&
           target_commit(task->target, err);
}
