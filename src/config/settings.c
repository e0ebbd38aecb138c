#include "config/settings.h"

#include "base/text.h"
#include "config/file.h"
#include "config/fingerprint.h"
#include "config/ignore_file.h"
#include "config/message.h"
#include "config/secret.h"
#include "model/name_map.h"

#include <stdio.h>
#include <string.h>

// NULL when not given; an empty text is not given either.
static const char *
text_of(const struct config *config, enum option_id id)
{
    const char *text = config->values[id].text;

    return text != NULL && text[0] != '\0' ? text : NULL;
}

static int
integer_of(const struct config *config, enum option_id id)
{
    return (int)config->values[id].integer; // every range of the table fits an int
}

// A value that follows from others, shown as a default.
static void
put_derived(struct config *config, enum option_id id, const char *text, int64_t integer)
{
    struct config_value *value = &config->values[id];

    *value = (struct config_value){
        .origin = CONFIG_DEFAULT, .given = text, .text = text, .shown = text, .integer = integer
    };
}

typedef bool secret_scanner(struct arena *arena, const char *text, struct secret_list *secrets,
    const char **shown, struct error *err);

static bool
scan_value(struct config *config, enum option_id id, secret_scanner *scan,
    struct secret_list *secrets, struct error *err)
{
    struct config_value *value = &config->values[id];
    const struct option *option = option_at(id);
    char where[256];

    if (value->text == NULL || scan(&config->arena, value->text, secrets, &value->shown, err))
        return true;
    config_describe_origin(value, where, sizeof where);
    return error_within(err, "%s: %s.%s", where, option->section, option->key);
}

// The password as it stands in a connection string that was built from it.
static const char *
double_braces(struct arena *arena, const char *text)
{
    char *doubled = arena_alloc(arena, 2 * strlen(text) + 1);
    char *end = doubled;

    for (; *text != '\0'; text++) {
        *end++ = *text;
        if (*text == '}')
            *end++ = '}';
    }
    return doubled;
}

// What is secret in the settings of JDBC, which no scan refuses.
static void
scan_jdbc(struct config *config, struct secret_list *secrets)
{
    struct config_value *url = &config->values[OPTION_SOURCE_JDBC_URL];
    struct config_value *properties = &config->values[OPTION_SOURCE_JDBC_PROPERTIES];
    struct config_value *jvm = &config->values[OPTION_SOURCE_JVM_OPTIONS];

    if (url->text != NULL)
        secret_scan_jdbc(&config->arena, url->text, secrets, &url->shown);
    if (properties->list != NULL)
        secret_scan_properties(
            &config->arena, properties->list, properties->list_count, secrets, &properties->shown);
    if (jvm->list != NULL) // -Djavax.net.ssl.trustStorePassword=...
        secret_scan_properties(&config->arena, jvm->list, jvm->list_count, secrets, &jvm->shown);
}

static bool
fill_source_secrets(struct config *config, struct error *err)
{
    struct source_settings *source = &config->settings.source;
    struct secret_list secrets = { 0 };

    if (source->password != NULL) {
        secret_add(&config->arena, &secrets, source->password);
        secret_add(&config->arena, &secrets, double_braces(&config->arena, source->password));
    }
    if (!scan_value(config, OPTION_SOURCE_HOST, secret_scan_name, &secrets, err) ||
        !scan_value(config, OPTION_SOURCE_DB_NAME, secret_scan_name, &secrets, err) ||
        !scan_value(config, OPTION_SOURCE_USER, secret_scan_name, &secrets, err) ||
        !scan_value(config, OPTION_SOURCE_ODBC_CONNECTION, secret_scan_odbc, &secrets, err))
        return false;
    scan_jdbc(config, &secrets);
    source->secrets = secrets.texts;
    source->secret_count = secrets.count;
    return true;
}

static bool
fill_target_secrets(struct config *config, const char *libpq_password, struct error *err)
{
    struct target_settings *target = &config->settings.target;
    struct secret_list secrets = { 0 };

    if (libpq_password != NULL)
        secret_add(&config->arena, &secrets, libpq_password);
    if (!scan_value(config, OPTION_TARGET_CONN_STRING, secret_scan_libpq, &secrets, err))
        return false;
    target->secrets = secrets.texts;
    target->secret_count = secrets.count;
    return true;
}

static void
fill_jdbc(struct config *config)
{
    struct source_settings *source = &config->settings.source;
    const struct config_value *jars = &config->values[OPTION_SOURCE_JAR_FILE];
    const struct config_value *properties = &config->values[OPTION_SOURCE_JDBC_PROPERTIES];
    const struct config_value *jvm = &config->values[OPTION_SOURCE_JVM_OPTIONS];

    source->jar_files = jars->list;
    source->jar_file_count = jars->list_count;
    source->driver_class = text_of(config, OPTION_SOURCE_DRIVER_CLASS);
    source->jdbc_url = text_of(config, OPTION_SOURCE_JDBC_URL);
    source->jdbc_properties = properties->list;
    source->jdbc_property_count = properties->list_count;
    source->jvm_options = jvm->list;
    source->jvm_option_count = jvm->list_count;
}

static void
fill_dump(struct config *config)
{
    struct source_settings *source = &config->settings.source;
    const struct config_value *files = &config->values[OPTION_SOURCE_DUMP_FILES];
    const struct config_value *fields = &config->values[OPTION_SOURCE_DUMP_FIELDS];

    source->dump_dir = text_of(config, OPTION_SOURCE_DUMP_DIR);
    source->dump_files = files->list;
    source->dump_file_count = files->list_count;
    source->dump_code_page = text_of(config, OPTION_SOURCE_DUMP_CODE_PAGE);
    source->dump_fields = fields->list;
    source->dump_field_count = fields->list_count;
    source->dump_incomplete =
        (enum dump_incomplete)integer_of(config, OPTION_SOURCE_DUMP_INCOMPLETE);
}

static bool
fill_source(struct config *config, struct error *err)
{
    struct source_settings *source = &config->settings.source;
    bool has_jar = config->values[OPTION_SOURCE_JAR_FILE].list_count > 0;

    if (config->values[OPTION_SOURCE_INTERFACE].origin == CONFIG_UNSET)
        put_derived(config, OPTION_SOURCE_INTERFACE, has_jar ? "jdbc" : "odbc", has_jar);
    source->interface = (enum source_interface)integer_of(config, OPTION_SOURCE_INTERFACE);
    source->host = text_of(config, OPTION_SOURCE_HOST);
    source->port = integer_of(config, OPTION_SOURCE_PORT);
    source->db_name = text_of(config, OPTION_SOURCE_DB_NAME);
    source->user = text_of(config, OPTION_SOURCE_USER);
    source->password = text_of(config, OPTION_SOURCE_PASSWORD);
    source->schema = config->values[OPTION_SOURCE_SCHEMA].text;
    source->odbc_connection = text_of(config, OPTION_SOURCE_ODBC_CONNECTION);
    source->odbc_driver = text_of(config, OPTION_SOURCE_ODBC_DRIVER);
    fill_jdbc(config);
    fill_dump(config);
    source->isolation = (enum source_isolation)integer_of(config, OPTION_SOURCE_ISOLATION);
    source->connect_timeout_s = integer_of(config, OPTION_SOURCE_CONNECT_TIMEOUT);
    source->query_timeout_s = integer_of(config, OPTION_SOURCE_QUERY_TIMEOUT);
    source->stall_s = integer_of(config, OPTION_SOURCE_STALL_SECONDS);
    source->fetch_size = integer_of(config, OPTION_SOURCE_FETCH_SIZE);
    source->max_transaction_s = integer_of(config, OPTION_SOURCE_MAX_TRANSACTION_SECONDS);
    return fill_source_secrets(config, err);
}

// Schemas in which what oe2pg makes would get in the way of PostgreSQL or of oe2pg itself.
static bool
check_schema(const struct config *config, enum option_id id, const char *key, struct error *err)
{
    static const char *const reserved[] = { "pg_*", "information_schema", "oe2pg",
        "oe2pg_staging" };
    const struct config_value *value = &config->values[id];
    const char *schema = value->text;
    char where[256];
    char quoted[MESSAGE_QUOTED_SIZE];

    config_describe_origin(value, where, sizeof where);
    message_quote(schema, quoted);
    if (strlen(schema) > 63)
        return error_set(err, ERROR_CONFIG, "%s: %s: %s is longer than PostgreSQL's 63 bytes",
            where, key, quoted);
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        if (text_match(reserved[i], schema)) {
            (void)error_set(err, ERROR_CONFIG, "%s: %s: %s is reserved", where, key, quoted);
            return error_hint(err, "Set %s to another name.", key);
        }
    }
    return true;
}

static bool
check_views_schema(const struct config *config, struct error *err)
{
    const struct config_value *value = &config->values[OPTION_MIRROR_TYPED_VIEWS];
    char where[256];

    if (value->origin == CONFIG_UNSET)
        return true;
    if (!check_schema(config, OPTION_MIRROR_TYPED_VIEWS, "mirror_settings.typed_views", err))
        return false;
    if (strcmp(value->text, config->settings.target.schema) != 0)
        return true;
    config_describe_origin(value, where, sizeof where);
    error_set(err, ERROR_CONFIG,
        "%s: mirror_settings.typed_views is the schema of the mirrored tables", where);
    return error_hint(err, "The views have the tables' names: give them a schema of their own.");
}

static bool
fill_target(struct config *config, const char *libpq_password, struct error *err)
{
    struct target_settings *target = &config->settings.target;
    const char *conn_string = text_of(config, OPTION_TARGET_CONN_STRING);
    const char *source_schema = config->settings.source.schema;

    if (text_of(config, OPTION_TARGET_SCHEMA) == NULL) {
        const char *schema = source_schema[0] != '\0'
                                 ? name_map(&config->arena, NAMING_PLAIN, source_schema)
                                 : "mirror";

        put_derived(config, OPTION_TARGET_SCHEMA, schema, 0);
    }
    target->conn_string = conn_string != NULL ? conn_string : "";
    target->timeout_s = integer_of(config, OPTION_TARGET_TIMEOUT);
    target->schema = text_of(config, OPTION_TARGET_SCHEMA);
    return check_schema(config, OPTION_TARGET_SCHEMA, "postgres_db.schema", err) &&
           fill_target_secrets(config, libpq_password, err);
}

// -1 when the table has no value of its own.
static int
table_value(const struct config_table *table, enum option_id option)
{
    const struct config_value *value = &table->values[option - OPTION_TABLE_KEY];

    return value->origin == CONFIG_UNSET ? -1 : (int)value->integer;
}

// What stands behind "stamp:", or is said by the other name of it; NULL: neither.
static const char *
stamp_column(const struct config_table *table)
{
    const struct config_value *witness = &table->values[OPTION_TABLE_WITNESS - OPTION_TABLE_KEY];
    const char *column = table->values[OPTION_TABLE_TIMESTAMP_COLUMN - OPTION_TABLE_KEY].text;

    if (witness->origin != CONFIG_UNSET && witness->integer == WITNESS_STAMP)
        return witness->text + strlen(option_at(OPTION_TABLE_WITNESS)->other_word);
    return column != NULL && column[0] != '\0' ? column : NULL;
}

static void
fill_tables(struct config *config)
{
    struct mirror_settings *mirror = &config->settings.mirror;

    mirror->tables = arena_calloc(&config->arena, config->table_count + 1, sizeof *mirror->tables);
    mirror->table_count = config->table_count;
    for (size_t i = 0; i < config->table_count; i++) {
        const struct config_table *from = &config->tables[i];
        const struct config_value *key = &from->values[0];
        const struct config_value *exclude =
            &from->values[OPTION_TABLE_EXCLUDE_COLUMNS - OPTION_TABLE_KEY];
        const char *where = from->values[OPTION_TABLE_WHERE - OPTION_TABLE_KEY].text;

        mirror->tables[i] = (struct table_settings){
            .pattern = from->pattern,
            .key = key->list_count > 0 ? key->list : NULL,
            .key_count = key->list_count,
            .exclude_columns = exclude->list,
            .exclude_column_count = exclude->list_count,
            .where = where != NULL && where[0] != '\0' ? where : NULL,
            .priority = (int)from->values[OPTION_TABLE_PRIORITY - OPTION_TABLE_KEY].integer,
            .max_delete_percent = table_value(from, OPTION_TABLE_MAX_DELETE_PERCENT),
            .witness = table_value(from, OPTION_TABLE_WITNESS),
            .stamp_column = stamp_column(from),
            .trust = table_value(from, OPTION_TABLE_TRUST),
            .file = from->file,
            .line = from->line,
        };
    }
}

static bool
check_ignore_file(const struct config *config, struct error *err)
{
    const struct config_value *value = &config->values[OPTION_MIRROR_IGNORE_FILE];
    char where[256];

    if (config->settings.mirror.ignore_file_found || value->text[0] == '\0' ||
        strcmp(value->given, option_at(OPTION_MIRROR_IGNORE_FILE)->default_text) == 0)
        return true;
    config_describe_origin(value, where, sizeof where);
    return error_set(err, ERROR_CONFIG, "%s: mirror_settings.ignore_file: there is no file \"%s\"",
        where, value->text);
}

// The ignore file's names first, then those of the command line.
static bool
fill_ignored(struct config *config, struct error *err)
{
    struct mirror_settings *mirror = &config->settings.mirror;
    const struct config_value *flags = &config->values[OPTION_IGNORE_TABLE];
    const char *path = text_of(config, OPTION_MIRROR_IGNORE_FILE);
    struct name_pattern *from_file = NULL;
    size_t count = 0;

    mirror->ignore_file = path;
    if (path != NULL && !ignore_file_read(&config->arena, path, &from_file, &count,
                            &mirror->ignore_file_found, err))
        return false;
    if (!check_ignore_file(config, err))
        return false;
    mirror->ignored =
        arena_calloc(&config->arena, count + flags->list_count + 1, sizeof *mirror->ignored);
    if (count > 0)
        memcpy(mirror->ignored, from_file, count * sizeof *from_file);
    for (size_t i = 0; i < flags->list_count; i++)
        mirror->ignored[count++] = (struct name_pattern){ flags->list[i], flags->where, 0 };
    mirror->ignored_count = count;
    return true;
}

// The names that a repeatable flag gave.
static struct name_pattern *
flag_names(struct config *config, enum option_id id, size_t *count)
{
    const struct config_value *flags = &config->values[id];
    struct name_pattern *names = arena_calloc(&config->arena, flags->list_count + 1, sizeof *names);

    *count = flags->list_count;
    for (size_t i = 0; i < flags->list_count; i++)
        names[i] = (struct name_pattern){ flags->list[i], flags->where, 0 };
    return names;
}

static void
fill_included(struct config *config)
{
    struct mirror_settings *mirror = &config->settings.mirror;
    const struct config_value *views = &config->values[OPTION_MIRROR_INCLUDE_VIEWS];

    mirror->included =
        arena_calloc(&config->arena, views->list_count + 1, sizeof *mirror->included);
    mirror->included_count = views->list_count;
    for (size_t i = 0; i < views->list_count; i++)
        mirror->included[i] = (struct name_pattern){ views->list[i], views->where, views->line };
}

static void
fill_deletes(struct config *config)
{
    struct mirror_settings *mirror = &config->settings.mirror;

    mirror->max_delete_percent = integer_of(config, OPTION_MIRROR_MAX_DELETE_PERCENT);
    mirror->max_delete_rows = integer_of(config, OPTION_MIRROR_MAX_DELETE_ROWS);
    mirror->allowed_deletes =
        flag_names(config, OPTION_ALLOW_DELETE, &mirror->allowed_delete_count);
    mirror->accept_source = integer_of(config, OPTION_ACCEPT_SOURCE) != 0;
    mirror->dropped_columns = (enum dropped)integer_of(config, OPTION_MIRROR_DROPPED_COLUMNS);
    mirror->dropped_tables = (enum dropped)integer_of(config, OPTION_MIRROR_DROPPED_TABLES);
}

// A mirror of text has what it always had.
static void
fill_arrays(struct config *config)
{
    struct mirror_settings *mirror = &config->settings.mirror;
    bool is_native = mirror->column_types == COLUMN_TYPES_NATIVE;

    if (config->values[OPTION_MIRROR_ARRAYS].origin == CONFIG_UNSET)
        put_derived(config, OPTION_MIRROR_ARRAYS, is_native ? "array" : "text",
            is_native ? ARRAYS_ARRAY : ARRAYS_TEXT);
    mirror->arrays = (enum arrays)integer_of(config, OPTION_MIRROR_ARRAYS);
}

static bool
fill_mirror(struct config *config, struct error *err)
{
    struct mirror_settings *mirror = &config->settings.mirror;

    mirror->jobs = integer_of(config, OPTION_MIRROR_JOBS);
    mirror->column_types = (enum column_types)integer_of(config, OPTION_MIRROR_COLUMN_TYPES);
    mirror->indexes = config->values[OPTION_MIRROR_INDEXES].origin != CONFIG_UNSET
                          ? (enum indexes)integer_of(config, OPTION_MIRROR_INDEXES)
                      : mirror->column_types == COLUMN_TYPES_NATIVE ? INDEXES_ALL
                                                                    : INDEXES_NONE;
    mirror->typed_views = text_of(config, OPTION_MIRROR_TYPED_VIEWS);
    fill_arrays(config);
    mirror->naming = (enum naming)integer_of(config, OPTION_MIRROR_NAMING);
    mirror->batch_size = integer_of(config, OPTION_MIRROR_BATCH_SIZE);
    mirror->memory_mb = integer_of(config, OPTION_MIRROR_MEMORY_MB);
    mirror->full_below_rows = integer_of(config, OPTION_MIRROR_FULL_BELOW_ROWS);
    mirror->on_wide_value = (enum wide_value)integer_of(config, OPTION_MIRROR_ON_WIDE_VALUE);
    mirror->standby_readers =
        (enum standby_readers)integer_of(config, OPTION_MIRROR_STANDBY_READERS);
    mirror->history_days = integer_of(config, OPTION_MIRROR_HISTORY_DAYS);
    mirror->witness = (enum witness_kind)integer_of(config, OPTION_MIRROR_WITNESS);
    mirror->trust = (enum witness_trust)integer_of(config, OPTION_MIRROR_TRUST);
    mirror->witness_proofs = integer_of(config, OPTION_MIRROR_WITNESS_PROOFS);
    mirror->reconcile_hours = integer_of(config, OPTION_MIRROR_RECONCILE_HOURS);
    mirror->overlap_seconds = integer_of(config, OPTION_MIRROR_OVERLAP_SECONDS);
    mirror->log_file = text_of(config, OPTION_MIRROR_LOG_FILE);
    mirror->full_sync = integer_of(config, OPTION_FULL_SYNC) != 0;
    mirror->verify_repair = integer_of(config, OPTION_REPAIR) != 0;
    mirror->verify_values = integer_of(config, OPTION_VALUES) != 0;
    mirror->as_json = integer_of(config, OPTION_JSON) != 0;
    fill_tables(config);
    fill_included(config);
    mirror->selected = flag_names(config, OPTION_TABLE, &mirror->selected_count);
    fill_deletes(config);
    return fill_ignored(config, err);
}

// A jar runs with our rights and sees the source's password. One that is missing is no error of
// the configuration: it may be another machine's.
static bool
check_jars(const struct config *config, struct error *err)
{
    const struct config_value *jars = &config->values[OPTION_SOURCE_JAR_FILE];

    for (size_t i = 0; i < jars->list_count; i++) {
        struct stat attributes;
        char where[256];

        if (stat(jars->list[i], &attributes) != 0 || !file_is_open_to_writers(&attributes))
            continue;
        config_describe_origin(jars, where, sizeof where);
        (void)error_set(err, ERROR_CONFIG,
            "%s: progress_db.jar_file: others than its owner may write to \"%s\"", where,
            jars->list[i]);
        return error_hint(err, "Run: chmod go-w \"%s\"", jars->list[i]);
    }
    return true;
}

static enum log_level
level_of(const struct config *config, enum option_id id)
{
    bool is_given = config->values[id].origin != CONFIG_UNSET;

    return (enum log_level)integer_of(config, is_given ? id : OPTION_LOG_LEVEL);
}

bool
settings_fill(struct config *config, const char *libpq_password, struct error *err)
{
    config->console_level = level_of(config, OPTION_CONSOLE_LEVEL);
    config->file_level = level_of(config, OPTION_FILE_LEVEL);
    if (integer_of(config, OPTION_QUIET) != 0 && config->console_level < LOG_WARNING)
        config->console_level = LOG_WARNING;
    if (!fill_source(config, err) || !fill_target(config, libpq_password, err) ||
        !fill_mirror(config, err) || !check_views_schema(config, err) || !check_jars(config, err))
        return false;
    config->settings.fingerprint = fingerprint_settings(config);
    return true;
}
