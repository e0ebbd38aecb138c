#include "method/other_way.h"

#include "base/log.h"
#include "base/mem.h"
#include "method/column_scan.h"
#include "model/key_choice.h"
#include "source/cut_width.h"
#include "source/past_width.h"
#include "target/column_ways.h"

#include <stdlib.h>
#include <string.h>

#define WIDEN "widen its SQL width with dbtool"

// ---- from here on ------------------------------------------------------------------------------

static bool
record(struct task *task, size_t column, struct error *err)
{
    struct target *target = task->target;

    if (target_begin(target, err) &&
        column_way_save(
            target, task->claim, source_identity(task->source), &task->table, column, err) &&
        target_commit(target, err))
        return true;
    target_rollback(target);
    return false;
}

// What follows from how columns are read: which key there is, and what the hunt is about.
static bool
see_columns(struct task *task, struct error *err)
{
    struct table *table = &task->table;

    if (!key_choice_make(&task->job_arena, table->settings, table, err))
        return false;
    task->job.fingerprint = plan_fingerprint(table);
    altered_see_columns(&task->altered);
    task_see_altered(task);
    return true;
}

static void
set_way(struct table *table, size_t column, const struct column_way *way)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (column_is_read_with(&table->columns[i], &table->columns[column]))
            table->columns[i].way = way;
    }
}

static bool
read_by(struct task *task, size_t column, const struct column_way *way, struct error *err)
{
    set_way(&task->table, column, way);
    return record(task, column, err) && see_columns(task, err);
}

static struct column_way *
copy_way(struct task *task, const struct column_way *way)
{
    struct column_way *copy = arena_calloc(&task->job_arena, 1, sizeof *copy);

    *copy = *way;
    return copy;
}

// ---- what the hunt wishes ----------------------------------------------------------------------

// What follows for those who look at the log.
static const char *
describe(enum column_way_kind kind)
{
    static const char *const words[] = {
        [WAY_ROWS] = "such values are looked for row by row",
        [WAY_CUT] = "rows with a value that may have been cut are read once more by their key",
        [WAY_SHORT] = "those that may have been cut are NULL",
    };

    return words[kind];
}

static bool
read_without_expression(
    struct task *task, size_t column, struct column_way way, const char *why, struct error *err)
{
    const struct column *read = &task->table.columns[column];
    struct column_way *kept = copy_way(task, &way);

    kept->reason = arena_strdup(&task->job_arena, why);
    kept->declared_width = read->width;
    log_info("table \"%s\": column \"%s\": %s; %s", task->table.name, read->name, why,
        describe(way.kind));
    return read_by(task, column, kept, err);
}

static bool
try_to_cut(struct task *task, size_t column, bool is_again, const char *before, struct error *err)
{
    struct cut_width found;
    const char *why;

    if (!cut_width_try(task->source, &task->table, column, is_again, &found, err))
        return false;
    why = arena_printf(&task->job_arena, "%s; %s", before, found.why);
    return read_without_expression(task, column, found.way, why, err);
}

static bool
read_row_by_row(struct task *task, size_t column, const char *why, struct error *err)
{
    return read_without_expression(
        task, column, (struct column_way){ .kind = WAY_ROWS, .rows = -1 }, why, err);
}

// The session might cut what an expression is made of, and nobody would see it.
static bool
cut_no_more(struct task *task, struct error *err)
{
    for (size_t i = 0; i < task->table.column_count; i++) {
        if (column_is_cut(&task->table.columns[i]) &&
            !read_row_by_row(task, i, "another column is read by an expression now", err))
            return false;
    }
    return true;
}

static bool
go_past_width(struct task *task, size_t column, struct error *err)
{
    const struct table *table = &task->table;
    const char *name = column_at_source(&table->columns[column])->name;
    struct past_width found;
    struct column_way *way;

    task_set_phase(task, PHASE_READING);
    if (!past_width_try(task->source, table, column, &found, err))
        return false;
    if (!found.is_trusted)
        return try_to_cut(task, column, false, found.why, err);
    if (!cut_no_more(task, err))
        return false;
    way = copy_way(task, &found.way);
    way->reason = arena_strdup(&task->job_arena, found.why);
    way->declared_width = column_at_source(&table->columns[column])->width;
    log_info("table \"%s\": column \"%s\" is read by another expression from now on: %s",
        table->name, name, found.why);
    return read_by(task, column, way, err);
}

// ---- how far slices have to reach

// False when there is no more to be asked for.
static bool
grow(struct task *task, struct table *trial, size_t column, bool is_finer)
{
    struct column_way *way;

    if (trial->columns[column].way == NULL)
        return false;
    way = copy_way(task, trial->columns[column].way);
    if (!column_way_grow(way, is_finer))
        return false;
    set_way(trial, column, way);
    return true;
}

static bool
asks_for_more(const struct source_trouble *trouble)
{
    return trouble->column >= 0 &&
           (trouble->need == WAY_NEEDS_MORE || trouble->need == WAY_NEEDS_FINER);
}

// The columns in slices are read alone until all their values come, or something else is in the
// way: the job is begun anew once, and not for each value that is longer than those before it.
static bool
find_reach(struct task *task, struct table *trial, struct error *err)
{
    bool *is_out = mem_calloc(trial->column_count, sizeof *is_out);
    struct column_sight sight;
    bool done;

    for (size_t i = 0; i < trial->column_count; i++)
        is_out[i] = trial->columns[i].way == NULL || trial->columns[i].way->kind != WAY_SLICES;
    do {
        done = column_scan(task, trial, is_out, false, &sight, err);
    } while (
        done && !sight.is_whole && asks_for_more(&sight.trouble) &&
        grow(task, trial, (size_t)sight.trouble.column, sight.trouble.need == WAY_NEEDS_FINER));
    free(is_out);
    return done;
}

static bool
take_reach(struct task *task, const struct table *trial, struct error *err)
{
    struct table *table = &task->table;

    for (size_t i = 0; i < table->column_count; i++) {
        const struct column_way *way = trial->columns[i].way;

        if (way == table->columns[i].way)
            continue;
        log_info("table \"%s\": column \"%s\" is read in %zu slices of %zu characters from now on",
            table->name, column_at_source(&table->columns[i])->name, way->slice_count,
            way->slice_width);
        if (!read_by(task, i, way, err))
            return false;
    }
    return true;
}

static bool
ask_for_more(struct task *task, size_t column, bool is_finer, struct error *err)
{
    struct table trial = task->table;
    bool done;

    trial.columns = mem_calloc(trial.column_count, sizeof *trial.columns);
    memcpy(trial.columns, task->table.columns, trial.column_count * sizeof *trial.columns);
    if (!grow(task, &trial, column, is_finer))
        BUG("a way that has no more was to be grown");
    done = find_reach(task, &trial, err) && take_reach(task, &trial, err);
    free(trial.columns);
    return done;
}

static bool
leave_out(struct task *task, size_t column, struct error *err)
{
    const struct column *left_out = &task->table.columns[column];
    struct column_way *way = arena_calloc(&task->job_arena, 1, sizeof *way);

    *way = (struct column_way){
        .kind = WAY_LEFT_OUT,
        .reason = "too many of its values are not delivered to look for each row",
        .declared_width = column_at_source(left_out)->width,
        .rows = -1,
    };
    log_warning("table \"%s\": column \"%s\" is left out, NULL in every row, until it can be read: "
                "%s. If they are too wide, " WIDEN "; else mend them at the source.",
        task->table.name, column_at_source(left_out)->name, way->reason);
    if (!read_by(task, column, way, err))
        return false;
    if (key_has_column(task->table.key, (int)column))
        BUG("a key with a column that is left out");
    return true;
}

static int
find_column(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (strcmp(table->columns[i].name, name) == 0)
            return (int)i;
    }
    BUG("a column that the job's table does not have");
}

// The hunt's table may lack columns of the job's.
static size_t
column_of_job(const struct task *task, size_t column)
{
    return (size_t)find_column(&task->table, task->altered.table->columns[column].name);
}

// All at once: each of them alone would cost as many statements as the first.
static bool
leave_out_hopeless(struct task *task, struct error *err)
{
    size_t count = task->table.column_count;
    bool *is_hopeless = mem_calloc(count, sizeof *is_hopeless);
    bool done = true;

    for (size_t i = 0; i < task->altered.table->column_count; i++) {
        if (hunt_leaves_out(task->hunt, i))
            is_hopeless[column_of_job(task, i)] = true;
    }
    for (size_t i = 0; i < count && done; i++)
        done = !is_hopeless[i] || leave_out(task, i, err);
    free(is_hopeless);
    return done;
}

bool
other_way_choose(struct task *task, struct error *err)
{
    const struct way_wish wish = hunt_wish(task->hunt);
    size_t column = column_of_job(task, wish.column);

    error_clear(err);
    switch (wish.kind) {
    case WISH_PAST_WIDTH:
        return go_past_width(task, column, err);
    case WISH_MORE:
        return ask_for_more(task, column, false, err);
    case WISH_FINER:
        return ask_for_more(task, column, true, err);
    case WISH_LEFT_OUT:
        return leave_out_hopeless(task, err);
    case WISH_SHORT:
        return try_to_cut(task, column, true, "too many values may have been cut", err);
    case WISH_NO_CUT:
        return read_row_by_row(task, column, "that a value was cut cannot be told", err);
    case WISH_NOTHING:
        break;
    }
    BUG("a column is to be read in another way, and nobody wishes one");
}

// ---- what does not come, or from some width on --------------------------------------------------

// Of those that a session cuts only where most that are too wide are: there the statement soon
// ends.
static bool
is_probed(const struct column *column)
{
    return column_is_left_out(column) || (column_is_cut(column) && column->way->kind == WAY_SHORT);
}

// With these columns plainly; of the first rows of a key the key's columns come, too.
static bool
look_at_left_out(struct task *task, const struct table *plain, bool is_first_look,
    bool *is_readable, struct error *err)
{
    bool *is_out = mem_calloc(plain->column_count, sizeof *is_out);
    struct column_sight sight;
    bool done;

    for (size_t i = 0; i < plain->column_count; i++)
        is_out[i] = !is_probed(&task->table.columns[i]) &&
                    !(is_first_look && key_has_column(plain->key, (int)i));
    done = column_scan(task, plain, is_out, is_first_look, &sight, err);
    free(is_out);
    if (done)
        *is_readable = sight.is_whole;
    return done;
}

static bool
try_left_out(struct task *task, bool *is_readable, struct error *err)
{
    struct table plain = task->table;
    bool is_any = false;
    bool done = true;

    plain.columns = mem_calloc(plain.column_count, sizeof *plain.columns);
    for (size_t i = 0; i < plain.column_count; i++) {
        plain.columns[i] = task->table.columns[i];
        if (!is_probed(&plain.columns[i]))
            continue;
        plain.columns[i].way = NULL;
        is_any = true;
    }
    *is_readable = is_any;
    if (is_any && key_choice_is_resumable(&task->table))
        done = look_at_left_out(task, &plain, true, is_readable, err);
    if (done && *is_readable)
        done = look_at_left_out(task, &plain, false, is_readable, err);
    free(plain.columns);
    return done;
}

static bool
has_left_out(const struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (is_probed(&table->columns[i]))
            return true;
    }
    return false;
}

static bool
record_probe(struct task *task, struct error *err)
{
    struct target *target = task->target;

    if (target_begin(target, err) &&
        column_ways_save_probe(target, task->claim, &task->table, err) &&
        target_commit(target, err))
        return true;
    target_rollback(target);
    return false;
}

bool
other_way_probe(struct task *task, struct error *err)
{
    bool is_readable;

    if (task->effort.is_probed)
        return true;
    if (!try_left_out(task, &is_readable, err))
        return false;
    task->effort.is_probed = true;
    if (!is_readable)
        return !has_left_out(&task->table) || record_probe(task, err);
    for (size_t i = 0; i < task->table.column_count; i++) {
        if (!is_probed(&task->table.columns[i]))
            continue;
        log_info("table \"%s\": column \"%s\" can be read again", task->table.name,
            task->table.columns[i].name);
        if (!read_by(task, i, NULL, err))
            return false;
    }
    return true;
}

// ---- what a job saw ----------------------------------------------------------------------------

// NULL where it is what is recorded.
static struct column_way *
add_sight(struct task *task, const struct column_way *way, const struct way_sight *sight)
{
    // Each value was seen.
    bool is_whole = way->kind == WAY_CAST || way->kind == WAY_SLICES || way->kind == WAY_ELEMENTS;
    struct column_way *seen;

    if (way->rows == sight->rows &&
        (!is_whole || (way->longest == sight->longest && way->is_longest_exact)))
        return NULL;
    seen = copy_way(task, way);
    seen->rows = sight->rows;
    if (is_whole) {
        seen->longest = sight->longest;
        seen->is_longest_exact = true;
    }
    return seen;
}

static bool
save_sight(struct task *task, size_t column, struct error *err)
{
    struct target *target = task->target;

    if (target_begin(target, err) &&
        column_way_save_sight(target, task->claim, &task->table, column, err) &&
        target_commit(target, err))
        return true;
    target_rollback(target);
    return false;
}

bool
other_way_keep(struct task *task, int64_t row_count, struct error *err)
{
    const struct table *read = task->altered.table;
    int64_t rows_seen;
    const struct way_sight *sights = hunt_sights(task->hunt, &rows_seen);

    for (size_t i = 0; rows_seen == row_count && i < read->column_count; i++) {
        const struct column_way *seen =
            read->columns[i].way == NULL ? NULL : add_sight(task, read->columns[i].way, &sights[i]);
        size_t column;

        if (seen == NULL)
            continue;
        column = (size_t)find_column(&task->table, read->columns[i].name);
        task->table.columns[column].way = seen;
        if (!save_sight(task, column, err))
            return false;
    }
    return true;
}
