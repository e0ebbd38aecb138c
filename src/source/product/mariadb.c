// MariaDB and MySQL, by ODBC and by JDBC.
#include "base/text.h"
#include "source/product/products.h"

#include <string.h>

// --- what it is asked about itself

static void
append_text(struct buffer *sql, const char *text)
{
    (void)buffer_append_text(sql, "CONVERT(X'");
    product_append_hex(sql, text, strlen(text));
    (void)buffer_append_text(sql, "' USING utf8mb4)");
}

static const char objects[] =
    "SELECT TABLE_SCHEMA, '', TABLE_NAME, CASE TABLE_TYPE WHEN 'BASE TABLE' THEN '' "
    "ELSE TABLE_TYPE END, NULL, NULL FROM information_schema.TABLES "
    "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE <> 'SYSTEM VIEW'";

static const char keys[] =
    "SELECT '', TABLE_NAME, INDEX_NAME, CASE WHEN INDEX_NAME = 'PRIMARY' THEN 2 ELSE "
    "1 - NON_UNIQUE END, CASE WHEN SUB_PART IS NULL THEN COLUMN_NAME END, SEQ_IN_INDEX "
    "FROM information_schema.STATISTICS "
    "WHERE TABLE_SCHEMA = DATABASE() AND INDEX_TYPE IN ('BTREE', 'HASH'){,TABLE_NAME} ORDER BY 2, "
    "4 DESC, 3, 6";

static const char estimates[] =
    "SELECT '', TABLE_NAME, TABLE_ROWS FROM information_schema.TABLES "
    "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')";

// --- its session

static const struct session_pin session_pins[] = {
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
append_question(struct buffer *sql, const struct product_session *session)
{
    (void)buffer_append_text(sql, "SHOW SESSION VARIABLES WHERE Variable_name IN (");
    product_append_pins(sql, session);
    (void)buffer_append_byte(sql, ')');
}

static void
append_setting(struct buffer *sql, const struct session_pin *const *pins, size_t pin_count)
{
    for (size_t i = 0; i < pin_count; i++)
        (void)buffer_printf(
            sql, "%s %s = %s", i > 0 ? ", SESSION" : "SET SESSION", pins[i]->name, pins[i]->value);
}

// DATETIME has no zone.
static bool
is_instant(const struct column *column)
{
    return column->kind == VALUE_TIMESTAMP && text_match("timestamp*", column->type_name);
}

// --- by either door: FLOAT would be printed with 6 digits, BIT as bytes

static bool
append_common(struct buffer *sql, const struct column *column, const char *name)
{
    if (column->kind == VALUE_FLOAT4) {
        (void)buffer_printf(sql, "(%s + 0e0)", name);
        return true;
    }
    if (text_match("bit*", column->type_name)) {
        (void)buffer_printf(sql, "CAST(%s AS UNSIGNED)", name);
        return true;
    }
    (void)buffer_append_text(sql, name);
    return false;
}

// --- by ODBC

static bool
odbc_expression(const struct product_reading *reading, struct buffer *sql,
    const struct column *column, const char *name)
{
    (void)reading;
    return append_common(sql, column, name);
}

// MariaDB would compare a number with a text as doubles, a decimal it compares exactly.
static int
parameter_type(const struct column *column)
{
    return column->kind == VALUE_INTEGER || column->kind == VALUE_DECIMAL ? PRODUCT_TYPE_DECIMAL
                                                                          : PRODUCT_TYPE_VARCHAR;
}

// Bits are a number to a number that stands in the statement; as a parameter it is met by none. The
// year 0000 is 0 to a number, and to a parameter, which is a text, the year 2000.
static bool
is_told_by_number(const struct column *column)
{
    return column->kind == VALUE_INTEGER &&
           (text_match("bit*", column->type_name) || text_match("year*", column->type_name));
}

static bool
odbc_literal(const struct product_reading *reading, struct buffer *sql, const struct column *column,
    const struct cell *value)
{
    (void)reading;
    if (!is_told_by_number(column) || value->size == 0)
        return false;
    for (size_t i = 0; i < value->size; i++) {
        if (value->bytes[i] < '0' || value->bytes[i] > '9')
            return false;
    }
    (void)buffer_append(sql, value->bytes, value->size);
    return true;
}

static void
odbc_refine(struct column *column, int64_t base_type, int64_t type_modifier)
{
    (void)base_type;
    (void)type_modifier;
    if (text_match("bit*", column->type_name)) {
        column->kind =
            column->width <= 1 && column->kind != VALUE_BINARY ? VALUE_BOOLEAN : VALUE_INTEGER;
        column->width = 20;
        column->is_long = false;
    } else if (text_equal_nocase(column->type_name, "uuid") ||
               text_match("inet?", column->type_name)) {
        column->kind = VALUE_TEXT;
        column->driver_type =
            PRODUCT_TYPE_CHAR; // the catalogue calls it binary, the result does not
        column->width = 48;
        column->is_long = false;
    } else if (column->kind == VALUE_FLOAT4 || column->kind == VALUE_FLOAT) {
        column->scale = -1;
    }
}

// --- by JDBC: dates would go through Java's older calendar, which lacks ten days of 1582

static bool
jdbc_expression(struct buffer *sql, const struct column *column, const char *name)
{
    if (column->kind == VALUE_DATE || column->kind == VALUE_TIMESTAMP) {
        (void)buffer_printf(sql, "CAST(%s AS CHAR)", name);
        return true;
    }
    return append_common(sql, column, name);
}

// Bytes that the driver calls by a number of its own, and would decode as characters.
static bool
is_geometry(const char *type_name)
{
    return text_match("geom*", type_name) || text_match("*point", type_name) ||
           text_match("*linestring", type_name) || text_match("*polygon", type_name);
}

static void
jdbc_refine(struct column *column)
{
    if (is_geometry(column->type_name)) {
        column->kind = VALUE_BINARY;
        column->driver_type = PRODUCT_TYPE_OTHER;
        column->width = 0;
        column->is_long = true;
    } else if (text_match("bit*", column->type_name)) {
        column->kind = column->width <= 1 ? VALUE_BOOLEAN : VALUE_INTEGER;
        column->width = 20;
        column->is_long = false;
    } else if (text_match("tinyint*", column->type_name)) {
        column->kind = VALUE_INTEGER;
    } else if (text_match("year*", column->type_name)) {
        column->kind = VALUE_INTEGER;
        column->driver_type = PRODUCT_TYPE_OTHER;
    } else if (text_equal_nocase(column->type_name, "uuid") ||
               text_match("inet?", column->type_name)) {
        column->kind = VALUE_TEXT;
        column->driver_type = PRODUCT_TYPE_OTHER;
        column->width = 48;
        column->is_long = false;
    } else if (column->kind == VALUE_FLOAT4 || column->kind == VALUE_FLOAT) {
        column->scale = -1;
    }
}

// --- all of it

// --- types of which the name says more than a number of ODBC or JDBC does

static const struct product_native natives[] = {
    { "year*", 0, MIRROR_INT2 }, { "time", 0, MIRROR_TEXT }, // up to 838 hours, of either sign
    { "time(*", 0, MIRROR_TEXT }, { "uuid", 0, MIRROR_UUID },
    { "uuid(*", 0, MIRROR_UUID }, // as its width is spelt by JDBC
};

// --- its error numbers

static const struct product_error errors[] = {
    { .code = 1040, .state = "08004" }, // too many connections
    { .code = 1045, .state = "28000" },
    { .code = 1205, .state = "40001" }, // a lock was waited for
    { .code = 1213, .state = "40001" },
    { .code = 1317, .state = "57014" }, // interrupted
    { .code = 2002, .state = "08S01" }, // cannot connect
    { .code = 2003, .state = "08S01" },
    { .code = 2005, .state = "08S01" }, // unknown host
    { .code = 2006, .state = "08S01" }, // gone away
    { .code = 2013, .state = "08S01" }, // lost
    { .code = 2055, .state = "08S01" },
};

// --- all of it

const struct product product_mariadb = {
    .patterns = { "MariaDB*", "MySQL*" },
    .natives = { .list = natives, .count = sizeof natives / sizeof natives[0] },
    // IS NULL is true of 0000-00-00 in a column that is NOT NULL.
    .dialect = { .quote = '`', .limit = " LIMIT %zu", .is_null = " <=> NULL" },
    .catalog = { .objects = objects,
        .keys = keys,
        .estimates = estimates,
        .sequences = { .list = "SELECT '', TABLE_NAME FROM information_schema.TABLES "
                               "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'SEQUENCE'",
            .field_count = 2,
            .one = "SELECT increment, minimum_value, maximum_value, cycle_option, "
                   "next_not_cached_value FROM $" },
        .views = "SELECT '', TABLE_NAME, SUBSTRING(VIEW_DEFINITION, #, 500) "
                 "FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE() "
                 "AND (# = 1 OR CHAR_LENGTH(VIEW_DEFINITION) >= #)",
        .code_page = "SELECT @@character_set_database",
        .append_text = append_text },
    .probes = { .clock = "SELECT CAST(CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED) AS CHAR)",
        .letters = "SELECT '" PRODUCT_LETTERS "'" },
    .stamps = { .local_clock = "SELECT CAST(CONVERT_TZ(UTC_TIMESTAMP(3), '+00:00', "
                               "@@global.time_zone) AS CHAR)",
        .oldest_open = "SELECT CAST(COALESCE(MAX(TIMESTAMPDIFF(SECOND, trx_started, "
                       "CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', 'SYSTEM'))) + 1, 0) * 1000 AS CHAR) "
                       "FROM information_schema.innodb_trx "
                       "WHERE trx_mysql_thread_id <> CONNECTION_ID()" },
    .session = { .pins = session_pins,
        .pin_count = sizeof session_pins / sizeof session_pins[0],
        .append_question = append_question,
        .append_setting = append_setting,
        .is_instant = is_instant },
    // ENUM is ordered by its index and SET by its bits, and both are compared as texts. An hour
    // that a zone's clocks go through twice is two instants, and one text.
    .order = { .kinds = PRODUCT_NUMBERS | PRODUCT_TIMES,
        .except = { "timestamp*", "bit*" },
        .broken = { "enum*", "set*" } },
    .errors = { .list = errors, .count = sizeof errors / sizeof errors[0] },
    .odbc = { .driver = "*",
        .append_expression = odbc_expression,
        .append_literal = odbc_literal,
        .parameter_type = parameter_type,
        .refine_column = odbc_refine,
        .only_own_catalog = true },
    .jdbc = { .urls = { "jdbc:mariadb:*", "jdbc:mysql:*" },
        // A year is a number, and so is TINYINT(1): it may hold a 7.
        .properties = { "tinyInt1isBit", "false", "yearIsDateType", "false" },
        .append_expression = jdbc_expression,
        .refine_column = jdbc_refine,
        .is_statically_typed = true,
        .prefers_texts = true },
};

_Static_assert(
    sizeof session_pins / sizeof session_pins[0] <= PRODUCT_PINS_MAX, "room for all of them");
