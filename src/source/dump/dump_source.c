// A folder of dumps as a source: opened when its schema is read, and each data file by whoever
// reads its table.
#include "source/dump/dump.h"
#include "source/dump/dump_file.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "source/catalog/catalog_read.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { SCHEMA_BYTES_MAX = 256 * 1024 * 1024 };

// --- the schema

static bool
fail_choice(const struct dump_source *source, struct error *err)
{
    const struct dump_folder *folder = &source->folder;

    if (folder->schema_count == 0) {
        (void)error_set(err, ERROR_SOURCE, "there is no schema (.df) in %s", folder->path);
        return error_hint(err, "Dump the definitions of the database too, or name the file: "
                               "progress_db.dump_files.");
    }
    (void)error_set(err, ERROR_SOURCE,
        "there are %zu schemas (.df) in %s, and nothing says in which "
        "order they belong: %s, %s%s",
        folder->schema_count, folder->path, folder->schemas[0], folder->schemas[1],
        folder->schema_count > 2 ? " and others" : "");
    return error_hint(err,
        "List them in progress_db.dump_files: the full one first, then its deltas "
        "from the oldest to the newest.");
}

static bool
check_schema(struct dump_source *source, const char *path, struct error *err)
{
    if (source->schema.has_end)
        return true;
    if (source->settings->dump_incomplete == DUMP_INCOMPLETE_ACCEPT) {
        source->half_schema = path;
        return true;
    }
    (void)error_set(err, ERROR_SOURCE,
        "%s does not end with a line with a full stop: it may be half a schema", path);
    return error_hint(err, "Dump the definitions again, or set progress_db.dump_incomplete to "
                           "accept.");
}

static bool
read_schema(struct dump_source *source, const char *path, struct error *err)
{
    struct buffer bytes;
    bool done;

    buffer_init(&bytes, SCHEMA_BYTES_MAX);
    done = dump_file_read_all(path, &bytes, err);
    if (!done)
        err->kind = ERROR_SOURCE;
    source->schema_digest = hash_row_add(
        source->schema_digest, hash_bytes_extended(buffer_text(&bytes), bytes.size, 0));
    done = done && df_read(&source->schema, path, buffer_text(&bytes), bytes.size,
                       source->settings->dump_code_page, err);
    buffer_release(&bytes);
    return done && check_schema(source, path, err);
}

static bool
read_schemas(struct dump_source *source, struct error *err)
{
    const struct source_settings *settings = source->settings;
    const struct dump_folder *folder = &source->folder;

    if (settings->dump_file_count == 0 && folder->schema_count != 1)
        return fail_choice(source, err);
    if (settings->dump_file_count == 0 && !read_schema(source, folder->schemas[0], err))
        return false;
    for (size_t i = 0; i < settings->dump_file_count; i++) {
        if (!read_schema(source, settings->dump_files[i], err))
            return false;
    }
    return true;
}

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
static const char *
database_name(const struct dump_source *source)
{
    const struct dump_folder *folder = &source->folder;

    if (source->settings->db_name != NULL)
        return source->settings->db_name;
    for (size_t i = 0; i < folder->data_count; i++) {
        if (folder->data[i].trailer.database[0] != '\0')
            return folder->data[i].trailer.database;
    }
    return last_name(folder->path);
}

static void
describe(struct dump_source *source)
{
    source->base.identity = (struct source_identity){ .product = "Progress dump",
        .version = "",
        .driver = "a folder of dumps",
        .host = source->settings->host != NULL ? source->settings->host : "",
        .port = source->settings->port,
        .db_name = database_name(source),
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

    source->base.driver = &dump_source_driver;
    source->settings = settings;
    arena_init(&source->arena);
    df_init(&source->schema, &source->arena);
    if (!dump_folder_read(&source->arena, settings->dump_dir, &source->folder, err) ||
        !read_schemas(source, err)) {
        close_source(&source->base);
        return false;
    }
    describe(source);
    dump_describe(source);
    *opened = &source->base;
    return true;
}

// --- the catalogue

static struct error *
keep_error(struct arena *arena, const struct error *err)
{
    return memcpy(arena_alloc(arena, sizeof *err), err, sizeof *err);
}

// The file as it is, and whatever decides how it is understood.
static const char *
version_of(const struct dump_source *source, const struct dump_data *data, struct arena *arena)
{
    const struct source_settings *settings = source->settings;
    uint64_t digest = source->schema_digest;

    if (settings->dump_code_page != NULL)
        digest = hash_row_add(digest,
            hash_bytes_extended(settings->dump_code_page, strlen(settings->dump_code_page), 0));
    for (size_t i = 0; i < settings->dump_field_count; i++)
        digest = hash_row_add(digest,
            hash_bytes_extended(settings->dump_fields[i], strlen(settings->dump_fields[i]), 0));
    return arena_printf(arena, "%s %s %" PRId64 " %" PRId64 ".%09ld %016" PRIx64,
        data->trailer.timestamp[0] != '\0' ? data->trailer.timestamp : "-", data->name,
        data->size_bytes, (int64_t)data->changed.tv_sec, data->changed.tv_nsec, digest);
}

// What became of the table's rows.
static void
look_for_data(struct dump_source *source, const struct df_table *schema, struct arena *arena,
    struct table *table)
{
    const struct dump_data *doubled;
    const struct dump_data *data =
        dump_folder_find(&source->folder, schema, &source->schema, &doubled);
    struct error err = { 0 };

    if (data != NULL) {
        table->row_estimate = data->trailer.records;
        table->entry.may_lack_rows = !data->trailer.has_end;
        if (data->trailer.has_end) // else it is looked at again, should half of it do no more
            table->entry.version = version_of(source, data, arena);
        return;
    }
    if (doubled == NULL) {
        table->entry.is_absent = true;
        if (table->entry.left_out == NULL)
            table->entry.left_out = "not dumped: no data file of it is there";
        return;
    }
    (void)error_set(&err, ERROR_TABLE,
        "more than one data file says that it is of table \"%s\", %s among them", schema->name,
        doubled->name);
    (void)error_hint(&err, "Leave the one in the folder that is to be mirrored.");
    table->entry.unread = keep_error(arena, &err);
}

static int
compare_tables(const void *a, const void *b)
{
    const struct table *const *left = a;
    const struct table *const *right = b;

    return strcmp((*left)->name, (*right)->name);
}

static void
note_absent(struct arena *arena, struct catalog *catalog)
{
    enum { NAMES_TOLD = 5 };
    const char *names = "";
    size_t count = 0;

    for (size_t i = 0; i < catalog->table_count; i++) {
        const struct table *table = catalog->tables[i];

        if (!table->entry.is_absent)
            continue;
        if (count++ < NAMES_TOLD)
            names = arena_printf(arena, "%s%s%s", names, count > 1 ? ", " : "", table->name);
    }
    if (count > 0)
        catalog_add_note(arena, catalog,
            arena_printf(arena,
                "%zu of %zu tables have no data file, what is mirrored of them stays "
                "as it is: %s%s",
                count, catalog->table_count, names, count > NAMES_TOLD ? " and others" : ""));
}

static void
note_leftovers(const struct dump_source *source, struct arena *arena, struct catalog *catalog)
{
    const struct df_schema *schema = &source->schema;

    for (size_t i = 0; i < source->folder.data_count; i++) {
        const struct dump_data *data = &source->folder.data[i];

        if (!data->is_used && data->name[0] != '_')
            catalog_add_note(arena, catalog,
                arena_printf(arena, "%s is a data file of no table of the schema", data->name));
    }
    if (source->half_schema != NULL)
        catalog_add_note(arena, catalog,
            arena_printf(arena, "%s does not end as a schema ends: it may be half of one",
                source->half_schema));
    if (schema->unknown_count > 0)
        catalog_add_note(arena, catalog,
            arena_printf(arena,
                "%zu options of the schema are not known and were passed over, the "
                "first one is %s (%s:%d)",
                schema->unknown_count, schema->unknown, schema->unknown_place.file,
                schema->unknown_place.line));
}

static bool
read_catalog(struct source *base, const struct table_filter *filter, struct arena *arena,
    struct catalog *catalog, struct error *err)
{
    struct dump_source *source = (struct dump_source *)base;
    size_t count = 0;

    for (const struct df_table *table = source->schema.tables; table != NULL; table = table->next)
        count++;
    if (count == 0)
        return error_set(err, ERROR_SOURCE, "the schema has no table");
    catalog->tables = arena_calloc(arena, count, sizeof *catalog->tables);
    catalog->table_count = 0;
    for (const struct df_table *schema = source->schema.tables; schema != NULL;
         schema = schema->next) {
        struct table *table = dump_catalog_table(arena, schema, source->settings->schema);

        look_for_data(source, schema, arena, table);
        catalog->tables[catalog->table_count++] = table;
    }
    qsort(catalog->tables, count, sizeof *catalog->tables, compare_tables);
    if (filter != NULL && filter->skip_ignored != NULL)
        filter->skip_ignored(filter->context, arena, catalog->tables, count);
    note_absent(arena, catalog);
    note_leftovers(source, arena, catalog);
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
    .read_catalog = read_catalog,
    .open_cursor = dump_open_cursor,
    .fetch = dump_fetch,
    .close_cursor = dump_close_cursor,
};
