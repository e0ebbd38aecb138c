#include "report/plan_report.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "base/text.h"
#include "report/figures.h"
#include "report/first_load_words.h"

#include <inttypes.h>
#include <string.h>

enum {
    LINE_CAP = 64 * 1024,
    NAME_MAX = 63,
    METHOD_WIDTH = 9,
    KEY_WIDTH = 24,
    FIGURE_WIDTH = 8,
    SHORT_LIST = 20, // first loads, or ignore lines, that are named without --all
};

struct page {
    FILE *out;
    const struct preview *preview;
    struct buffer line;
    size_t width;
    size_t name_width;
    bool with_all;
};

static void
end_line(struct page *page)
{
    const char *text = buffer_text(&page->line);
    struct buffer cut;

    buffer_init(&cut, LINE_CAP);
    if (page->width > 0 && figure_width(text) > page->width)
        figure_fit(&cut, text, page->width);
    else
        figure_append(&cut, text);
    (void)fprintf(page->out, "%s\n", buffer_text(&cut));
    buffer_release(&cut);
    buffer_clear(&page->line);
}

static const char *
name_of(const struct preview_table *table)
{
    return table->target_table != NULL ? table->target_table : table->source_table;
}

// ---- the head ----------------------------------------------------------------------------------

static void
append_duration(struct page *page, int64_t duration_ms)
{
    char text[32];

    clock_format_duration(duration_ms, text, sizeof text);
    buffer_append_text(&page->line, text);
}

static void
append_size(struct page *page, int64_t size_bytes)
{
    char text[FIGURE_SIZE];

    figure_bytes(text, size_bytes);
    buffer_append_text(&page->line, text);
}

static void
write_unknown(struct page *page)
{
    const struct preview *preview = page->preview;

    if (preview->sums.unknown_rows > 0) {
        buffer_printf(&page->line,
            "  not counted: %zu of them, which were never read and of which the source has no "
            "statistics",
            preview->sums.unknown_rows);
        end_line(page);
    }
}

static void
write_disk(struct page *page)
{
    const struct preview *preview = page->preview;

    buffer_printf(&page->line, "  first loads: %zu; ", preview->sums.load_count);
    if (preview->sums.disk_sum > 0) {
        buffer_append_text(&page->line, "the target needs ~");
        append_size(page, preview->sums.disk_sum);
        buffer_printf(&page->line,
            " for them%s, and for a while as much again for its log; it has ",
            preview->sums.unknown_rows > 0 ? " (those counted)" : "");
    } else {
        buffer_append_text(&page->line, "how much they need on the target is not known; it has ");
    }
    append_size(page, preview->database_bytes);
    buffer_append_text(&page->line, " now");
    end_line(page);
}

static void
write_first_load(struct page *page)
{
    const struct first_load_way *way = &page->preview->first_load;
    char text[512];

    buffer_printf(&page->line, "  large ones are %s", first_load_describe(way, text, sizeof text));
    end_line(page);
    if (first_load_remedy(way)[0] == '\0')
        return;
    buffer_printf(&page->line, "    -> %s", first_load_remedy(way));
    end_line(page);
}

static void
write_unread(struct page *page)
{
    const struct preview *preview = page->preview;

    if (preview->sums.unread_count > 0) {
        buffer_printf(&page->line, "  not to be read: %zu, to which nothing was written",
            preview->sums.unread_count);
        end_line(page);
    }
    if (preview->counters != NULL) {
        buffer_printf(&page->line, "  the source's counters: %s", preview->counters);
        end_line(page);
    }
}

static void
write_head(struct page *page)
{
    const struct preview *preview = page->preview;
    size_t read_count =
        preview->sums.load_count + preview->sums.compare_count - preview->sums.unread_count;

    buffer_printf(&page->line, "Mirror \"%s\" of %s database \"%s\"", preview->target_schema,
        preview->source_product, preview->source_database);
    if (!preview->has_mirror)
        buffer_append_text(&page->line, ": does not exist yet");
    else if (preview->last_run_id > 0)
        buffer_printf(&page->line, ", after run %" PRId64, preview->last_run_id);
    end_line(page);
    buffer_printf(
        &page->line, "To be read: %zu %s", read_count, text_plural(read_count, "table", "tables"));
    if (preview->sums.unknown_rows < read_count || read_count == 0) {
        buffer_printf(&page->line, ", ~%" PRId64 " rows, ~", preview->sums.row_sum);
        append_size(page, preview->sums.byte_sum);
    }
    if (preview->sums.duration_ms >= 0 && read_count > 0) {
        buffer_append_text(&page->line, ", in about ");
        append_duration(page, preview->sums.duration_ms);
        buffer_printf(&page->line, " with %d jobs", preview->jobs);
    }
    end_line(page);
    write_unread(page);
    write_unknown(page);
    if (preview->sums.load_count == 0)
        return;
    write_disk(page);
    write_first_load(page);
}

// ---- what needs attention ----------------------------------------------------------------------

static void
write_obstacle(struct page *page, const char *name, const struct preview_obstacle *obstacle)
{
    buffer_printf(&page->line, "  %s%s%s", name, name[0] != '\0' ? ": " : "", obstacle->what);
    end_line(page);
    if (obstacle->remedy[0] == '\0')
        return;
    buffer_printf(&page->line, "    -> %s", obstacle->remedy);
    end_line(page);
}

static void
write_heading(struct page *page, const char *heading, bool *is_written)
{
    if (*is_written)
        return;
    *is_written = true;
    end_line(page);
    buffer_append_text(&page->line, heading);
    end_line(page);
}

static void
write_obstacles(struct page *page)
{
    const struct preview *preview = page->preview;
    bool is_headed = false;

    for (size_t i = 0; i < preview->obstacle_count; i++) {
        write_heading(page, "In the way:", &is_headed);
        write_obstacle(page, "", &preview->obstacles[i]);
    }
    for (size_t i = 0; i < preview->table_count; i++) {
        const struct preview_table *table = &preview->tables[i];

        for (size_t k = 0; k < table->obstacle_count; k++) {
            write_heading(page, "In the way:", &is_headed);
            write_obstacle(page, table->source_table, &table->obstacles[k]);
        }
    }
    is_headed = false;
    for (size_t i = 0; i < preview->warning_count; i++) {
        write_heading(page, "Warnings:", &is_headed);
        buffer_printf(&page->line, "  %s", preview->warnings[i]);
        end_line(page);
    }
}

static void
append_names(struct page *page, const char *words, const char *const *names, size_t count)
{
    if (count == 0)
        return;
    buffer_append_text(&page->line, words);
    for (size_t i = 0; i < count && (page->with_all || i < SHORT_LIST); i++)
        buffer_printf(&page->line, "%s%s", i > 0 ? ", " : "", names[i]);
    if (!page->with_all && count > SHORT_LIST)
        buffer_printf(&page->line, " and %zu more", count - (size_t)SHORT_LIST);
}

// Not what a run does: what another command would do about some of what is in its way.
static void
write_adoptions(struct page *page)
{
    const struct preview *preview = page->preview;
    bool is_headed = false;

    for (size_t i = 0; i < preview->table_count; i++) {
        const struct preview_adoption *adoption = preview->tables[i].adoption;

        if (adoption == NULL)
            continue;
        write_heading(page,
            "oe2pg adopt would take these as they are, compare them and remove nothing:",
            &is_headed);
        buffer_printf(&page->line, "  %s: %zu of %zu columns are there",
            name_of(&preview->tables[i]), adoption->columns_there, adoption->columns_in_all);
        append_names(page, "; added: ", adoption->added, adoption->added_count);
        append_names(
            page, "; not the source's, and left alone: ", adoption->others, adoption->other_count);
        end_line(page);
    }
}

static void
write_statements(struct page *page)
{
    const struct preview *preview = page->preview;
    bool is_headed = false;

    for (size_t i = 0; i < preview->statement_count; i++) {
        write_heading(page, "Schema statements to come:", &is_headed);
        buffer_printf(&page->line, "  %s", preview->statements[i]);
        end_line(page);
    }
    for (size_t i = 0; i < preview->table_count; i++) {
        const struct preview_table *table = &preview->tables[i];

        // That a first load creates its table goes without saying.
        if (table->verdict == PREVIEW_LOAD && !page->with_all)
            continue;
        for (size_t k = 0; k < table->statement_count; k++) {
            write_heading(page, "Schema statements to come:", &is_headed);
            buffer_printf(&page->line, "  %s", table->statements[k]);
            end_line(page);
        }
    }
}

// ---- the tables --------------------------------------------------------------------------------

static void
choose_name_width(struct page *page)
{
    page->name_width = strlen("TABLE");
    for (size_t i = 0; i < page->preview->table_count; i++) {
        size_t width = figure_width(name_of(&page->preview->tables[i]));

        if (width > page->name_width)
            page->name_width = width;
    }
    if (page->name_width > NAME_MAX)
        page->name_width = NAME_MAX;
}

static void
append_columns(struct page *page, const char *const texts[6], const char *last)
{
    figure_fit(&page->line, texts[0], page->name_width);
    buffer_append_text(&page->line, "  ");
    figure_fit(&page->line, texts[1], METHOD_WIDTH);
    buffer_append_byte(&page->line, ' ');
    figure_fit(&page->line, texts[2], KEY_WIDTH);
    for (size_t i = 3; i < 6; i++) {
        buffer_append_byte(&page->line, ' ');
        figure_fit_right(&page->line, texts[i], FIGURE_WIDTH);
    }
    buffer_printf(&page->line, "  %s", last);
    end_line(page);
}

static void
format_estimate(char text[FIGURE_SIZE], int64_t value, void (*format)(char *, int64_t))
{
    text[0] = '~';
    if (value < 0)
        (void)text_print(text, FIGURE_SIZE, "?");
    else
        format(text + 1, value);
}

static void
format_count(char *text, int64_t value)
{
    char figure[FIGURE_SIZE];

    figure_count(figure, value);
    (void)text_print(text, FIGURE_SIZE - 1, "%.40s", figure);
}

static void
format_bytes(char *text, int64_t value)
{
    char figure[FIGURE_SIZE];

    figure_bytes(figure, value);
    (void)text_print(text, FIGURE_SIZE - 1, "%.40s", figure);
}

static void
format_clock(char *text, int64_t value)
{
    char figure[FIGURE_SIZE];

    figure_clock(figure, value);
    (void)text_print(text, FIGURE_SIZE - 1, "%.40s", figure);
}

static void
write_table(struct page *page, const struct preview_table *table)
{
    char rows[FIGURE_SIZE];
    char bytes[FIGURE_SIZE];
    char took[FIGURE_SIZE];
    const char *const texts[6] = { name_of(table), table->method != NULL ? table->method : "-",
        table->key != NULL ? table->key : "none", rows, bytes, took };
    char why[1024];

    format_estimate(rows, table->row_estimate, format_count);
    format_estimate(bytes, table->size_bytes, format_bytes);
    format_estimate(took, table->duration_ms, format_clock);
    (void)text_print(why, sizeof why, "%s%s%s%s%s", table->reason,
        table->key_reason != NULL && page->with_all ? "; " : "",
        table->key_reason != NULL && page->with_all ? table->key_reason : "",
        table->where != NULL ? "; only where " : "", table->where != NULL ? table->where : "");
    append_columns(page, texts, why);
}

static bool
is_named(const struct page *page, const struct preview_table *table)
{
    if (table->method == NULL)
        return page->with_all && table->verdict == PREVIEW_COMPARE;
    return page->with_all || table->verdict == PREVIEW_LOAD || table->statement_count > 0 ||
           table->obstacle_count > 0;
}

static void
write_tables(struct page *page)
{
    static const char *const heads[6] = { "TABLE", "METHOD", "KEY", "ROWS", "BYTES", "TIME" };
    const struct preview *preview = page->preview;
    size_t named = 0;
    size_t written = 0;
    size_t quiet;

    for (size_t i = 0; i < preview->table_count; i++)
        named += is_named(page, &preview->tables[i]);
    if (named > 0) {
        end_line(page);
        append_columns(page, heads, "WHY");
    }
    for (size_t i = 0; i < preview->table_count; i++) {
        if (!is_named(page, &preview->tables[i]) || (!page->with_all && written == SHORT_LIST))
            continue;
        write_table(page, &preview->tables[i]);
        written++;
    }
    if (written < named) {
        buffer_printf(&page->line, "... and %zu more like these (--all)", named - written);
        end_line(page);
    }
    quiet = preview->sums.load_count + preview->sums.compare_count - named -
            (page->with_all ? 0 : preview->sums.unread_count);
    if (quiet > 0) {
        end_line(page);
        buffer_printf(&page->line, "%zu more: read and compared as before%s", quiet,
            page->with_all ? "" : " (--all names them)");
        end_line(page);
    }
}

// ---- what is not read --------------------------------------------------------------------------

static bool
is_first_of_its_line(const struct preview *preview, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (preview->tables[i].ignored_by != NULL &&
            strcmp(preview->tables[i].ignored_by, preview->tables[index].ignored_by) == 0)
            return false;
    }
    return true;
}

static size_t
count_line(const struct preview *preview, const char *ignored_by)
{
    size_t count = 0;

    for (size_t i = 0; i < preview->table_count; i++)
        count += preview->tables[i].ignored_by != NULL &&
                 strcmp(preview->tables[i].ignored_by, ignored_by) == 0;
    return count;
}

static void
write_ignored(struct page *page)
{
    const struct preview *preview = page->preview;
    bool is_headed = false;
    size_t lines = 0;

    for (size_t i = 0; i < preview->table_count; i++) {
        const struct preview_table *table = &preview->tables[i];

        if (table->ignored_by == NULL)
            continue;
        write_heading(page, "Ignored:", &is_headed);
        if (page->with_all)
            buffer_printf(&page->line, "  %s: by %s", table->source_table, table->ignored_by);
        else if (lines < SHORT_LIST && is_first_of_its_line(preview, i))
            buffer_printf(&page->line, "  by %s: %zu", table->ignored_by,
                count_line(preview, table->ignored_by));
        else
            continue;
        lines++;
        end_line(page);
    }
    if (preview->sums.ignored_count > 0 && lines == SHORT_LIST && !page->with_all) {
        buffer_append_text(&page->line, "  ... (--all names every table)");
        end_line(page);
    }
}

static void
write_gone(struct page *page)
{
    const struct preview *preview = page->preview;
    bool is_headed = false;

    for (size_t i = 0; i < preview->table_count; i++) {
        const struct preview_table *table = &preview->tables[i];

        if (table->verdict != PREVIEW_GONE)
            continue;
        write_heading(page, "No longer in the source:", &is_headed);
        buffer_printf(&page->line, "  %s: %s", table->source_table, table->reason);
        end_line(page);
    }
}

void
plan_write_text(FILE *out, const struct preview *preview, bool with_all, size_t width)
{
    struct page page = { .out = out, .preview = preview, .width = width, .with_all = with_all };

    buffer_init(&page.line, LINE_CAP);
    choose_name_width(&page);
    write_head(&page);
    write_obstacles(&page);
    write_adoptions(&page);
    write_statements(&page);
    write_tables(&page);
    write_gone(&page);
    write_ignored(&page);
    buffer_release(&page.line);
}
