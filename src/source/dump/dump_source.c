// A folder of dumps as a source: its catalogue is read when it is asked for, and each data file by
// whoever reads its table.
#include "source/dump/dump.h"

#include "base/mem.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void
dump_note(struct dump_source *source, const char *format, ...)
{
    const char *before = source->base.note;
    va_list arguments;
    char note[1024];

    va_start(arguments, format);
    (void)text_vprint(note, sizeof note, format, arguments);
    va_end(arguments);
    source->base.note = before == NULL ? arena_strdup(&source->arena, note)
                                       : arena_printf(&source->arena, "%s; %s", before, note);
}

// --- opening

static const char *
last_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

// The dumps say the name of the database that they are of, as the session called it that made them.
// Packed ones are not asked: they would have to be read to their ends.
static const char *
database_name(struct dump_source *source, const struct dump_folder *folder)
{
    struct dump_survey survey;
    struct dump_file file;
    struct error err = { 0 };

    if (source->settings->db_name != NULL)
        return source->settings->db_name;
    for (size_t i = 0; i < folder->data_count; i++) {
        const struct dump_place *place = &folder->data[i].place;
        bool is_read = place->packing == DUMP_PLAIN && place->member == 0 &&
                       dump_file_open(place, NULL, &file, &err);

        if (!is_read)
            continue;
        is_read = dump_file_survey(&file, &survey, &err);
        dump_file_close(&file);
        if (is_read && survey.trailer.database[0] != '\0')
            return arena_strdup(&source->arena, survey.trailer.database);
    }
    return last_name(folder->path);
}

static void
describe(struct dump_source *source, const struct dump_folder *folder)
{
    source->base.identity = (struct source_identity){ .product = "Progress dump",
        .version = "",
        .driver = "a folder of dumps",
        .host = source->settings->host != NULL ? source->settings->host : "",
        .port = source->settings->port,
        .db_name = database_name(source, folder),
        .guid = "",
        .code_page = "",
        .isolation = "as each file was dumped" };
    source->base.session.changed = "";
    source->base.session.zone_before = "";
    source->base.is_read_whole = true;
}

static void
close_source(struct source *base)
{
    struct dump_source *source = (struct dump_source *)base;

    arena_release(&source->arena);
    free(source);
}

static bool
open_source(const struct source_settings *settings, struct source **opened, struct error *err)
{
    struct dump_source *source = mem_calloc(1, sizeof *source);
    struct dump_folder folder;

    source->base.driver = &dump_source_driver;
    source->settings = settings;
    arena_init(&source->arena);
    if (!dump_folder_list(&source->arena, settings->dump_dir, &folder, err)) {
        close_source(&source->base);
        return false;
    }
    describe(source, &folder);
    *opened = &source->base;
    return true;
}

// --- what a folder has none of

static void
cancel(struct source *source)
{
    (void)source; // a read of a file ends by itself
}

static bool
is_alive(struct source *source)
{
    (void)source;
    return true;
}

static void
read_limits(struct source *source, struct source_limits *limits)
{
    (void)source;
    (void)limits;
}

static const char *
ask(struct source *source, const char *sql)
{
    (void)source;
    (void)sql;
    return "";
}

static void
append_count(const struct source *source, struct buffer *sql, const struct table *table)
{
    (void)source;
    (void)sql;
    (void)table;
}

const struct source_driver dump_source_driver = {
    .open = open_source,
    .close = close_source,
    .cancel = cancel,
    .is_alive = is_alive,
    .read_limits = read_limits,
    .ask = ask,
    .append_count = append_count,
    .read_catalog = dump_read_catalog,
    .open_cursor = dump_open_cursor,
    .fetch = dump_fetch,
    .close_cursor = dump_close_cursor,
};
