#include "source/dump/dump.h"
#include "source/dump/dump_file.h"

#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 100000 };

struct names {
    const char **list;
    size_t count;
    size_t capacity;
};

static void
add_name(struct arena *arena, struct names *names, const char *name)
{
    if (names->count == names->capacity) {
        size_t capacity = names->capacity > 0 ? 2 * names->capacity : 64;
        const char **list = arena_calloc(arena, capacity, sizeof *list);

        if (names->count > 0)
            memcpy(list, names->list, names->count * sizeof *list);
        names->list = list;
        names->capacity = capacity;
    }
    names->list[names->count++] = arena_strdup(arena, name);
}

static int
compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool
list(struct arena *arena, const char *path, struct names *schemas, struct names *data,
    struct error *err)
{
    DIR *directory = opendir(path);
    const struct dirent *entry;
    char reason[256];

    if (directory == NULL) {
        (void)error_set(err, ERROR_SOURCE, "could not open the folder of dumps %s: %s", path,
            strerror_r(errno, reason, sizeof reason));
        return error_hint(err, "Correct progress_db.dump_dir, or let oe2pg's user read there.");
    }
    while ((entry = readdir(directory)) != NULL && // NOLINT(concurrency-mt-unsafe): our directory
           schemas->count + data->count < FILES_MAX) {
        if (entry->d_name[0] == '.')
            continue;
        if (text_match("*.df", entry->d_name))
            add_name(arena, schemas, entry->d_name);
        else if (text_match("*.d", entry->d_name))
            add_name(arena, data, entry->d_name);
    }
    (void)closedir(directory);
    if (schemas->count > 1)
        qsort(schemas->list, schemas->count, sizeof *schemas->list, compare_names);
    if (data->count > 1)
        qsort(data->list, data->count, sizeof *data->list, compare_names);
    return true;
}

static void
read_trailer(struct arena *arena, struct dump_data *data)
{
    struct dump_file file;
    struct error err = { 0 };

    if (dump_file_open(data->path, &file, &err)) {
        bool done = dump_file_read_trailer(&file, &data->trailer, &err);

        data->size_bytes = file.found.st_size;
        data->changed = file.found.st_mtim;
        dump_file_close(&file);
        if (done)
            return;
    }
    data->trailer = (struct dump_trailer){ .records = -1 };
    data->unread = memcpy(arena_alloc(arena, sizeof err), &err, sizeof err);
}

bool
dump_folder_read(
    struct arena *arena, const char *path, struct dump_folder *folder, struct error *err)
{
    struct names schemas = { 0 };
    struct names data = { 0 };

    if (!list(arena, path, &schemas, &data, err))
        return false;
    *folder = (struct dump_folder){ .path = path,
        .schemas = schemas.list,
        .schema_count = schemas.count,
        .data = arena_calloc(arena, data.count, sizeof *folder->data),
        .data_count = data.count };
    for (size_t i = 0; i < schemas.count; i++)
        folder->schemas[i] = arena_printf(arena, "%s/%s", path, schemas.list[i]);
    for (size_t i = 0; i < data.count; i++) {
        folder->data[i].name = data.list[i];
        folder->data[i].path = arena_printf(arena, "%s/%s", path, data.list[i]);
        read_trailer(arena, &folder->data[i]);
    }
    return true;
}

// Without its ending.
static bool
is_named(const struct dump_data *data, const char *name)
{
    size_t size = strlen(data->name) - strlen(".d");

    return name != NULL && strlen(name) == size && strncasecmp(data->name, name, size) == 0;
}

// Its trailer says that it is some table's.
static bool
is_claimed(const struct dump_data *data, const struct df_schema *schema)
{
    for (const struct df_table *table = schema->tables; table != NULL; table = table->next) {
        if (text_equal_nocase(data->trailer.filename, table->name))
            return true;
    }
    return false;
}

struct dump_data *
dump_folder_find(const struct dump_folder *folder, const struct df_table *table,
    const struct df_schema *schema, const struct dump_data **doubled)
{
    struct dump_data *found = NULL;
    const char *const names[] = { table->dump_name, table->name };

    *doubled = NULL;
    for (size_t i = 0; i < folder->data_count; i++) {
        struct dump_data *data = &folder->data[i];

        if (!text_equal_nocase(data->trailer.filename, table->name))
            continue;
        data->is_used = true;
        if (found != NULL)
            *doubled = data;
        else
            found = data;
    }
    for (size_t n = 0; n < sizeof names / sizeof names[0] && found == NULL; n++) {
        for (size_t i = 0; i < folder->data_count && found == NULL; i++) {
            if (is_named(&folder->data[i], names[n]) && !is_claimed(&folder->data[i], schema))
                found = &folder->data[i];
        }
    }
    if (found != NULL)
        found->is_used = true;
    return *doubled == NULL ? found : NULL;
}
