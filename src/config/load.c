// Values are collected from the weakest origin to the strongest, each replacing what was there:
// default, config.json, settings.json, environment, flag. Only then are they given a meaning
// (settings.c).
#include "config/load.h"

#include "base/text.h"
#include "config/file.h"
#include "config/json.h"
#include "config/message.h"
#include "config/section.h"
#include "config/settings.h"
#include "config/value.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char main_name[] = "config.json";
static const char overlay_name[] = "settings.json";
static const char system_path[] = "/etc/oe2pg/config.json";

static const char *
base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

// The directory part; NULL for a bare name.
static const char *
directory_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        return NULL;
    return slash == path ? "/" : arena_strndup(arena, path, (size_t)(slash - path));
}

// Who may write the configuration decides what is read and where it goes.
static bool
check_mode(
    struct config *config, const char *path, const struct stat *attributes, struct error *err)
{
    if (file_is_open_to_writers(attributes)) {
        (void)error_set(err, ERROR_CONFIG, "%s: others than its owner may write to it (mode %04o)",
            path, (unsigned)attributes->st_mode & 07777);
        return error_hint(err, "Run: chmod 0600 \"%s\"", path);
    }
    if (file_is_open_to_readers(attributes))
        section_warn(
            config, arena_printf(&config->arena,
                        "%s: others than its owner may read it (mode %04o), and it is the place of "
                        "passwords; run: chmod 0600 \"%s\"",
                        path, (unsigned)attributes->st_mode & 07777, path));
    return true;
}

static bool
read_values(struct config *config, const char *path, const struct buffer *bytes,
    const struct stat *attributes, struct error *err)
{
    const struct json_value *root;
    const char *name = arena_strdup(&config->arena, path);
    // A pipe has no place of its own.
    const char *directory =
        S_ISREG(attributes->st_mode) ? directory_of(&config->arena, path) : NULL;

    if (!check_mode(config, name, attributes, err) ||
        !json_read(&config->arena, name, buffer_text(bytes), bytes->size, &root, err) ||
        !section_read(config, name, directory, root, err))
        return false;
    if (config->file == NULL) {
        config->file = name;
        config->directory = directory;
    } else {
        config->overlay = name;
    }
    return true;
}

static enum file_found
read_file(struct config *config, const char *path, struct error *err)
{
    struct buffer bytes;
    struct stat attributes;
    enum file_found found = file_read(path, &bytes, &attributes, err);

    if (found == FILE_READ && !read_values(config, path, &bytes, &attributes, err))
        found = FILE_FAILED;
    buffer_release(&bytes);
    return found;
}

static bool
read_overlay(struct config *config, struct error *err)
{
    const char *path;

    if (config->file == NULL || strcmp(base_name(config->file), main_name) != 0)
        return true;
    path = value_resolve_path(
        &config->arena, directory_of(&config->arena, config->file), overlay_name);
    return read_file(config, path, err) != FILE_FAILED;
}

// The rest of NAME=... when the entry is of that name.
static const char *
entry_value(const char *entry, const char *name)
{
    size_t size = strlen(name);

    return strncmp(entry, name, size) == 0 && entry[size] == '=' ? entry + size + 1 : NULL;
}

static const char *
find_environment(const char *name)
{
    for (char **entry = environ; *entry != NULL; entry++) {
        const char *value = entry_value(*entry, name);

        if (value != NULL)
            return value;
    }
    return NULL;
}

// --config or OE2PG_CONFIG; NULL when neither is given.
static const char *
find_named_file(const struct config_flag *flags, size_t flag_count, const char **where)
{
    const char *path = NULL;

    for (size_t i = 0; i < flag_count; i++) {
        if (flags[i].id == OPTION_CONFIG)
            path = flags[i].text;
    }
    *where = option_at(OPTION_CONFIG)->flag;
    if (path != NULL)
        return path;
    *where = option_at(OPTION_CONFIG)->environment;
    path = find_environment(*where);
    return path != NULL && path[0] != '\0' ? path : NULL;
}

// True when the environment alone says something about source, target or mirror.
static bool
has_environment(void)
{
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct option *option = option_at((enum option_id)id);

        if (option->section != NULL && option->environment != NULL &&
            find_environment(option->environment) != NULL)
            return true;
    }
    return false;
}

static bool
read_first_file(struct config *config, struct error *err)
{
    const char *const places[] = { main_name, overlay_name, system_path };

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        enum file_found found = read_file(config, places[i], err);

        if (found != FILE_MISSING)
            return found == FILE_READ;
    }
    if (has_environment())
        return true;
    (void)error_set(err, ERROR_CONFIG,
        "no configuration: neither %s nor %s is here, nor is there %s", main_name, overlay_name,
        system_path);
    return error_hint(err, "Name a file by --config or OE2PG_CONFIG.");
}

static bool
read_files(
    struct config *config, const struct config_flag *flags, size_t flag_count, struct error *err)
{
    const char *where;
    const char *named = find_named_file(flags, flag_count, &where);
    enum file_found found;

    if (named == NULL)
        return read_first_file(config, err) && read_overlay(config, err);
    found = read_file(config, named, err);
    if (found == FILE_MISSING)
        return error_set(
            err, ERROR_CONFIG, "%s: there is no such file (named by %s)", named, where);
    return found == FILE_READ && read_overlay(config, err);
}

// One that is like no option at all may be anybody's; one that is may be meant as that.
static void
warn_near_variable(struct config *config, const char *name, const char *quoted)
{
    const char *known[OPTION_COUNT];
    const char *nearest = text_nearest(name, known, option_environments(known));

    if (nearest != NULL)
        section_warn(
            config, arena_printf(&config->arena,
                        "environment variable %s is no option and is ignored: did you mean "
                        "%s?",
                        quoted, nearest));
}

// A misspelt variable would be a setting that silently does not hold.
static bool
check_environment_name(struct config *config, const char *entry, struct error *err)
{
    static const char *const prefixes[] = { "OE2PG_PROGRESS_DB_", "OE2PG_POSTGRES_DB_",
        "OE2PG_MIRROR_SETTINGS_" };
    const char *known[OPTION_COUNT];
    char name[MESSAGE_QUOTED_SIZE];
    char quoted[MESSAGE_QUOTED_SIZE];
    bool is_ours = false;

    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        is_ours = is_ours || strncmp(entry, prefixes[i], strlen(prefixes[i])) == 0;
    (void)text_print(name, sizeof name, "%.*s", (int)strcspn(entry, "="), entry);
    message_quote(name, quoted);
    if (!is_ours) {
        warn_near_variable(config, name, quoted);
        return true;
    }
    (void)error_set(err, ERROR_CONFIG, "environment variable %s is no option", quoted);
    return message_near(err, "variables", name, known, option_environments(known));
}

static bool
read_environment(struct config *config, struct error *err)
{
    for (char **entry = environ; *entry != NULL; entry++) {
        size_t name_size = strcspn(*entry, "=");
        enum option_id id;

        if (strncmp(*entry, "OE2PG_", 6) != 0 || (*entry)[name_size] == '\0')
            continue;
        id = option_find_environment(arena_strndup(&config->arena, *entry, name_size));
        if (id == OPTION_COUNT) {
            if (!check_environment_name(config, *entry, err))
                return false;
            continue;
        }
        if (!value_from_environment(
                &config->arena, option_at(id), *entry + name_size + 1, &config->values[id], err))
            return false;
    }
    return true;
}

static bool
read_flags(
    struct config *config, const struct config_flag *flags, size_t flag_count, struct error *err)
{
    for (size_t i = 0; i < flag_count; i++) {
        if (!value_from_flag(&config->arena, option_at(flags[i].id), flags[i].text,
                &config->values[flags[i].id], err))
            return false;
    }
    return true;
}

static void
set_defaults(struct config *config)
{
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct option *option = option_at((enum option_id)id);

        if (config->values[id].origin == CONFIG_UNSET && option->section != option_table_section)
            value_from_default(&config->arena, option, config->directory, &config->values[id]);
    }
}

bool
config_load(
    struct config *config, const struct config_flag *flags, size_t flag_count, struct error *err)
{
    memset(config, 0, sizeof *config);
    arena_init(&config->arena);
    if (!read_files(config, flags, flag_count, err) || !read_environment(config, err) ||
        !read_flags(config, flags, flag_count, err))
        return false;
    set_defaults(config);
    return settings_fill(config, find_environment("PGPASSWORD"), err);
}

static bool
fail_source(const struct config *config, const char *what, struct error *err)
{
    return error_set(
        err, ERROR_CONFIG, "%s: %s", config->file != NULL ? config->file : "environment", what);
}

static bool
check_jdbc(const struct config *config, struct error *err)
{
    const struct source_settings *source = &config->settings.source;

    if (source->jar_file_count == 0) {
        (void)fail_source(config, "progress_db.jar_file is not given", err);
        return error_hint(err, "Name the jar of the JDBC driver, or the list of its jars.");
    }
    if (source->jdbc_url != NULL ||
        (source->host != NULL && source->port > 0 && source->db_name != NULL))
        return true;
    (void)fail_source(
        config, "neither progress_db.jdbc_url nor all of host, port and db_name are given", err);
    return error_hint(err, "For OpenEdge give host, port and db_name, for any other JDBC driver "
                           "jdbc_url.");
}

bool
config_check_source(const struct config *config, struct error *err)
{
    const struct source_settings *source = &config->settings.source;

    if (source->interface == SOURCE_INTERFACE_JDBC)
        return check_jdbc(config, err);
    if (source->interface == SOURCE_INTERFACE_DUMP)
        return source->dump_dir != NULL ||
               fail_source(config, "progress_db.dump_dir is not given", err);
    if (source->odbc_connection != NULL || source->odbc_driver != NULL)
        return true;
    (void)fail_source(config,
        "no source is named: neither progress_db.jar_file nor odbc_driver nor odbc_connection is "
        "given",
        err);
    return error_hint(err,
        "By JDBC give jar_file, the driver's jar; by ODBC odbc_driver, its name as "
        "odbcinst -q -d lists it, or odbc_connection, a whole connection string.");
}
