#include "run/adopt.h"

#include "base/log.h"
#include "base/text.h"
#include "plan/adoptable.h"
#include "target/ddl.h"

#include <string.h>

static bool
is_known(const struct table *table, const struct table_record *records, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(records[i].source_table, table->name) == 0 &&
            strcmp(records[i].source_schema, table->schema) == 0)
            return records[i].is_loaded || records[i].staging.table != NULL;
    }
    return false;
}

// Columns that both have were mirrored; those that the source has besides are new.
static size_t
list_columns(const struct adoption *adoption, const struct table *table,
    const struct relation *relation, const char ***columns)
{
    const struct name_list present = { relation->columns, relation->column_count };
    size_t count = 0;

    *columns = arena_calloc(adoption->arena, table->column_count, sizeof **columns);
    for (size_t i = 0; i < table->column_count; i++) {
        if (name_list_has(&present, table->columns[i].target_name))
            (*columns)[count++] = table->columns[i].target_name;
    }
    return count;
}

static bool
record(const struct adoption *adoption, const struct table *table, const struct relation *relation,
    struct error *err)
{
    const char **columns;
    struct table_record made = {
        .source_schema = table->schema,
        .source_table = table->name,
        .target_table = table->target_name,
        .state = TABLE_STATE_LOADED,
        .method = "full",
        .reason = "adopted: the table was there and nothing was known of it",
    };

    made.shape.digest_column_count = list_columns(adoption, table, relation, &columns);
    made.shape.digest_columns = columns;
    return target_begin(adoption->target, err) &&
           schema_change_save(
               adoption->target, adoption->claim, table, "adopted as it was", NULL, err) &&
           tracking_save(adoption->target, adoption->claim, adoption->schema, &made, err) &&
           target_commit(adoption->target, err);
}

// A view, or a table that has none of the columns, is somebody else's.
static bool
adopt_one(
    const struct adoption *adoption, const struct table *table, bool *is_adopted, struct error *err)
{
    struct relation relation;
    struct name_list present;

    *is_adopted = false;
    if (!ddl_find(adoption->target, adoption->arena, adoption->schema, table->target_name,
            &relation, err))
        return false;
    present = (struct name_list){ relation.columns, relation.column_count };
    if (!relation.exists || !adoptable_is(table, relation.kind, &present))
        return true;
    *is_adopted = true;
    return record(adoption, table, &relation, err);
}

static bool
refuse_nothing(const char *schema, struct error *err)
{
    error_set(err, ERROR_USAGE,
        "there is nothing to adopt: schema \"%s\" has no table of the source that is not mirrored "
        "already",
        schema);
    return error_hint(err, "oe2pg sync mirrors what is not there yet.");
}

bool
adopt_tables(const struct adoption *adoption, struct selection *selection,
    struct table_record **records, size_t *record_count, struct error *err)
{
    size_t count = 0;

    for (size_t i = 0; i < selection->table_count; i++) {
        struct selected_table *entry = &selection->tables[i];
        bool is_adopted = false;

        if (entry->verdict != SELECTION_TAKEN)
            continue;
        if (!is_known(entry->table, *records, *record_count) &&
            !adopt_one(adoption, entry->table, &is_adopted, err)) {
            target_rollback(adoption->target);
            return error_within(err, "table \"%s\"", entry->table->name);
        }
        count += is_adopted;
        if (!is_adopted)
            entry->verdict = SELECTION_NOT_SELECTED;
    }
    selection->taken_count = count;
    if (count == 0)
        return refuse_nothing(adoption->schema, err);
    log_info("%zu %s there already and %s adopted: compared, with nothing removed; all others are "
             "left for the next run",
        count, text_plural(count, "table is", "tables are"), text_plural(count, "is", "are"));
    return tracking_read(
        adoption->target, adoption->arena, adoption->claim->mirror_id, records, record_count, err);
}
