#include "source/odbc/odbc_product.h"

#include "base/text.h"
#include "source/catalog/postgres_bytes.h"
#include "source/catalog/product_queries.h"
#include "source/odbc/odbc.h"
#include "source/odbc/odbc_sqlite.h"

#include <sql.h>
#include <sqlext.h>

#include <stdio.h>
#include <string.h>

// A text parameter takes the affinity of the column that it is compared with, or the type that
// PostgreSQL infers for a literal.
static int
type_by_context(const struct column *column)
{
    (void)column;
    return SQL_VARCHAR;
}

// --- PostgreSQL: its own text for everything that psqlODBC would rewrite (dates, zones, uuid,
// money)

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
};

static const struct {
    int64_t type;
    enum value_kind kind;
    size_t width; // 0: as found
    bool is_cast;
} postgres_types[] = {
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

enum { POSTGRES_TYPE_COUNT = sizeof postgres_types / sizeof postgres_types[0] };

// A cast is not always what the type prints: that of inet adds /32, that of a domain over char(n)
// drops its blanks, and people make casts of their own. concat() calls the output function.
// IS NULL would be true of a composite value whose fields are all NULL.
static bool
postgres_expression(const struct odbc_source *source, struct buffer *sql,
    const struct column *column, const char *name, const struct odbc_note *note)
{
    (void)source;
    if (note->has_odd_texts && column->kind == VALUE_TEXT) {
        postgres_append_bytes(sql, name, column->driver_type == PG_BPCHAR);
        return true;
    }
    for (size_t i = 0; i < POSTGRES_TYPE_COUNT; i++) {
        if (column->driver_type != (int)postgres_types[i].type)
            continue;
        (void)buffer_printf(
            sql, postgres_types[i].is_cast ? "CAST(%s AS pg_catalog.text)" : "%s", name);
        return postgres_types[i].is_cast;
    }
    (void)buffer_printf(sql,
        "CASE WHEN %s IS NOT DISTINCT FROM NULL THEN NULL ELSE pg_catalog.concat(%s) END", name,
        name);
    return true;
}

static bool
postgres_literal(const struct odbc_source *source, struct buffer *sql, const struct column *column,
    const struct cell *value)
{
    if (!postgres_needs_literal(source->base.identity.code_page, column->kind, value))
        return false;
    postgres_append_literal(sql, value, column->driver_type == PG_BPCHAR);
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
postgres_refine(struct column *column, int64_t base_type, int64_t type_modifier)
{
    if (base_type <= 0 || base_type > INT32_MAX)
        return;
    // The type's own number says more than an ODBC type number.
    column->driver_type = (int)base_type;
    column->kind = VALUE_TEXT;
    column->is_long = true;
    column->scale = -1;
    for (size_t i = 0; i < POSTGRES_TYPE_COUNT; i++) {
        if (base_type != postgres_types[i].type)
            continue;
        column->kind = postgres_types[i].kind;
        column->width = postgres_types[i].width;
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

// --- MariaDB and MySQL: FLOAT would be printed with 6 digits, BIT as bytes

static bool
mariadb_expression(const struct odbc_source *source, struct buffer *sql,
    const struct column *column, const char *name, const struct odbc_note *note)
{
    (void)source;
    (void)note;
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

// MariaDB would compare a number with a text as doubles, a decimal it compares exactly.
static int
mariadb_parameter_type(const struct column *column)
{
    return column->kind == VALUE_INTEGER || column->kind == VALUE_DECIMAL ? SQL_DECIMAL
                                                                          : SQL_VARCHAR;
}

static void
mariadb_refine(struct column *column, int64_t base_type, int64_t type_modifier)
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
        column->driver_type = SQL_CHAR; // the catalogue calls it binary, the result does not
        column->width = 48;
        column->is_long = false;
    } else if (column->kind == VALUE_FLOAT4 || column->kind == VALUE_FLOAT) {
        column->scale = -1;
    }
}

// --- the table

static const struct odbc_product products[] = {
    { .patterns = { "SQLite*" },
        .driver = "*sqlite*",
        .first_query = "SELECT count(*) FROM sqlite_master",
        .objects = product_sqlite_objects,
        .keys = product_sqlite_keys,
        .estimates = product_sqlite_estimates,
        // Generated columns: the driver asks table_info, which keeps them back. Virtual tables,
        // whose hidden columns are no data, have no root page.
        .unlisted = "SELECT '' AS s, m.name AS t, c.name AS c, c.cid AS n, c.type AS d, "
                    "1 - c.\"notnull\" AS u "
                    "FROM sqlite_master m, pragma_table_xinfo(m.name) c "
                    "WHERE m.type = 'table' AND m.rootpage > 0 AND c.hidden IN (2, 3)"
                    "{,m.name} ORDER BY 2, 4",
        .code_page = "PRAGMA encoding",
        .append_expression = odbc_sqlite_expression,
        .refine_column = odbc_sqlite_refine,
        .append_guard = odbc_sqlite_guard,
        .text_length = odbc_sqlite_text_length,
        .text_size = odbc_sqlite_text_size,
        .binary_size = odbc_sqlite_binary_size,
        .value_copies = ODBC_SQLITE_VALUE_COPIES,
        .append_literal = odbc_sqlite_literal,
        .parameter_type = type_by_context,
        .take_real = odbc_sqlite_take_real,
        .is_odd_real = odbc_sqlite_is_odd_real,
        .explain = odbc_sqlite_explain,
        .prints_long_reals = true,
        .is_loosely_typed = true,
        .has_limit = true },
    { .patterns = { "PostgreSQL*" },
        .driver = "*psqlodbc*",
        .objects = product_postgres_objects,
        .keys = product_postgres_keys,
        .append_text = product_postgres_text,
        .estimates = product_postgres_estimates,
        .guid = product_postgres_guid,
        .code_page = product_postgres_code_page,
        .has_odd_texts = postgres_has_bytes,
        .append_expression = postgres_expression,
        .append_literal = postgres_literal,
        .parameter_type = type_by_context,
        .refine_column = postgres_refine,
        .has_own_types = true,
        .ends_transactions = true,
        .paces_fetch = true,
        .can_reposition = true,
        .has_limit = true },
    { .patterns = { "MariaDB*", "MySQL*" },
        .driver = "*",
        .objects = product_mariadb_objects,
        .keys = product_mariadb_keys,
        .append_text = product_mariadb_text,
        .estimates = product_mariadb_estimates,
        .code_page = product_mariadb_code_page,
        .append_expression = mariadb_expression,
        .parameter_type = mariadb_parameter_type,
        .refine_column = mariadb_refine,
        .only_own_catalog = true,
        .has_limit = true },
    { .patterns = { "*OpenEdge*" },
        .driver = "*",
        .guid = "SELECT d.\"_Db-guid\" FROM PUB.\"_Db\" d WHERE d.\"_Db-local\" = 1",
        .code_page = "SELECT d.\"_Db-xl-name\" FROM PUB.\"_Db\" d WHERE d.\"_Db-local\" = 1",
        .isolation = { "SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED",
            "SET TRANSACTION ISOLATION LEVEL READ COMMITTED" },
        .unlocked = " WITH (NOLOCK)",
        // An open transaction, and every statement begins one, keeps a lock of the schema.
        .ends_transactions = true,
        .has_top = true,
        .is_openedge = true },
};

static const struct odbc_product unknown_product = { .is_unprepared = true };

const struct odbc_product *
odbc_product_find(const char *dbms_name, const char *library)
{
    for (size_t i = 0; i < sizeof products / sizeof products[0]; i++) {
        for (const char *const *p = products[i].patterns; *p != NULL; p++) {
            if (text_match(*p, dbms_name) && text_match(products[i].driver, library))
                return &products[i];
        }
    }
    return &unknown_product;
}
