// What a folder holds, as a catalogue: its schemas, and the data file of each table.
#include "source/dump/dump.h"

#include "base/hash.h"
#include "base/text.h"
#include "source/catalog/catalog_read.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SCHEMA_BYTES_MAX = 256 * 1024 * 1024 };

// While it is read. What lasts is in the catalogue's arena: workers read tables after the source is
// closed that the catalogue was read from.
struct contents {
    const struct source_settings *settings;
    struct arena *arena;
    struct dump_folder folder;
    struct df_schema *schema;
    uint64_t schema_digest;  // of the bytes of all schema files
    const char *half_schema; // one that was accepted although it has no end; NULL: none
};

// --- the schema

static bool
fail_choice(const struct contents *contents, struct error *err)
{
    const struct dump_folder *folder = &contents->folder;

    if (folder->schema_count == 0 && folder->broken != NULL) {
        *err = *folder->broken;
        err->kind = ERROR_SOURCE;
        return false;
    }
    if (folder->schema_count == 0) {
        (void)error_set(err, ERROR_SOURCE, "there is no schema (.df) in %s", folder->path);
        return error_hint(err, "Dump the definitions of the database too, or name the file: "
                               "progress_db.dump_files.");
    }
    (void)error_set(err, ERROR_SOURCE,
        "there are %zu schemas (.df) in %s, and nothing says in which "
        "order they belong: %s, %s%s",
        folder->schema_count, folder->path, folder->schemas[0].name, folder->schemas[1].name,
        folder->schema_count > 2 ? " and others" : "");
    return error_hint(err,
        "List them in progress_db.dump_files: the full one first, then its deltas "
        "from the oldest to the newest.");
}

static bool
check_schema(struct contents *contents, const char *path, struct error *err)
{
    if (contents->schema->has_end)
        return true;
    if (contents->settings->dump_incomplete == DUMP_INCOMPLETE_ACCEPT) {
        contents->half_schema = path;
        return true;
    }
    (void)error_set(err, ERROR_SOURCE,
        "%s does not end with a line with a full stop: it may be half a schema", path);
    return error_hint(err, "Dump the definitions again, or set progress_db.dump_incomplete to "
                           "accept.");
}

static bool
read_schema(struct contents *contents, const struct dump_place *place, struct error *err)
{
    struct buffer bytes;
    bool done;

    buffer_init(&bytes, SCHEMA_BYTES_MAX);
    done = dump_file_read_all(place, &bytes, err);
    if (!done)
        err->kind = ERROR_SOURCE;
    contents->schema_digest = hash_row_add(
        contents->schema_digest, hash_bytes_extended(buffer_text(&bytes), bytes.size, 0));
    done = done && df_read(contents->schema, place->member > 0 ? place->name : place->path,
                       buffer_text(&bytes), bytes.size, contents->settings->dump_code_page, err);
    buffer_release(&bytes);
    return done && check_schema(contents, place->name, err);
}

static bool
read_schemas(struct contents *contents, struct error *err)
{
    const struct source_settings *settings = contents->settings;
    const struct dump_folder *folder = &contents->folder;
    struct dump_place place;

    df_init(contents->schema, contents->arena);
    if (settings->dump_file_count == 0)
        return folder->schema_count == 1 ? read_schema(contents, &folder->schemas[0], err)
                                         : fail_choice(contents, err);
    for (size_t i = 0; i < settings->dump_file_count; i++) {
        if (!dump_folder_resolve(contents->arena, settings->dump_files[i], &place, err)) {
            err->kind = ERROR_SOURCE;
            return false;
        }
        if (!read_schema(contents, &place, err))
            return false;
    }
    return true;
}

// --- the catalogue

static const struct error *
keep_error(struct arena *arena, const struct error *err)
{
    return memcpy(arena_alloc(arena, sizeof *err), err, sizeof *err);
}

// The file as it is, and whatever decides how it is understood.
static const char *
version_of(const struct contents *contents, const struct dump_data *data)
{
    const struct source_settings *settings = contents->settings;
    const struct dump_survey *survey = &data->survey;
    bool is_digested = data->place.packing != DUMP_PLAIN || data->place.member > 0;
    uint64_t digest = contents->schema_digest;

    if (settings->dump_code_page != NULL)
        digest = hash_row_add(digest,
            hash_bytes_extended(settings->dump_code_page, strlen(settings->dump_code_page), 0));
    for (size_t i = 0; i < settings->dump_field_count; i++)
        digest = hash_row_add(digest,
            hash_bytes_extended(settings->dump_fields[i], strlen(settings->dump_fields[i]), 0));
    if (is_digested)
        return arena_printf(contents->arena, "%s %s %" PRId64 " %016" PRIx64 " %016" PRIx64,
            survey->trailer.timestamp[0] != '\0' ? survey->trailer.timestamp : "-",
            data->place.name, survey->size_bytes, survey->digest, digest);
    return arena_printf(contents->arena, "%s %s %" PRId64 " %" PRId64 ".%09ld %016" PRIx64,
        survey->trailer.timestamp[0] != '\0' ? survey->trailer.timestamp : "-", data->place.name,
        survey->size_bytes, (int64_t)survey->found.st_mtim.tv_sec, survey->found.st_mtim.tv_nsec,
        digest);
}

static void
fail_table(struct contents *contents, struct table *table, const struct error *err)
{
    table->entry.unread = keep_error(contents->arena, err);
}

static void
take_data(const struct contents *contents, const struct dump_data *data, struct table *table)
{
    const struct dump_trailer *trailer = &data->survey.trailer;

    table->row_estimate = trailer->records;
    table->entry.may_lack_rows = data->unread == NULL && !trailer->has_end;
    if (trailer->has_end) // else it is looked at again, should half of it do no more
        table->entry.version = version_of(contents, data);
}

// What became of the table's rows.
static void
look_for_data(struct contents *contents, const struct df_table *schema, struct table *table)
{
    const struct dump_data *doubled[2];
    const struct dump_data *data =
        dump_folder_find(&contents->folder, schema, contents->schema, doubled);
    struct dump_rows *rows = arena_calloc(contents->arena, 1, sizeof *rows);
    struct error err = { 0 };

    *rows = (struct dump_rows){ contents->schema, schema, data };
    table->entry.place = rows;
    if (data != NULL) {
        take_data(contents, data, table);
    } else if (doubled[0] != NULL) {
        (void)error_set(&err, ERROR_TABLE,
            "two data files say that they are of table \"%s\": %s, %s", schema->name,
            doubled[0]->place.name, doubled[1]->place.name);
        (void)error_hint(&err, "Leave the one in the folder that is to be mirrored.");
        fail_table(contents, table, &err);
    } else if (contents->folder.broken != NULL) {
        fail_table(contents, table, contents->folder.broken);
    } else {
        table->entry.is_absent = true;
        if (table->entry.left_out == NULL)
            table->entry.left_out = "not dumped: no data file of it is there";
    }
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
note_leftovers(const struct contents *contents, struct catalog *catalog)
{
    const struct dump_folder *folder = &contents->folder;
    const struct df_schema *schema = contents->schema;
    struct arena *arena = contents->arena;

    for (size_t i = 0; i < folder->data_count; i++) {
        const struct dump_data *data = &folder->data[i];

        if (!data->is_used && data->stem[0] != '_')
            catalog_add_note(arena, catalog,
                arena_printf(
                    arena, "%s is a data file of no table of the schema", data->place.name));
    }
    for (size_t i = 0; i < folder->note_count; i++)
        catalog_add_note(arena, catalog, folder->notes[i]);
    if (folder->broken != NULL)
        catalog_add_note(arena, catalog, folder->broken->message);
    if (contents->half_schema != NULL)
        catalog_add_note(arena, catalog,
            arena_printf(arena, "%s does not end as a schema ends: it may be half of one",
                contents->half_schema));
    if (schema->unknown_count > 0)
        catalog_add_note(arena, catalog,
            arena_printf(arena,
                "%zu options of the schema are not known and were passed over, the "
                "first one is %s (%s:%d)",
                schema->unknown_count, schema->unknown, schema->unknown_place.file,
                schema->unknown_place.line));
}

static bool
make_tables(struct contents *contents, struct catalog *catalog, struct error *err)
{
    size_t count = 0;

    for (const struct df_table *table = contents->schema->tables; table != NULL;
         table = table->next)
        count++;
    if (count == 0) {
        (void)error_set(err, ERROR_SOURCE, "the schema has no table");
        return error_hint(err, "Dump the definitions of the tables, not those of sequences alone.");
    }
    catalog->tables = arena_calloc(contents->arena, count, sizeof *catalog->tables);
    catalog->table_count = 0;
    for (const struct df_table *schema = contents->schema->tables; schema != NULL;
         schema = schema->next) {
        struct table *table =
            dump_catalog_table(contents->arena, schema, contents->settings->schema);

        look_for_data(contents, schema, table);
        catalog->tables[catalog->table_count++] = table;
    }
    qsort(catalog->tables, count, sizeof *catalog->tables, compare_tables);
    return true;
}

static const char *
print_number(struct arena *arena, int64_t number)
{
    return number == DF_UNKNOWN ? NULL : arena_printf(arena, "%" PRId64, number);
}

// A schema tells where a sequence begins, and not where it is.
static void
list_sequences(const struct contents *contents, struct source_extras *extras)
{
    struct source_sequence *sequences;
    size_t count = 0;

    for (const struct df_sequence *df = contents->schema->sequences; df != NULL; df = df->next)
        count++;
    sequences = arena_calloc(contents->arena, count, sizeof *sequences);
    for (const struct df_sequence *df = contents->schema->sequences; df != NULL; df = df->next)
        sequences[extras->sequence_count++] = (struct source_sequence){
            .schema = contents->settings->schema,
            .name = df->name,
            .increment = print_number(contents->arena, df->increment),
            .least = print_number(contents->arena, df->min),
            .greatest = print_number(contents->arena, df->max),
            .is_cycling = df->is_cycling ? "true" : "false",
        };
    extras->sequences = sequences;
    extras->are_sequences_read = true;
}

bool
dump_read_catalog(struct source *base, const struct table_filter *filter, struct arena *arena,
    struct catalog *catalog, struct error *err)
{
    struct dump_source *source = (struct dump_source *)base;
    struct contents contents = { .settings = source->settings,
        .arena = arena,
        .schema = arena_calloc(arena, 1, sizeof *contents.schema) };

    if (!dump_folder_read(arena, source->settings->dump_dir, &contents.folder, err) ||
        !read_schemas(&contents, err) || !make_tables(&contents, catalog, err))
        return false;
    dump_describe(source, &contents.folder, contents.schema);
    list_sequences(&contents, &catalog->extras);
    if (filter != NULL && filter->skip_ignored != NULL)
        filter->skip_ignored(filter->context, arena, catalog->tables, catalog->table_count);
    note_absent(arena, catalog);
    note_leftovers(&contents, catalog);
    return true;
}
