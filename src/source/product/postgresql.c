// PostgreSQL: by psqlODBC and by pgJDBC.
#include "base/text.h"
#include "source/product/products.h"

#include <string.h>

// --- what it is asked about itself

static void
append_text(struct buffer *sql, const char *text)
{
    (void)buffer_append_text(sql, "pg_catalog.convert_from(pg_catalog.decode('");
    product_append_hex(sql, text, strlen(text));
    (void)buffer_append_text(sql, "', 'hex'), 'UTF8')");
}

// Names are bytes where they cannot be sent as they are: source/catalog/odd_names.h.
#define AS_BYTES(text, format)                                                                     \
    "pg_catalog.encode(pg_catalog.convert_to(CAST(" text                                           \
    " AS pg_catalog.text), 'SQL_ASCII'), '" format "')"
#define NAME(of, name)                                                                             \
    "CASE WHEN " of ".oid IN (" PRODUCT_ODD_NAMES                                                  \
    ") THEN " AS_BYTES(of "." name, "escape") " ELSE CAST(" of "." name " AS pg_catalog.text) END"
#define IS_BEYOND_ASCII(text)                                                                      \
    "pg_catalog.strpos(" AS_BYTES(text, "escape") ", pg_catalog.chr(92)) > 0"
#define IS_OF_PEOPLE "n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')"
#define DEFAULT "pg_catalog.pg_get_expr(d.adbin, d.adrelid)"

// psqlODBC asks for defaults with the columns. Of a long one, the beginning.
static const char names[] = "SELECT 'schema', CAST(n.oid AS pg_catalog.text), " AS_BYTES(
    "n.nspname", "hex") ", '', " AS_BYTES("n.nspname",
    "hex") " FROM pg_catalog.pg_namespace n WHERE " IS_BEYOND_ASCII("n.nspname") " UNION ALL "
                                                                                 "SELECT CASE WHEN "
                                                                                 "c.relkind IN "
                                                                                 "('r', 'p', 'v', "
                                                                                 "'m', 'f') "
                                                                                 "THEN 'table' "
                                                                                 "ELSE 'other' "
                                                                                 "END, CAST(c.oid "
                                                                                 "AS "
                                                                                 "pg_catalog.text),"
                                                                                 " " AS_BYTES(
                                                                                     "n.nspname", "hex") ", " AS_BYTES("c.relname", "hex") ", " AS_BYTES("c.relname",
                                                                                     "hex") " FROM "
                                                                                            "pg_"
                                                                                            "catalo"
                                                                                            "g.pg_"
                                                                                            "class "
                                                                                            "c "
                                                                                            "JOIN "
                                                                                            "pg_"
                                                                                            "catalo"
                                                                                            "g.pg_"
                                                                                            "namesp"
                                                                                            "ace n "
                                                                                            "ON "
                                                                                            "n.oid "
                                                                                            "= "
                                                                                            "c."
                                                                                            "relnam"
                                                                                            "espace"
                                                                                            " WHERE"
                                                                                            " " IS_OF_PEOPLE
                                                                                            " AND"
                                                                                            " " IS_BEYOND_ASCII(
                                                                                                "c."
                                                                                                "re"
                                                                                                "ln"
                                                                                                "am"
                                                                                                "e") " UNION ALL SELECT 'column', '0', " AS_BYTES("n.nspname",
                                                                                                "he"
                                                                                                "x") ", " AS_BYTES("c.relname",
                                                                                                "he"
                                                                                                "x") ", " AS_BYTES("a.attname",
                                                                                                "he"
                                                                                                "x") " FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid "
                                                                                                     "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE a.attnum > 0 "
                                                                                                     "AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND " IS_OF_PEOPLE
                                                                                                     " AND " IS_BEYOND_ASCII("a.attname") " UNION ALL SELECT 'other', '0', '', '', pg_catalog.substr(" AS_BYTES(
                                                                                                         DEFAULT,
                                                                                                         "hex") ", 1, 2000) FROM pg_catalog.pg_attrdef d WHERE " IS_BEYOND_ASCII(DEFAULT);

static const char objects[] = "SELECT '', " NAME("n", "nspname") ", " NAME("c",
    "relname") ", CASE c.relkind WHEN 'v' THEN 'view' "
               "WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' ELSE '' END, " NAME(
                   "q", "nspname") ", " NAME("p",
                   "relname") " FROM pg_catalog.pg_class c "
                              "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
                              "LEFT JOIN pg_catalog.pg_inherits i ON i.inhrelid = c.oid AND "
                              "c.relispartition "
                              "LEFT JOIN pg_catalog.pg_class p ON p.oid = i.inhparent "
                              "LEFT JOIN pg_catalog.pg_namespace q ON q.oid = p.relnamespace "
                              "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence "
                              "<> 't' "
                              "AND n.nspname NOT IN ('pg_catalog', 'pg_toast', "
                              "'information_schema')";

static const char views[] =
    "SELECT n.nspname, c.relname, pg_catalog.substr(d.text, #, 500) FROM pg_catalog.pg_class c "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "CROSS JOIN LATERAL (SELECT pg_catalog.pg_get_viewdef(c.oid) AS text) d "
    "WHERE c.relkind IN ('v', 'm') AND c.relpersistence <> 't' "
    "AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema') "
    "AND (# = 1 OR pg_catalog.length(d.text) >= #)";

// INCLUDE columns stand behind the key columns; invalid, partial, deferrable and expression
// indexes do not identify rows.
static const char keys[] = "SELECT n.nspname, c.relname, " NAME(
    "i", "relname") ", CASE WHEN x.indisprimary THEN 2 WHEN "
                    "x.indisunique THEN 1 ELSE 0 END, a.attname, k.n FROM pg_catalog.pg_index x "
                    "JOIN pg_catalog.pg_class c ON c.oid = x.indrelid "
                    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
                    "JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid "
                    "JOIN pg_catalog.pg_am m ON m.oid = i.relam AND m.amname IN ('btree', 'hash') "
                    "CROSS JOIN LATERAL pg_catalog.generate_series(1, x.indnkeyatts) AS k(n) "
                    "LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 "
                    "AND a.attnum = x.indkey[k.n - 1] "
                    "WHERE x.indisvalid AND x.indimmediate AND x.indpred IS NULL "
                    "AND x.indexprs IS NULL AND c.relkind IN ('r', 'p', 'm') "
                    "AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')"
                    "{n.nspname,c.relname} ORDER BY 1, 2, 4 DESC, 3, 6";

static const char estimates[] = "SELECT n.nspname, c.relname, CAST(c.reltuples AS pg_catalog.int8) "
                                "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
                                "ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'm', 'f') "
                                "AND c.oid NOT IN (" PRODUCT_ODD_NAMES ") "
                                "AND n.oid NOT IN (" PRODUCT_ODD_NAMES ")";

// The identifier is the cluster's; a database in it has its number.
static const char guid[] =
    "SELECT c.system_identifier || '/' || d.oid FROM pg_catalog.pg_control_system() c "
    "CROSS JOIN pg_catalog.pg_database d "
    "WHERE d.datname = pg_catalog.current_database()";

// Domains are what they are made of. The type's own name says more than JDBC's number.
static const char columns[] =
    "SELECT n.nspname, c.relname, a.attname, CASE WHEN b.typnamespace <> 11 THEN 1111 ELSE "
    "CASE b.typname WHEN 'bool' THEN 16 WHEN 'int2' THEN 5 WHEN 'int4' THEN 4 "
    "WHEN 'int8' THEN -5 WHEN 'oid' THEN -5 WHEN 'float4' THEN 7 WHEN 'float8' THEN 8 "
    "WHEN 'numeric' THEN 2 WHEN 'date' THEN 91 WHEN 'time' THEN 92 "
    "WHEN 'timestamp' THEN 93 WHEN 'timestamptz' THEN 2014 WHEN 'bytea' THEN -4 "
    "WHEN 'varchar' THEN 12 WHEN 'bpchar' THEN 1 WHEN 'name' THEN 12 WHEN 'char' THEN 1 "
    "ELSE 1111 END END, b.typname, CASE WHEN b.typnamespace <> 11 THEN 0 ELSE "
    "CASE WHEN b.typname IN ('varchar', 'bpchar') AND m.typmod >= 4 THEN m.typmod - 4 "
    "WHEN b.typname = 'numeric' AND m.typmod >= 4 THEN (m.typmod - 4) >> 16 & 65535 "
    "WHEN b.typname = 'name' THEN 63 WHEN b.typname = 'char' THEN 1 "
    "WHEN b.typname = 'bool' THEN 1 WHEN b.typname = 'int2' THEN 6 "
    "WHEN b.typname = 'int4' THEN 11 WHEN b.typname = 'int8' THEN 20 "
    "WHEN b.typname = 'oid' THEN 10 WHEN b.typname IN ('float4', 'float8') THEN 24 "
    "ELSE 0 END END, CASE WHEN b.typname = 'numeric' AND m.typmod >= 4 THEN "
    "CASE WHEN (m.typmod - 4) & 2047 > 1000 THEN 0 ELSE (m.typmod - 4) & 2047 END END, "
    "CASE WHEN a.attnotnull THEN 0 ELSE 1 END, a.attnum "
    "FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "JOIN pg_catalog.pg_type t ON t.oid = a.atttypid "
    "LEFT JOIN pg_catalog.pg_type d ON t.typtype = 'd' AND d.oid = t.typbasetype "
    "LEFT JOIN pg_catalog.pg_type e ON d.typtype = 'd' AND e.oid = d.typbasetype "
    "JOIN pg_catalog.pg_type b ON b.oid = COALESCE(e.oid, d.oid, t.oid) "
    "CROSS JOIN LATERAL (SELECT CASE WHEN t.typtype <> 'd' THEN a.atttypmod "
    "WHEN t.typtypmod >= 0 OR d.typtype <> 'd' THEN t.typtypmod ELSE d.typtypmod END) "
    "AS m(typmod) WHERE a.attnum > 0 AND NOT a.attisdropped "
    "AND c.relkind IN ('r', 'p', 'v', 'm', 'f') "
    "AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')"
    "{n.nspname,c.relname} ORDER BY 1, 2, a.attnum";

// --- its session

static const struct session_pin session_pins[] = {
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
append_question(struct buffer *sql, const struct product_session *session)
{
    (void)buffer_append_text(
        sql, "SELECT s.name, s.setting FROM pg_catalog.pg_settings s WHERE s.name IN (");
    product_append_pins(sql, session);
    (void)buffer_append_byte(sql, ')');
}

// By SELECT, which psqlODBC lets pass even when it was told to be read-only.
static void
append_setting(struct buffer *sql, const struct session_pin *const *pins, size_t pin_count)
{
    for (size_t i = 0; i < pin_count; i++)
        (void)buffer_printf(sql, "%s pg_catalog.set_config('%s', '%s', false)",
            i > 0 ? "," : "SELECT", pins[i]->name, pins[i]->value);
}

static bool
is_instant(const struct column *column)
{
    return column->kind == VALUE_TIMESTAMP_TZ || text_match("*timestamptz*", column->type_name) ||
           text_match("*timestamp*with time zone*", column->type_name) ||
           text_match("*tstz*range*", column->type_name);
}

// --- types: what psqlODBC would rewrite (dates, zones, uuid, money) is asked for as text

enum {
    PG_BOOL = 16,
    PG_BYTEA = 17,
    PG_CHAR = 18,
    PG_NAME = 19,
    PG_INT8 = 20,
    PG_INT2 = 21,
    PG_INT4 = 23,
    PG_TEXT = 25,
    PG_OID = 26,
    PG_FLOAT4 = 700,
    PG_FLOAT8 = 701,
    PG_BPCHAR = 1042,
    PG_VARCHAR = 1043,
    PG_DATE = 1082,
    PG_TIME = 1083,
    PG_TIMESTAMP = 1114,
    PG_TIMESTAMPTZ = 1184,
    PG_NUMERIC = 1700,
    PG_JSON = 114,
    PG_UUID = 2950,
    PG_JSONB = 3802,
};

static const struct {
    int64_t type;
    enum value_kind kind;
    size_t width; // 0: as found
    bool is_cast;
} types[] = {
    { PG_BOOL, VALUE_BOOLEAN, 1, true },
    { PG_BYTEA, VALUE_BINARY, 0, false },
    { PG_INT8, VALUE_INTEGER, 20, false },
    { PG_INT2, VALUE_INTEGER, 6, false },
    { PG_INT4, VALUE_INTEGER, 11, false },
    { PG_OID, VALUE_INTEGER, 10, false },
    { PG_TEXT, VALUE_TEXT, 0, false },
    { PG_BPCHAR, VALUE_TEXT, 0, false }, // a cast would drop its blanks
    { PG_VARCHAR, VALUE_TEXT, 0, false },
    { PG_FLOAT4, VALUE_FLOAT4, 24, true },
    { PG_FLOAT8, VALUE_FLOAT, 24, true },
    { PG_DATE, VALUE_DATE, 13, true },
    { PG_TIME, VALUE_TIME, 15, true },
    { PG_TIMESTAMP, VALUE_TIMESTAMP, 30, true },
    { PG_TIMESTAMPTZ, VALUE_TIMESTAMP_TZ, 36, true },
    { PG_NUMERIC, VALUE_DECIMAL, 0, true },
};

enum { TYPE_COUNT = sizeof types / sizeof types[0] };

// A cast is not always what the type prints: that of inet adds /32, that of char(n) drops its
// blanks, and people make casts of their own. concat() calls the output function. IS NULL would be
// true of a composite value whose fields are all NULL.
static void
append_print(struct buffer *sql, const char *name, const char *before, const char *behind)
{
    (void)buffer_printf(sql,
        "CASE WHEN %s IS NOT DISTINCT FROM NULL THEN NULL ELSE %spg_catalog.concat(%s)%s END", name,
        before, name, behind);
}

// --- texts as bytes
//
// A server refuses to send, or to take, a text that is none in the client's encoding: one of a
// database in SQL_ASCII that is no UTF-8, or a character without counterpart (byte 81 in WIN1252).
// In the middle of a result, which not every driver outlives. So texts are asked for as bytes, and
// a key is named by its bytes; what they are is judged here. "To SQL_ASCII" is no conversion.

static bool
has_odd_texts(const char *code_page)
{
    return text_equal_nocase(code_page, "SQL_ASCII");
}

static bool
is_of_type(const struct column *column, int type, const char *name)
{
    return column->driver_type == type || text_equal_nocase(column->type_name, name);
}

static void
append_bytes(struct buffer *sql, const struct column *column, const char *name)
{
    if (is_of_type(column, PG_TEXT, "text") || is_of_type(column, PG_VARCHAR, "varchar"))
        (void)buffer_printf(
            sql, "pg_catalog.convert_to(CAST(%s AS pg_catalog.text), 'SQL_ASCII')", name);
    else
        append_print(sql, name, "pg_catalog.convert_to(", ", 'SQL_ASCII')");
}

static void
append_literal(struct buffer *sql, const struct column *column, const struct cell *value)
{
    (void)buffer_append_text(sql, "CAST(pg_catalog.convert_from(pg_catalog.decode('");
    product_append_hex(sql, value->bytes, value->size);
    (void)buffer_printf(sql, "', 'hex'), 'SQL_ASCII') AS pg_catalog.%s)",
        is_of_type(column, PG_BPCHAR, "bpchar") ? "bpchar" : "text");
}

// The bytes with which characters begin: none where each is one byte, else any byte from 80 on,
// and before it those that say that the character is longer. What is no character is found out.
static void
append_leads(struct buffer *sql, const char *code_page)
{
    static const struct {
        const char *code_page;
        const char *stems;
    } encodings[] = {
        { "EUC_*", "''" },
        { "EUC_JP", "'8f'" },
        { "EUC_JIS_2004", "'8f'" },
        { "EUC_TW", "'8ea1', '8ea2', '8ea3', '8ea4', '8ea5', '8ea6', '8ea7'" },
    };
    const char *separator = "SELECT s || pg_catalog.to_hex(n) FROM pg_catalog.generate_series(128, "
                            "255) n, pg_catalog.unnest(ARRAY[";
    bool is_multibyte = false;

    for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++) {
        if (!text_match(encodings[i].code_page, code_page))
            continue;
        (void)buffer_printf(sql, "%s%s", separator, encodings[i].stems);
        separator = ", ";
        is_multibyte = true;
    }
    (void)buffer_append_text(sql, is_multibyte ? "]) s" : "SELECT ''");
}

// Only an exception tells that a character cannot be converted, and PL/pgSQL alone outlives one. It
// returns nothing: the answer is left in a setting of our own.
static bool
append_characters(struct buffer *sql, const char *code_page)
{
    if (text_equal_nocase(code_page, "UTF8"))
        return false;
    (void)buffer_append_text(
        sql, "DO $do$ DECLARE lead text; line text; answer text := ''; BEGIN FOR lead IN ");
    append_leads(sql, code_page);
    (void)buffer_append_text(sql,
        " LOOP line := ''; FOR tail IN 128..255 LOOP BEGIN line := line || pg_catalog.encode("
        "pg_catalog.convert(pg_catalog.decode(lead || pg_catalog.to_hex(tail), 'hex'), "
        "pg_catalog.current_setting('server_encoding'), 'UTF8'), 'hex') || ','; "
        "EXCEPTION WHEN untranslatable_character OR character_not_in_repertoire THEN "
        "line := line || ','; END; END LOOP; IF pg_catalog.replace(line, ',', '') <> '' THEN "
        "answer := answer || lead || ':' || line || ';'; END IF; END LOOP; "
        "PERFORM pg_catalog.set_config('oe2pg.characters', answer, false); END $do$");
    return true;
}

static const char characters[] = "SELECT l FROM pg_catalog.unnest(pg_catalog.string_to_array("
                                 "pg_catalog.current_setting('oe2pg.characters'), ';')) l";

// --- by ODBC

static bool
odbc_expression(const struct product_reading *reading, struct buffer *sql,
    const struct column *column, const char *name)
{
    if (reading->has_odd_texts && column->kind == VALUE_TEXT) {
        append_bytes(sql, column, name);
        return true;
    }
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        if (column->driver_type != (int)types[i].type)
            continue;
        (void)buffer_printf(sql, types[i].is_cast ? "CAST(%s AS pg_catalog.text)" : "%s", name);
        return types[i].is_cast;
    }
    append_print(sql, name, "", "");
    return true;
}

// psqlODBC hands the type modifier out without its offset of 4: n of varchar(n) and char(n),
// p * 65536 + s of numeric(p,s), negative when there is none.
static void
apply_type_modifier(struct column *column, int64_t base_type, int64_t modifier)
{
    bool is_declared = modifier >= 0;

    if (base_type == PG_NUMERIC) {
        column->width = is_declared ? (size_t)(modifier >> 16) & 0xFFFF : 0;
        // A negative scale is kept in eleven bits; nothing is printed behind the point then.
        column->scale = is_declared ? (int)(modifier & 0x7FF) : -1;
        if (column->scale > 1000)
            column->scale = 0;
        return;
    }
    column->width = is_declared ? (size_t)modifier : 0;
    column->is_long = !is_declared;
}

static void
odbc_refine(struct column *column, int64_t base_type, int64_t type_modifier)
{
    if (base_type <= 0 || base_type > INT32_MAX)
        return;
    // The type's own number says more than an ODBC type number.
    column->driver_type = (int)base_type;
    column->kind = VALUE_TEXT;
    column->is_long = true;
    column->scale = -1;
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        if (base_type != types[i].type)
            continue;
        column->kind = types[i].kind;
        column->width = types[i].width;
        column->is_long = column->kind == VALUE_TEXT || column->kind == VALUE_BINARY;
    }
    if (base_type == PG_NUMERIC || base_type == PG_VARCHAR || base_type == PG_BPCHAR)
        apply_type_modifier(column, base_type, type_modifier);
    else if (column->is_long)
        column->width = 0;
    if (base_type == PG_NAME || base_type == PG_CHAR) {
        column->width = base_type == PG_NAME ? 63 : 1;
        column->is_long = false;
    }
}

// --- types of which the name says more than a number of ODBC or JDBC does

// A domain over one has the number, by ODBC, and the name, by JDBC. json keeps the blanks of a
// jsonb and the order of its names.
static const struct product_native natives[] = {
    { "int2", PG_INT2, MIRROR_INT2 },
    { "int4", PG_INT4, MIRROR_INT4 },
    { "int8", PG_INT8, MIRROR_INT8 },
    { "oid", PG_OID, MIRROR_INT8 },
    { "uuid", PG_UUID, MIRROR_UUID },
    { "uuid(*", PG_UUID, MIRROR_UUID }, // as its width is spelt by JDBC
    { "json", PG_JSON, MIRROR_JSON },
    { "jsonb", PG_JSONB, MIRROR_JSON },
};

// --- all of it

const struct product product_postgresql = {
    .patterns = { "PostgreSQL*" },
    .natives = { .list = natives, .count = sizeof natives / sizeof natives[0] },
    .dialect = { .limit = " LIMIT %zu", .ends_transactions = true },
    .catalog = { .objects = objects,
        .keys = keys,
        .estimates = estimates,
        .guid = guid,
        .sequences = { .list = "SELECT schemaname, sequencename, increment_by, min_value, "
                               "max_value, cycle, last_value FROM pg_catalog.pg_sequences",
            .field_count = PRODUCT_SEQUENCE_FIELDS },
        .views = views,
        .code_page = "SELECT pg_catalog.current_setting('server_encoding')",
        .append_text = append_text },
    .probes = { .clock = "SELECT CAST(CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint) "
                         "AS text)",
        .letters = "SELECT CAST('" PRODUCT_LETTERS "' AS text)" },
    .stamps = { .local_clock = "SELECT to_char(clock_timestamp() AT TIME ZONE (SELECT reset_val "
                               "FROM pg_settings WHERE name = 'TimeZone'), "
                               "'YYYY-MM-DD HH24:MI:SS.MS')",
        // Of others' sessions a role that may not look sees no state.
        .oldest_open = "SELECT CASE WHEN count(*) FILTER (WHERE state IS NULL AND backend_type = "
                       "'client backend') = 0 THEN CAST(CAST(COALESCE(extract(epoch FROM "
                       "clock_timestamp() - min(xact_start)) * 1000, 0) AS bigint) AS text) END "
                       "FROM pg_stat_activity WHERE datname = current_database() "
                       "AND pid <> pg_backend_pid()" },
    .session = { .pins = session_pins,
        .pin_count = sizeof session_pins / sizeof session_pins[0],
        .append_question = append_question,
        .append_setting = append_setting,
        .is_instant = is_instant },
    // One operator class orders and compares. Of texts it follows the collation, whose version may
    // be newer than an index: after an upgrade of the C library the index keeps the order of old.
    .order = { .kinds = PRODUCT_NUMBERS | PRODUCT_TIMES | PRODUCT_KIND(VALUE_BOOLEAN) |
                        PRODUCT_KIND(VALUE_TIMESTAMP_TZ),
        .names = { "uuid" } },
    .bytes = { .has_odd_texts = has_odd_texts,
        .append_characters = append_characters,
        .characters = characters,
        .names = names,
        .odd_names = "SELECT relname FROM pg_class WHERE relname !~ '^[ -~]*$'",
        .append_text = append_bytes,
        .append_literal = append_literal },
    // psqlODBC says 08001 for a refused login too.
    .errors.refusal = "FATAL:",
    .odbc = { .driver = "*psqlodbc*",
        .append_expression = odbc_expression,
        .parameter_type = product_bind_as_text,
        .refine_column = odbc_refine,
        .has_own_types = true,
        .paces_fetch = true,
        .can_reposition = true },
    .jdbc = { .urls = { "jdbc:postgresql:*" },
        // Text, so that what comes is the server's own print.
        .properties = { "binaryTransfer", "false", "ApplicationName", "oe2pg", "tcpKeepAlive",
            "true" },
        .columns = columns,
        .is_statically_typed = true,
        .delivers_raw_text = true,
        .has_own_types = true,
        .positions_untyped = true },
};

_Static_assert(
    sizeof session_pins / sizeof session_pins[0] <= PRODUCT_PINS_MAX, "room for all of them");
