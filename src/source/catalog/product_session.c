#include "source/catalog/product_session.h"

#include "base/text.h"

// Names and values come from the tables below, which hold no quote.
static void
append_names(struct buffer *sql, const struct product_session *session)
{
    for (size_t i = 0; i < session->pin_count; i++)
        (void)buffer_printf(sql, i > 0 ? ", '%s'" : "'%s'", session->pins[i].name);
}

// --- PostgreSQL

static const struct session_pin postgres_pins[] = {
    { "gin_fuzzy_search_limit", "0", "0", PIN_WHOLE },
    { "row_security", "off", "off", PIN_WHOLE }, // what hides rows is an error then
    { "TimeZone", "UTC", "UTC", PIN_ZONE },
    { "client_encoding", "UTF8", "UTF8", PIN_TEXT },
    { "DateStyle", "ISO, MDY", "ISO, MDY", PIN_TEXT },
    { "IntervalStyle", "postgres", "postgres", PIN_TEXT },
    { "extra_float_digits", "1", "1", PIN_TEXT },
    { "bytea_output", "hex", "hex", PIN_TEXT },
    { "xmlbinary", "base64", "base64", PIN_TEXT },
    { "quote_all_identifiers", "off", "off", PIN_TEXT }, // regclass and its like
    { "xmloption", "content", "content", PIN_SYNTAX },
    { "array_nulls", "on", "on", PIN_SYNTAX },
    { "standard_conforming_strings", "on", "on", PIN_SYNTAX },
    { "transform_null_equals", "off", "off", PIN_SYNTAX },
    { "timezone_abbreviations", "Default", "Default", PIN_SYNTAX },
    { "statement_timeout", "0", "0", PIN_TIME },
    { "lock_timeout", "0", "0", PIN_TIME },
    { "idle_in_transaction_session_timeout", "0", "0", PIN_TIME },
    { "idle_session_timeout", "0", "0", PIN_TIME },
    { "transaction_timeout", "0", "0", PIN_TIME },
    // A driver keeps notices until its statement is closed.
    { "client_min_messages", "error", "error", PIN_TIME },
    { "default_transaction_deferrable", "off", "off", PIN_TIME },
    { "default_transaction_read_only", "on", "on", PIN_SAFETY },
};

static void
postgres_question(struct buffer *sql, const struct product_session *session)
{
    (void)buffer_append_text(
        sql, "SELECT s.name, s.setting FROM pg_catalog.pg_settings s WHERE s.name IN (");
    append_names(sql, session);
    (void)buffer_append_byte(sql, ')');
}

// By SELECT, which psqlODBC lets pass even when it was told to be read-only.
static void
postgres_setting(struct buffer *sql, const struct session_pin *const *pins, size_t pin_count)
{
    for (size_t i = 0; i < pin_count; i++)
        (void)buffer_printf(sql, "%s pg_catalog.set_config('%s', '%s', false)",
            i > 0 ? "," : "SELECT", pins[i]->name, pins[i]->value);
}

static bool
postgres_is_instant(const struct column *column)
{
    return column->kind == VALUE_TIMESTAMP_TZ || text_match("*timestamptz*", column->type_name) ||
           text_match("*timestamp*with time zone*", column->type_name) ||
           text_match("*tstz*range*", column->type_name);
}

// --- MariaDB and MySQL

static const struct session_pin mariadb_pins[] = {
    // In this order: a new max_join_size switches sql_big_selects off.
    { "max_join_size", "18446744073709551615", "18446744073709551615", PIN_WHOLE },
    { "sql_big_selects", "1", "ON", PIN_WHOLE },
    { "sql_select_limit", "18446744073709551615", "18446744073709551615", PIN_WHOLE },
    { "sql_safe_updates", "0", "OFF", PIN_WHOLE },
    // Tables with system versioning would be shown as they were.
    { "system_versioning_asof", "DEFAULT", "DEFAULT", PIN_WHOLE },
    { "time_zone", "'+00:00'", "+00:00", PIN_ZONE },
    { "character_set_client", "utf8mb4", "utf8mb4", PIN_TEXT },
    { "character_set_connection", "utf8mb4", "utf8mb4", PIN_TEXT },
    { "character_set_results", "utf8mb4", "utf8mb4", PIN_TEXT },
    { "group_concat_max_len", "1048576", "1048576", PIN_TEXT },
    // No ANSI_QUOTES, NO_BACKSLASH_ESCAPES, PAD_CHAR_TO_FULL_LENGTH, ORACLE ...
    { "sql_mode", "''", "", PIN_SYNTAX }, { "sql_auto_is_null", "0", "OFF", PIN_SYNTAX },
    // Of a longer value only the first bytes would be sorted; keys have 3072 at most, and their
    // weights in a collation several times as many.
    { "max_sort_length", "16384", "16384", PIN_SYNTAX },
    { "max_statement_time", "0", "0.000000", PIN_TIME }, // MariaDB, seconds
    { "max_execution_time", "0", "0", PIN_TIME },        // MySQL, milliseconds
    { "idle_transaction_timeout", "0", "0", PIN_TIME },
    { "idle_readonly_transaction_timeout", "0", "0", PIN_TIME },
    // The longest that every system takes.
    { "wait_timeout", "2147483", "2147483", PIN_TIME },
    { "net_read_timeout", "86400", "86400", PIN_TIME },
    { "net_write_timeout", "86400", "86400", PIN_TIME },
    { "autocommit", "1", "ON", PIN_TIME },              // no read leaves a transaction open
    { "tx_read_only", "1", "ON", PIN_SAFETY },          // MariaDB, and MySQL before 8
    { "transaction_read_only", "1", "ON", PIN_SAFETY }, // MySQL, and MariaDB from 11.1
};

static void
mariadb_question(struct buffer *sql, const struct product_session *session)
{
    (void)buffer_append_text(sql, "SHOW SESSION VARIABLES WHERE Variable_name IN (");
    append_names(sql, session);
    (void)buffer_append_byte(sql, ')');
}

static void
mariadb_setting(struct buffer *sql, const struct session_pin *const *pins, size_t pin_count)
{
    for (size_t i = 0; i < pin_count; i++)
        (void)buffer_printf(
            sql, "%s %s = %s", i > 0 ? ", SESSION" : "SET SESSION", pins[i]->name, pins[i]->value);
}

// DATETIME has no zone.
static bool
mariadb_is_instant(const struct column *column)
{
    return column->kind == VALUE_TIMESTAMP && text_match("timestamp*", column->type_name);
}

// --- SQLite

static const struct session_pin sqlite_pins[] = {
    { "reverse_unordered_selects", "0", "0", PIN_SYNTAX },
    { "query_only", "1", "1", PIN_SAFETY },
};

static void
sqlite_question(struct buffer *sql, const struct product_session *session)
{
    for (size_t i = 0; i < session->pin_count; i++)
        (void)buffer_printf(sql, "%sSELECT '%s', %s FROM pragma_%s", i > 0 ? " UNION ALL " : "",
            session->pins[i].name, session->pins[i].name, session->pins[i].name);
}

static void
sqlite_setting(struct buffer *sql, const struct session_pin *const *pins, size_t pin_count)
{
    for (size_t i = 0; i < pin_count; i++)
        (void)buffer_printf(sql, "PRAGMA %s = %s", pins[i]->name, pins[i]->value);
}

// --- the table

static const struct product_session sessions[] = {
    { .patterns = { "PostgreSQL*" },
        .pins = postgres_pins,
        .pin_count = sizeof postgres_pins / sizeof postgres_pins[0],
        .append_question = postgres_question,
        .append_setting = postgres_setting,
        .is_instant = postgres_is_instant },
    { .patterns = { "MariaDB*", "MySQL*" },
        .pins = mariadb_pins,
        .pin_count = sizeof mariadb_pins / sizeof mariadb_pins[0],
        .append_question = mariadb_question,
        .append_setting = mariadb_setting,
        .is_instant = mariadb_is_instant },
    { .patterns = { "SQLite*" },
        .pins = sqlite_pins,
        .pin_count = sizeof sqlite_pins / sizeof sqlite_pins[0],
        .append_question = sqlite_question,
        .append_setting = sqlite_setting,
        .sets_singly = true },
};

_Static_assert(sizeof postgres_pins / sizeof postgres_pins[0] <= SESSION_PINS_MAX &&
                   sizeof mariadb_pins / sizeof mariadb_pins[0] <= SESSION_PINS_MAX,
    "room for all of them");

const struct product_session *
product_session_find(const char *product)
{
    for (size_t i = 0; i < sizeof sessions / sizeof sessions[0]; i++) {
        for (const char *const *p = sessions[i].patterns; *p != NULL; p++) {
            if (text_match(*p, product))
                return &sessions[i];
        }
    }
    return NULL;
}

const char *
session_pin_purpose(enum pin_use use)
{
    static const char *const purposes[] = {
        [PIN_WHOLE] = "no result ends before its last row",
        [PIN_ZONE] = "a time stamp with a zone is one instant",
        [PIN_TEXT] = "a value looks the same in every run",
        [PIN_SYNTAX] = "a statement means the same everywhere",
        [PIN_TIME] = "a long read is not ended by the source",
        [PIN_SAFETY] = "nothing can be written to the source",
    };

    return purposes[use];
}
