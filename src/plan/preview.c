#include "plan/preview.h"

#include "base/text.h"
#include "plan/adoptable.h"
#include "plan/brake.h"
#include "plan/preview_objects.h"
#include "plan/preview_numbers.h"
#include "plan/preview_types.h"
#include "plan/preview_warnings.h"
#include "plan/shape_diff.h"

#include <stdlib.h>
#include <string.h>

enum {
    OBSTACLES_MAX = 8, // of one table
};

struct maker {
    struct arena *arena;
    const struct preview_input *input;
    struct preview *preview;
    double rows_per_ms; // of earlier runs; 0: unknown
};

// ---- looking up --------------------------------------------------------------------------------

static int
compare_names(const void *key, const void *element)
{
    return strcmp(key, ((const struct mirrored_relation *)element)->name);
}

static const struct mirrored_relation *
find_relation(const struct maker *maker, const char *name)
{
    const struct inspection *found = maker->input->inspection;

    if (name == NULL || found->relation_count == 0)
        return NULL;
    return bsearch(
        name, found->relations, found->relation_count, sizeof *found->relations, compare_names);
}

// ---- texts -------------------------------------------------------------------------------------

static const char *
quote_name(struct arena *arena, const char *name)
{
    return text_sql_name(arena, name, '"');
}

static const char *
qualify(const struct maker *maker, const char *name)
{
    return arena_printf(maker->arena, "%s.%s",
        quote_name(maker->arena, maker->input->settings->target.schema),
        quote_name(maker->arena, name));
}

static const char *
list_key(struct arena *arena, const struct table *table)
{
    const char *list = NULL;

    for (size_t i = 0; table->key != NULL && i < table->key->column_count; i++) {
        const char *name = table->columns[table->key->columns[i]].name;

        list = list == NULL ? name : arena_printf(arena, "%s, %s", list, name);
    }
    return list;
}

static void
add_obstacle(struct maker *maker, struct preview_table *table, const char *what, const char *remedy)
{
    if (table->obstacles == NULL)
        table->obstacles = arena_calloc(maker->arena, OBSTACLES_MAX, sizeof *table->obstacles);
    if (table->obstacle_count < OBSTACLES_MAX)
        table->obstacles[table->obstacle_count++] = (struct preview_obstacle){ what, remedy };
}

static void
add_run_obstacle(struct maker *maker, const char *what, const char *remedy)
{
    struct preview *preview = maker->preview;

    if (preview->obstacles == NULL)
        preview->obstacles = arena_calloc(maker->arena, OBSTACLES_MAX, sizeof *preview->obstacles);
    if (preview->obstacle_count < OBSTACLES_MAX)
        preview->obstacles[preview->obstacle_count++] = (struct preview_obstacle){ what, remedy };
}

// ---- one table's schema ------------------------------------------------------------------------

static const struct mirrored_column *
find_column(const struct mirrored_relation *relation, const char *name)
{
    for (size_t i = 0; i < relation->column_count; i++) {
        if (strcmp(relation->columns[i].name, name) == 0)
            return &relation->columns[i];
    }
    return NULL;
}

static void
meet_dropped_column(struct maker *maker, struct preview_table *made,
    const struct mirrored_relation *relation, const char *name)
{
    const struct mirrored_column *column = find_column(relation, name);

    made->statements[made->statement_count++] =
        arena_printf(maker->arena, "ALTER TABLE %s DROP COLUMN %s", qualify(maker, relation->name),
            quote_name(maker->arena, name));
    if (column != NULL && column->dependent != NULL)
        add_obstacle(maker, made,
            arena_printf(maker->arena, "column \"%s\" is to be dropped, but %s needs it", name,
                column->dependent),
            "Drop that first, or set mirror_settings.dropped_columns to \"keep\".");
}

static struct name_list
list_columns(struct arena *arena, const struct mirrored_relation *relation)
{
    const char **names = arena_calloc(arena, relation->column_count, sizeof *names);

    for (size_t i = 0; i < relation->column_count; i++)
        names[i] = relation->columns[i].name;
    return (struct name_list){ names, relation->column_count };
}

static void
compare_columns(struct maker *maker, struct preview_table *made, const struct job *job,
    const struct mirrored_relation *relation)
{
    const struct shape_before before = {
        .mirrored = { job->record->shape.digest_columns, job->record->shape.digest_column_count },
        .stale = { job->record->shape.stale_columns, job->record->shape.stale_column_count },
    };
    const struct name_list present = list_columns(maker->arena, relation);
    bool has_changed = job->record->shape.fingerprint != job->fingerprint;
    struct shape_diff diff;

    shape_diff_make(maker->arena, job->table, &before, &present,
        maker->input->settings->mirror.dropped_columns == DROPPED_DROP, &diff);
    made->statements = arena_calloc(maker->arena,
        diff.added_count + diff.left_count + diff.dropped_count, sizeof *made->statements);
    for (size_t i = 0; has_changed && i < diff.added_count; i++)
        made->statements[made->statement_count++] = arena_printf(maker->arena,
            "ALTER TABLE %s ADD COLUMN %s %s", qualify(maker, relation->name),
            quote_name(maker->arena, diff.added[i]->target_name),
            preview_type_name(maker->arena, diff.added[i], &maker->input->settings->mirror));
    for (size_t i = 0; has_changed && i < diff.left_count; i++)
        made->statements[made->statement_count++] = arena_printf(maker->arena,
            "-- column %s is gone from the source: kept and no longer written",
            quote_name(maker->arena, diff.left[i]));
    for (size_t i = 0; i < diff.dropped_count; i++)
        meet_dropped_column(maker, made, relation, diff.dropped[i]);
    made->stale = (struct name_list){ diff.stale, diff.stale_count };
}

static bool
is_mirrored(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (strcmp(table->columns[i].target_name, name) == 0)
            return true;
    }
    return false;
}

static void
meet_required_columns(struct maker *maker, struct preview_table *made, const struct table *table,
    const struct mirrored_relation *relation)
{
    for (size_t i = 0; i < relation->column_count; i++) {
        const struct mirrored_column *column = &relation->columns[i];

        if (column->is_required && !is_mirrored(table, column->name))
            add_obstacle(maker, made,
                arena_printf(maker->arena,
                    "column \"%s\", which the source does not have, is NOT NULL without a default",
                    column->name),
                "Give it a default: new rows come without a value for it.");
    }
}

// What would make writing to a table fail that is mirrored already.
static void
meet_relation(struct maker *maker, struct preview_table *made, const struct table *table,
    const struct mirrored_relation *relation)
{
    const char *name = qualify(maker, relation->name);

    if (relation->kind != 'r') {
        add_obstacle(maker, made,
            arena_printf(maker->arena, "%s is no longer a plain table in the mirror", name),
            "Rename what is there now; oe2pg will make the table anew.");
        return;
    }
    if (!relation->is_owned)
        add_obstacle(maker, made,
            arena_printf(maker->arena, "the mirrored table %s belongs to another role", name),
            arena_printf(maker->arena, "ALTER TABLE %s OWNER TO the role that oe2pg uses.", name));
    if (relation->has_row_security)
        add_obstacle(maker, made,
            arena_printf(maker->arena,
                "row-level security of %s counts for oe2pg too: it cannot see every row", name),
            arena_printf(maker->arena, "ALTER TABLE %s NO FORCE ROW LEVEL SECURITY.", name));
    if (relation->lacks_identity)
        add_obstacle(maker, made,
            arena_printf(maker->arena,
                "publication \"%s\" publishes updates and deletes of %s, which has no replica "
                "identity: PostgreSQL refuses both",
                relation->publication, name),
            arena_printf(maker->arena, "ALTER TABLE %s REPLICA IDENTITY FULL.", name));
    meet_required_columns(maker, made, table, relation);
}

static const char *
kind_name(char kind)
{
    switch (kind) {
    case 'v':
        return "a view";
    case 'm':
        return "a materialised view";
    case 'f':
        return "a foreign table";
    case 'p':
        return "a partitioned table";
    case 'S':
        return "a sequence";
    case 'r':
        return "a table";
    default:
        return "something else";
    }
}

// Also what would be in adopt's way.
static void
preview_adoption(struct maker *maker, struct preview_table *made, const struct job *job,
    const struct mirrored_relation *relation)
{
    const struct name_list present = list_columns(maker->arena, relation);
    const struct table *table = job->table;
    bool is_begun = job->record != NULL && job->record->staging.table != NULL;
    struct preview_adoption *adoption;

    if (!adoptable_is(table, relation->kind, &present) || is_begun)
        return;
    adoption = arena_calloc(maker->arena, 1, sizeof *adoption);
    adoption->columns_there = adoptable_columns(table, &present);
    adoption->columns_in_all = table->column_count;
    adoption->added = arena_calloc(maker->arena, table->column_count, sizeof(char *));
    for (size_t i = 0; i < table->column_count; i++) {
        if (!name_list_has(&present, table->columns[i].target_name))
            adoption->added[adoption->added_count++] = table->columns[i].target_name;
    }
    adoption->others = arena_calloc(maker->arena, present.count, sizeof(char *));
    for (size_t i = 0; i < present.count; i++) {
        if (!is_mirrored(table, present.names[i]))
            adoption->others[adoption->other_count++] = present.names[i];
    }
    made->adoption = adoption;
    meet_relation(maker, made, table, relation);
}

static void
meet_stranger(struct maker *maker, struct preview_table *made, const struct job *job,
    const struct mirrored_relation *relation)
{
    const struct name_list present = list_columns(maker->arena, relation);

    add_obstacle(maker, made,
        arena_printf(maker->arena, "%s exists already (%s) and is not a table that oe2pg made",
            qualify(maker, relation->name), kind_name(relation->kind)),
        adoptable_remedy(maker->arena, job->table, relation->kind, &present));
    preview_adoption(maker, made, job, relation);
}

static void
compare_shape(struct maker *maker, struct preview_table *made, const struct job *job)
{
    const struct mirrored_relation *relation = find_relation(maker, job->table->target_name);

    if (job->method == METHOD_LOAD && relation != NULL) {
        meet_stranger(maker, made, job, relation);
    } else if (relation != NULL) {
        meet_relation(maker, made, job->table, relation);
        compare_columns(maker, made, job, relation);
    } else {
        made->statements = preview_object_statements(maker->arena, maker->input, job->table,
            arena_printf(maker->arena, "CREATE TABLE %s (%s)",
                qualify(maker, job->table->target_name),
                preview_columns(maker->arena, job->table, &maker->input->settings->mirror)),
            &made->statement_count);
    }
}

// ---- tables ------------------------------------------------------------------------------------

// What is said of the key, and of columns that are not read plainly.
static const char *
add_ways(struct arena *arena, const struct table *table)
{
    const char *text = table->key_grounds.reason;

    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];

        if (!column_is_plain(column))
            text = arena_printf(arena, "%s%scolumn \"%s\" is %s", text != NULL ? text : "",
                text != NULL ? "; " : "", column->name, column_way_phrase(column->way->kind));
    }
    return text;
}

static void
make_job(struct maker *maker, const struct job *job, struct preview_table *made)
{
    bool is_new = find_relation(maker, job->table->target_name) == NULL;

    *made = (struct preview_table){
        .verdict = job->method == METHOD_LOAD || is_new ? PREVIEW_LOAD : PREVIEW_COMPARE,
        .source_schema = job->table->schema,
        .source_table = job->table->name,
        .target_table = job->table->target_name,
        .method = method_name(job->method),
        .reason = job->reason,
        .key = list_key(maker->arena, job->table),
        .key_reason = add_ways(maker->arena, job->table),
        .where = job->table->where.condition,
        .row_estimate = -1,
        .size_bytes = -1,
        .duration_ms = -1,
        .disk_bytes = -1,
    };
    if (job->method != METHOD_LOAD && is_new) {
        made->method = method_name(METHOD_LOAD);
        made->reason = "the mirrored table is gone: loaded anew";
    }
    compare_shape(maker, made, job);
    preview_estimate(maker->input->inspection, maker->rows_per_ms, job, is_new, made);
}

static void
make_other(struct maker *maker, const struct selected_table *selected, struct preview_table *made)
{
    *made = (struct preview_table){
        .source_schema = selected->table->schema,
        .source_table = selected->table->name,
        .target_table = selected->table->target_name,
        .row_estimate = -1,
        .size_bytes = -1,
        .duration_ms = -1,
        .reason = "--table names others",
        .verdict = PREVIEW_NOT_SELECTED,
    };
    if (selected->verdict == SELECTION_REFUSED) {
        made->verdict = PREVIEW_REFUSED;
        made->reason = "refused";
        add_obstacle(maker, made, selected->refusal->message, selected->refusal->hint);
    } else if (selected->verdict == SELECTION_IGNORED) {
        made->verdict = PREVIEW_IGNORED;
        made->ignored_by = arena_printf(maker->arena, "%s (%s)",
            selection_place(maker->arena, selected->pattern->file, selected->pattern->line),
            selected->pattern->pattern);
        made->reason = "ignored";
    }
}

static bool
is_in_catalog(const struct selection *selection, const struct table_record *record)
{
    for (size_t i = 0; i < selection->table_count; i++) {
        const struct table *table = selection->tables[i].table;

        if (strcmp(table->name, record->source_table) == 0 &&
            strcmp(table->schema, record->source_schema) == 0)
            return true;
    }
    return false;
}

static void
meet_dropped_table(
    struct maker *maker, struct preview_table *made, const struct mirrored_relation *relation)
{
    const char *dependent = relation->dependent;

    made->statements = arena_calloc(maker->arena, 1, sizeof *made->statements);
    made->statements[made->statement_count++] =
        arena_printf(maker->arena, "DROP TABLE %s", qualify(maker, relation->name));
    for (size_t i = 0; i < relation->column_count && dependent == NULL; i++)
        dependent = relation->columns[i].dependent;
    if (dependent != NULL)
        add_obstacle(maker, made,
            arena_printf(maker->arena, "it is to be dropped, but %s needs it", dependent),
            "Drop that first, or set mirror_settings.dropped_tables to \"keep\".");
}

static void
make_gone(struct maker *maker, const struct table_record *record, struct preview_table *made)
{
    const struct mirrored_relation *relation = find_relation(maker, record->target_table);
    bool is_dropped =
        maker->input->settings->mirror.dropped_tables == DROPPED_DROP && relation != NULL;

    *made = (struct preview_table){
        .verdict = PREVIEW_GONE,
        .source_schema = record->source_schema,
        .source_table = record->source_table,
        .target_table = record->target_table,
        .reason = is_dropped ? "gone from the source: its mirror is dropped, as "
                               "mirror_settings.dropped_tables says"
                             : "gone from the source: its mirror stays and is no longer written",
        .row_estimate = -1,
        .size_bytes = -1,
        .duration_ms = -1,
    };
    if (is_dropped)
        meet_dropped_table(maker, made, relation);
}

static void
make_tables(struct maker *maker)
{
    const struct preview_input *input = maker->input;
    struct preview *preview = maker->preview;

    preview->tables = arena_calloc(
        maker->arena, input->selection->table_count + input->record_count, sizeof *preview->tables);
    for (size_t i = 0; i < input->plan->job_count; i++)
        make_job(maker, &input->plan->jobs[i], &preview->tables[preview->table_count++]);
    for (size_t i = 0; i < input->selection->table_count; i++) {
        if (input->selection->tables[i].verdict != SELECTION_TAKEN)
            make_other(
                maker, &input->selection->tables[i], &preview->tables[preview->table_count++]);
    }
    for (size_t i = 0; i < input->record_count; i++) {
        if (input->records[i].state != TABLE_STATE_DROPPED &&
            !is_in_catalog(input->selection, &input->records[i]))
            make_gone(maker, &input->records[i], &preview->tables[preview->table_count++]);
    }
}

// ---- the run -----------------------------------------------------------------------------------

static void
meet_rights(struct maker *maker)
{
    const struct inspection *found = maker->input->inspection;
    struct preview *preview = maker->preview;
    const char *schema = quote_name(maker->arena, maker->input->settings->target.schema);

    preview->statements = arena_calloc(maker->arena, 2, sizeof *preview->statements);
    if (!preview->has_mirror)
        preview->statements[preview->statement_count++] =
            "CREATE SCHEMA oe2pg, with the tracking tables, if there is none yet";
    if (!found->has_schema)
        preview->statements[preview->statement_count++] =
            arena_printf(maker->arena, "CREATE SCHEMA %s", schema);
    if (!found->has_schema && !found->may_create_schema)
        add_run_obstacle(maker, "the role may not create schemas in this database",
            "GRANT CREATE, TEMPORARY ON DATABASE ... TO the role that oe2pg uses.");
    if (found->has_schema && !found->may_create_tables && preview->sums.load_count > 0)
        add_run_obstacle(maker,
            arena_printf(maker->arena, "the role may not create tables in schema %s", schema),
            arena_printf(maker->arena,
                "GRANT USAGE, CREATE ON SCHEMA %s TO the role that oe2pg uses.", schema));
}

static void
meet_run(struct maker *maker)
{
    const struct inspection *found = maker->input->inspection;
    struct preview *preview = maker->preview;
    size_t known = 0;

    for (size_t i = 0; i < maker->input->record_count; i++)
        known += maker->input->records[i].state != TABLE_STATE_DROPPED;
    meet_rights(maker);
    if (preview->sums.gone_count > brake_run_limit(known))
        add_run_obstacle(maker,
            arena_printf(maker->arena,
                "%zu mirrored tables are gone from the source's catalogue: the run stops before "
                "anything is written",
                preview->sums.gone_count),
            "See whether this is the right source. If they are to go: oe2pg --allow-delete '*'");
    if (found->all_tables_publication != NULL && preview->sums.load_count > 0)
        add_run_obstacle(maker,
            arena_printf(maker->arena,
                "publication \"%s\" takes every new table with its updates and deletes, and new "
                "tables have no replica identity: they load once, then changes are refused",
                found->all_tables_publication),
            "After the first load: ALTER TABLE ... REPLICA IDENTITY FULL; or publish inserts "
            "only.");
}

void
preview_make(struct arena *arena, const struct preview_input *input, struct preview *preview)
{
    struct maker maker = { .arena = arena, .input = input, .preview = preview };

    preview->jobs = input->settings->mirror.jobs;
    preview->database_bytes = input->inspection->database_bytes;
    preview->first_load = input->inspection->first_load;
    maker.rows_per_ms = preview_measure_speed(input->inspection);
    make_tables(&maker);
    preview_warn(arena, input, preview);
    preview_sum_up(preview);
    meet_run(&maker);
}
