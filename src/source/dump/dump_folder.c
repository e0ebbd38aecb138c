#include "source/dump/dump.h"
#include "source/dump/dump_kind.h"

#include "base/mem.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 100000, NOTES_MAX = 100 };

// A folder while it is listed: lists that grow, on the heap.
struct listing {
    struct arena *arena;
    struct dump_folder *folder;
    struct dump_place *archives;
    size_t archive_count;
    bool surveys; // archives are looked into, and data files are read as far as is needed
};

// Makes room for one more in a list whose capacity follows from its count: the next power of two.
static void *
grow(void *list, size_t count, size_t size)
{
    bool is_full = count == 0 || (count & (count - 1)) == 0;

    return is_full ? mem_realloc(list, count > 0 ? 2 * count : 1, size) : list;
}

static void
add_note(struct listing *listing, const char *name, const char *reason)
{
    struct dump_folder *folder = listing->folder;

    if (folder->note_count == NOTES_MAX)
        return;
    folder->notes = grow(folder->notes, folder->note_count, sizeof *folder->notes);
    folder->notes[folder->note_count++] = arena_printf(listing->arena, "%s %s", name, reason);
}

static struct dump_data *
add_data(struct listing *listing, const struct dump_place *place, const char *stem)
{
    struct dump_folder *folder = listing->folder;
    struct dump_data *data;

    folder->data = grow(folder->data, folder->data_count, sizeof *folder->data);
    data = &folder->data[folder->data_count++];
    *data = (struct dump_data){ .place = *place, .stem = stem, .survey.trailer.records = -1 };
    return data;
}

static void
add_schema(struct listing *listing, const struct dump_place *place)
{
    struct dump_folder *folder = listing->folder;

    folder->schemas = grow(folder->schemas, folder->schema_count, sizeof *folder->schemas);
    folder->schemas[folder->schema_count++] = *place;
}

// --- the files

static void
add_file(struct listing *listing, const char *name)
{
    struct arena *arena = listing->arena;
    const struct dump_kind kind = dump_kind(name);
    struct dump_place place = { .packing = kind.packing };

    if (kind.of == DUMP_NOTHING)
        return;
    place.name = arena_strdup(arena, name);
    place.path = arena_printf(arena, "%s/%s", listing->folder->path, name);
    switch (kind.of) {
    case DUMP_SCHEMA:
        add_schema(listing, &place);
        break;
    case DUMP_DATA:
        (void)add_data(listing, &place, arena_strndup(arena, name, kind.stem_size));
        break;
    case DUMP_ARCHIVE:
        listing->archives =
            grow(listing->archives, listing->archive_count, sizeof *listing->archives);
        listing->archives[listing->archive_count++] = place;
        break;
    default:
        add_note(listing, name, kind.reason);
    }
}

static bool
list_files(struct listing *listing, struct error *err)
{
    struct dump_folder *folder = listing->folder;
    DIR *directory = opendir(folder->path);
    const struct dirent *entry;
    char reason[256];

    if (directory == NULL) {
        (void)error_set(err, ERROR_SOURCE, "could not open the folder of dumps %s: %s",
            folder->path, strerror_r(errno, reason, sizeof reason));
        return error_hint(err, "Correct progress_db.dump_dir, or let oe2pg's user read there.");
    }
    while ((entry = readdir(directory)) != NULL && // NOLINT(concurrency-mt-unsafe): our directory
           folder->schema_count + folder->data_count + listing->archive_count < FILES_MAX)
        add_file(listing, entry->d_name);
    (void)closedir(directory);
    return true;
}

// --- what is in archives

static bool
add_member(struct listing *listing, const struct dump_place *archive, int64_t number,
    const struct dump_member *member, struct dump_unpack *unpack, struct error *err)
{
    struct arena *arena = listing->arena;
    const char *slash = strrchr(member->path, '/');
    const char *base = slash != NULL ? slash + 1 : member->path;
    const struct dump_kind kind = dump_kind(base);
    struct dump_place place = { archive->path,
        arena_printf(arena, "%s/%s", archive->name, member->path), archive->packing, number };
    struct dump_data *data;

    if (kind.of == DUMP_NOTHING)
        return true;
    if (member->refusal != NULL)
        add_note(listing, place.name, arena_printf(arena, "is not read: %s", member->refusal));
    else if (kind.of == DUMP_REFUSED)
        add_note(listing, place.name, kind.reason);
    else if (kind.of == DUMP_ARCHIVE || kind.packing != DUMP_PLAIN)
        add_note(listing, place.name, "is not read: it is packed inside of an archive");
    else if (kind.of == DUMP_SCHEMA)
        add_schema(listing, &place);
    else {
        data = add_data(listing, &place, arena_strndup(arena, base, kind.stem_size));
        return dump_stream_survey(unpack, &data->survey, err);
    }
    return true;
}

static bool
list_members(struct listing *listing, const struct dump_place *archive, int fd, struct error *err)
{
    struct dump_folder *folder = listing->folder;
    struct dump_member member = { .path = "" };
    struct dump_unpack *unpack;
    int64_t number = 0;
    bool done = dump_unpack_open(fd, archive->name, archive->packing, true, NULL, &unpack, err);

    while (done && folder->schema_count + folder->data_count < FILES_MAX) {
        done = dump_unpack_next(unpack, &member, err);
        if (!done || member.path == NULL)
            break;
        done = add_member(listing, archive, ++number, &member, unpack, err);
    }
    dump_unpack_close(unpack);
    return done;
}

static const struct error *
keep_error(struct arena *arena, const struct error *err)
{
    return memcpy(arena_alloc(arena, sizeof *err), err, sizeof *err);
}

// What is wrong with one that cannot be read to its end may be wrong with all that was in it.
static void
list_archive(struct listing *listing, const struct dump_place *archive)
{
    struct dump_folder *folder = listing->folder;
    size_t first_data = folder->data_count;
    size_t first_schema = folder->schema_count;
    struct dump_file file;
    struct error err = { 0 };
    bool done = dump_file_open(
        &(struct dump_place){ .path = archive->path, .name = archive->name }, NULL, &file, &err);

    done =
        done && list_members(listing, archive, file.fd, &err) && dump_file_check_still(&file, &err);
    for (size_t i = first_data; i < folder->data_count; i++) {
        folder->data[i].survey.found = file.found;
        if (!done)
            folder->data[i].unread = keep_error(listing->arena, &err);
    }
    if (!done) {
        folder->broken = keep_error(listing->arena, &err);
        folder->schema_count = first_schema;
    }
    dump_file_close(&file);
}

// --- all of it

static void
survey(struct arena *arena, struct dump_data *data)
{
    struct dump_file file;
    struct error err = { 0 };
    bool done = dump_file_open(&data->place, NULL, &file, &err) &&
                dump_file_survey(&file, &data->survey, &err);

    if (!done) {
        data->survey.trailer = (struct dump_trailer){ .records = -1 };
        data->unread = keep_error(arena, &err);
    }
    dump_file_close(&file);
}

static int
compare_places(const void *a, const void *b)
{
    return strcmp(((const struct dump_place *)a)->name, ((const struct dump_place *)b)->name);
}

static int
compare_data(const void *a, const void *b)
{
    return compare_places(
        &((const struct dump_data *)a)->place, &((const struct dump_data *)b)->place);
}

// Moves a list into the arena.
static void *
settle(struct arena *arena, void *list, size_t count, size_t size)
{
    void *settled = arena_calloc(arena, count, size);

    if (count > 0)
        memcpy(settled, list, count * size);
    free(list);
    return settled;
}

static bool
read_folder(struct listing *listing, const char *path, struct error *err)
{
    struct dump_folder *folder = listing->folder;
    struct arena *arena = listing->arena;
    bool done;

    *folder = (struct dump_folder){ .path = arena_strdup(arena, path) };
    done = list_files(listing, err);
    if (listing->archive_count > 1)
        qsort(listing->archives, listing->archive_count, sizeof *listing->archives, compare_places);
    for (size_t i = 0; listing->surveys && i < folder->data_count; i++)
        survey(arena, &folder->data[i]);
    for (size_t i = 0; listing->surveys && i < listing->archive_count; i++)
        list_archive(listing, &listing->archives[i]);
    free(listing->archives);
    folder->schemas = settle(arena, folder->schemas, folder->schema_count, sizeof *folder->schemas);
    folder->data = settle(arena, folder->data, folder->data_count, sizeof *folder->data);
    folder->notes = settle(arena, folder->notes, folder->note_count, sizeof *folder->notes);
    if (folder->schema_count > 1)
        qsort(folder->schemas, folder->schema_count, sizeof *folder->schemas, compare_places);
    if (folder->data_count > 1)
        qsort(folder->data, folder->data_count, sizeof *folder->data, compare_data);
    return done;
}

bool
dump_folder_list(
    struct arena *arena, const char *path, struct dump_folder *folder, struct error *err)
{
    struct listing listing = { .arena = arena, .folder = folder };

    return read_folder(&listing, path, err);
}

bool
dump_folder_read(
    struct arena *arena, const char *path, struct dump_folder *folder, struct error *err)
{
    struct listing listing = { .arena = arena, .folder = folder, .surveys = true };

    return read_folder(&listing, path, err);
}

// --- one file by its path

// Where the path of an archive ends within a path; 0: no archive is in it.
static size_t
find_archive(const char *path)
{
    const char *begin = path;

    for (const char *slash; (slash = strchr(begin, '/')) != NULL; begin = slash + 1) {
        char name[256];

        (void)text_print(name, sizeof name, "%.*s", (int)(slash - begin), begin);
        if (dump_kind(name).of == DUMP_ARCHIVE)
            return (size_t)(slash - path);
    }
    return 0;
}

static bool
find_member(const struct dump_place *archive, const char *wanted, struct dump_place *place,
    struct error *err)
{
    struct dump_file file;
    struct dump_member member = { .path = "" };
    struct dump_unpack *unpack = NULL;
    bool is_found = false;
    int64_t number = 0;
    bool done = dump_file_open(
        &(struct dump_place){ .path = archive->path, .name = archive->name }, NULL, &file, err);

    done = done &&
           dump_unpack_open(file.fd, archive->name, archive->packing, true, NULL, &unpack, err);
    while (done && !is_found && member.path != NULL) {
        done = dump_unpack_next(unpack, &member, err);
        number++;
        is_found = done && member.path != NULL && member.refusal == NULL &&
                   strcmp(member.path, wanted) == 0;
    }
    dump_unpack_close(unpack);
    dump_file_close(&file);
    place->member = number;
    return done && (is_found || error_set(err, ERROR_TABLE, "there is no %s in the archive %s",
                                    wanted, archive->path));
}

bool
dump_folder_resolve(
    struct arena *arena, const char *path, struct dump_place *place, struct error *err)
{
    const char *slash = strrchr(path, '/');
    size_t size = find_archive(path);
    struct dump_place archive;

    *place = (struct dump_place){ .path = arena_strdup(arena, path),
        .name = arena_strdup(arena, slash != NULL ? slash + 1 : path),
        .packing = dump_kind(slash != NULL ? slash + 1 : path).packing };
    if (size == 0)
        return true;
    archive = (struct dump_place){ .path = arena_strndup(arena, path, size) };
    slash = strrchr(archive.path, '/');
    archive.name = slash != NULL ? slash + 1 : archive.path;
    archive.packing = dump_kind(archive.name).packing;
    place->path = archive.path;
    place->name = arena_strdup(arena, path);
    place->packing = archive.packing;
    return find_member(&archive, path + size + 1, place, err);
}

// --- whose it is

static bool
is_named(const struct dump_data *data, const char *name)
{
    return name != NULL && strcasecmp(data->stem, name) == 0;
}

// Its trailer says that it is some table's.
static bool
is_claimed(const struct dump_data *data, const struct df_schema *schema)
{
    for (const struct df_table *table = schema->tables; table != NULL; table = table->next) {
        if (text_equal_nocase(data->survey.trailer.filename, table->name))
            return true;
    }
    return false;
}

struct choice {
    struct dump_data *first;
    struct dump_data *second;
};

static void
choose(struct choice *choice, struct dump_data *data)
{
    data->is_used = true;
    if (choice->first == NULL)
        choice->first = data;
    else if (choice->second == NULL)
        choice->second = data;
}

struct dump_data *
dump_folder_find(const struct dump_folder *folder, const struct df_table *table,
    const struct df_schema *schema, const struct dump_data *doubled[2])
{
    struct choice choice = { 0 };
    const char *const names[] = { table->dump_name, table->name };

    for (size_t i = 0; i < folder->data_count; i++) {
        if (text_equal_nocase(folder->data[i].survey.trailer.filename, table->name))
            choose(&choice, &folder->data[i]);
    }
    for (size_t n = 0; n < sizeof names / sizeof names[0] && choice.first == NULL; n++) {
        for (size_t i = 0; i < folder->data_count; i++) {
            if (is_named(&folder->data[i], names[n]) && !is_claimed(&folder->data[i], schema))
                choose(&choice, &folder->data[i]);
        }
    }
    doubled[0] = choice.second != NULL ? choice.first : NULL;
    doubled[1] = choice.second;
    return choice.second == NULL ? choice.first : NULL;
}
