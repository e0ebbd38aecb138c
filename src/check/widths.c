#include "check/widths.h"

#include "base/text.h"
#include "check/census.h"
#include "check/finding.h"
#include "target/too_wide.h"

#include <inttypes.h>
#include <string.h>

static const struct column *
find_seen(const struct catalog *catalog, const struct too_wide_column *seen)
{
    for (size_t i = 0; i < catalog->table_count; i++) {
        const struct column *column = too_wide_find(catalog->tables[i], seen);

        if (column != NULL)
            return column;
    }
    return NULL;
}

// ---- how wide ----------------------------------------------------------------------------------

// With room for what comes: who has to ask a DBA wants to ask once.
static int64_t
add_room(const struct too_wide_column *seen, int64_t width)
{
    enum { STEP = 10 };
    int64_t longest = seen->longest > 0 ? seen->longest : width + 1;
    int64_t wanted = seen->is_longest_exact ? longest + (longest + 1) / 2 : 2 * longest;

    return (wanted + STEP - 1) / STEP * STEP;
}

static int64_t
most_of(const struct source_widths *widths, const struct column *column)
{
    bool is_decimal = column->kind == VALUE_DECIMAL && column->array.extent == 0;

    return is_decimal ? widths->most_digits : widths->most;
}

// A name with a line's end in it could be read as something else than a name.
static bool
is_plain(const char *name)
{
    for (; *name != '\0'; name++) {
        if ((unsigned char)*name < 0x20 || *name == 0x7f)
            return false;
    }
    return true;
}

static const char *
write_statement(struct check *check, const struct source_widths *widths,
    const struct too_wide_column *seen, int64_t width)
{
    char quote = source_capabilities(check->source).name_quote;

    return arena_printf(&check->arena, "ALTER TABLE %s.%s ALTER COLUMN %s %s %" PRId64 ";",
        text_sql_name(&check->arena, seen->schema, quote),
        text_sql_name(&check->arena, seen->table, quote),
        text_sql_name(&check->arena, seen->column, quote), widths->clause, width);
}

static void
find_remedy(struct check *check, const struct source_widths *widths, struct width_line *line)
{
    const struct column *column = find_seen(&check->catalog, line->seen);
    int64_t most;
    int64_t wanted;

    if (column == NULL) {
        line->remark = "no such column in the source's catalogue";
        return;
    }
    line->width = (int64_t)column->width;
    most = most_of(widths, column);
    wanted = add_room(line->seen, line->width);
    wanted = wanted > most ? most : wanted;
    if (line->seen->declared > 0 && line->width > line->seen->declared &&
        line->width >= line->seen->longest)
        line->remark = "declared wider since; the next run shows whether that is enough";
    else if (wanted <= line->width)
        line->remark = "as wide as it can be declared; shorten the values at the source";
    else if (!is_plain(line->seen->schema) || !is_plain(line->seen->table) ||
             !is_plain(line->seen->column))
        line->remark = "a name with control characters is not written into a script";
    else
        line->statement = write_statement(check, widths, line->seen, wanted);
}

// ---- both sides --------------------------------------------------------------------------------

static bool
open_both_sides(struct check *check, struct check_end *end)
{
    const struct settings *settings = check->settings;
    struct source *source;

    if (!check_expect_target(check, "could not connect to PostgreSQL", &end->target) ||
        !target_open(&settings->target, "oe2pg check", &check->target, &end->target))
        return false;
    if (!check_expect_source(check, "could not connect to the source", 1, &end->source) ||
        !source_open(&settings->source, &source, &end->source))
        return false;
    check->source = source;
    return true;
}

static bool
read_both_sides(
    struct check *check, struct too_wide_column **columns, size_t *count, struct check_end *end)
{
    const struct selection_basis basis = { .settings = &check->settings->mirror,
        .target_schema = check->settings->target.schema };
    const struct table_filter filter = selection_filter(&basis);

    if (!check_expect_target(check, "could not read the tracking tables", &end->target) ||
        !too_wide_read(check->target, &check->arena, check->settings->target.schema, columns, count,
            &end->target))
        return false;
    return *count == 0 ||
           (check_expect_source(check, "could not read the source's catalogue", 4, &end->source) &&
               source_read_catalog(
                   check->source, &filter, &check->arena, &check->catalog, &end->source));
}

// Of files nothing has to be remembered: they are read.
static bool
read_files(struct check *check, struct census *census, struct check_end *end)
{
    return check_expect_source(check, "could not read the source's catalogue", 4, &end->source) &&
           source_read_catalog(check->source, NULL, &check->arena, &check->catalog, &end->source) &&
           census_take(check, 0, census, &end->source);
}

// A column that is read in another way for another reason than its width is left out.
static size_t
fill_lines(struct check *check, const struct source_widths *widths,
    const struct too_wide_column *columns, size_t count, struct width_line *lines)
{
    size_t used = 0;

    for (size_t i = 0; i < count; i++) {
        const struct column *column = find_seen(&check->catalog, &columns[i]);

        if (column != NULL && !too_wide_can_be(column))
            continue;
        lines[used] = (struct width_line){ .seen = &columns[i] };
        find_remedy(check, widths, &lines[used++]);
    }
    return used;
}

static void
tell_widths(
    struct check *check, void (*tell)(const struct width_report *report), struct check_end *end)
{
    struct too_wide_column *columns = NULL;
    struct width_report report = { 0 };
    struct census census = { 0 };
    struct width_line *lines;
    size_t count = 0;

    if (!open_both_sides(check, end))
        return;
    report.is_counted = source_capabilities(check->source).is_read_whole;
    if (report.is_counted ? !read_files(check, &census, end)
                          : !read_both_sides(check, &columns, &count, end))
        return;
    if (report.is_counted) {
        columns = census.columns;
        count = census.count;
    }
    report.source = source_identity(check->source);
    report.widths = source_capabilities(check->source).widths;
    lines = arena_calloc(&check->arena, count, sizeof *lines);
    report.lines = lines;
    if (report.widths != NULL)
        report.count = fill_lines(check, report.widths, columns, count, lines);
    tell(&report);
    if (census.failed_count > 0)
        (void)error_set(&end->source, ERROR_SOURCE,
            "%zu tables could not be read whole, among them %s", census.failed_count,
            census.first_failed);
}

void
check_widths(const struct settings *settings, const struct check_listener *listener,
    void (*tell)(const struct width_report *report), struct check_end *end)
{
    struct check check;

    *end = (struct check_end){ .signal = 0 };
    if (check_begin(&check, settings, listener, &end->target))
        tell_widths(&check, tell, end);
    end->signal = check_finish(&check);
}
