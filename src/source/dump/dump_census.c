// What a folder holds, told from its schemas and trailers alone: no data file is read for it.
#include "source/dump/dump.h"

#include "base/text.h"

#include <inttypes.h>
#include <string.h>

enum { LINES_MAX = 4, PAGES_MAX = 16 };

struct page_count {
    const char *name;
    size_t count;
};

static void
add_line(struct dump_source *source, const char *line)
{
    source->lines[source->base.description_count++] = line;
}

static void
tell_schema(struct dump_source *source, const struct df_schema *schema)
{
    size_t tables = 0;
    size_t sequences = 0;

    for (const struct df_table *table = schema->tables; table != NULL; table = table->next)
        tables++;
    for (const struct df_sequence *sequence = schema->sequences; sequence != NULL;
         sequence = sequence->next)
        sequences++;
    add_line(source, arena_printf(&source->arena, "%zu tables and %zu sequences in %d schema %s",
                         tables, sequences, schema->file_count,
                         text_plural((uint64_t)schema->file_count, "file", "files")));
}

static void
tell_files(struct dump_source *source, const struct dump_folder *folder)
{
    int64_t bytes = 0;
    int64_t records = 0;
    size_t half = 0;
    size_t uncounted = 0;

    for (size_t i = 0; i < folder->data_count; i++) {
        const struct dump_data *data = &folder->data[i];

        bytes += data->survey.size_bytes;
        records += data->survey.trailer.records > 0 ? data->survey.trailer.records : 0;
        uncounted += data->survey.trailer.records < 0;
        half += !data->survey.trailer.has_end;
    }
    add_line(
        source, arena_printf(&source->arena,
                    "%zu data files, %" PRId64 " bytes, %" PRId64
                    " records by their trailers; %zu do not say how many, %zu are half or torn",
                    folder->data_count, bytes, records, uncounted, half));
}

static void
count_page(struct page_count *pages, size_t *count, const char *name)
{
    size_t at = 0;

    if (dump_page_is_unknown(name))
        name = "none named";
    while (at < *count && !text_equal_nocase(pages[at].name, name))
        at++;
    if (at == PAGES_MAX)
        return;
    if (at == *count)
        pages[(*count)++] = (struct page_count){ .name = name };
    pages[at].count++;
}

static void
tell_pages(struct dump_source *source, const struct dump_folder *folder)
{
    struct page_count pages[PAGES_MAX];
    const char *text = "";
    size_t count = 0;

    for (size_t i = 0; i < folder->data_count; i++)
        count_page(pages, &count, folder->data[i].survey.trailer.code_page);
    for (size_t i = 0; i < count; i++)
        text = arena_printf(
            &source->arena, "%s%s%s (%zu)", text, i > 0 ? ", " : "", pages[i].name, pages[i].count);
    add_line(source, arena_printf(&source->arena, "code pages of the data files: %s", text));
}

// The form of the time stamps sorts as they do.
static void
tell_times(struct dump_source *source, const struct dump_folder *folder)
{
    const struct dump_data *first = NULL;
    const struct dump_data *last = NULL;

    for (size_t i = 0; i < folder->data_count; i++) {
        const struct dump_data *data = &folder->data[i];
        const char *stamp = data->survey.trailer.timestamp;

        if (stamp[0] == '\0')
            continue;
        if (first == NULL || strcmp(stamp, first->survey.trailer.timestamp) < 0)
            first = data;
        if (last == NULL || strcmp(stamp, last->survey.trailer.timestamp) > 0)
            last = data;
    }
    if (first != NULL)
        add_line(source, arena_printf(&source->arena, "dumped from %s (%s) to %s (%s)",
                             first->survey.trailer.timestamp, first->place.name,
                             last->survey.trailer.timestamp, last->place.name));
}

void
dump_describe(
    struct dump_source *source, const struct dump_folder *folder, const struct df_schema *schema)
{
    source->lines = arena_calloc(&source->arena, LINES_MAX, sizeof *source->lines);
    source->base.description = source->lines;
    source->base.description_count = 0;
    tell_schema(source, schema);
    if (folder->data_count == 0)
        return;
    tell_files(source, folder);
    tell_pages(source, folder);
    tell_times(source, folder);
}
