// SQLite: by libsqliteodbc, and by JDBC, where the database alone is known and nothing of its
// driver.
//
// libsqliteodbc prints reals with 15 digits and BLOBs as X'..', and cuts texts at a NUL. Any column
// may hold any type of value, but one with text affinity no numbers. It hands rows on one by one
// (StepAPI) only where the statement has no parameters: with one bound it keeps the whole result.
#include "base/text.h"
#include "source/product/products.h"
#include "source/real_text.h"

#include <string.h>

// --- what it is asked about itself

// FTS and R-tree tables keep their rows in tables of fixed names, which SQLite tells (table_list)
// only where it has the module.
static const char objects[] =
    "SELECT '' AS c, '' AS s, m.name AS t, CASE WHEN m.type = 'view' THEN 'view' WHEN EXISTS ("
    "SELECT 1 FROM sqlite_master v WHERE v.type = 'table' AND v.sql LIKE 'CREATE VIRTUAL TABLE%' "
    "AND substr(m.name, 1, length(v.name) + 1) = v.name || '_' "
    "AND instr(CASE WHEN v.sql LIKE '%USING fts5%' THEN ' data idx content docsize config ' "
    "WHEN v.sql LIKE '%USING fts%' THEN ' content segments segdir docsize stat ' "
    "WHEN v.sql LIKE '%USING rtree%' OR v.sql LIKE '%USING geopoly%' "
    "THEN ' node rowid parent ' ELSE '' END, "
    "' ' || substr(m.name, length(v.name) + 2) || ' ') > 0) "
    "THEN '" PRODUCT_SHADOW_TABLE "' ELSE '' END AS k, NULL AS p, NULL AS n "
    "FROM sqlite_master m WHERE m.type IN ('table', 'view') "
    "AND substr(m.name, 1, 7) <> 'sqlite_'";

// An INTEGER PRIMARY KEY has no index of its own, for it is the rowid; table_info knows it. Where
// it is declared DESC or WITHOUT ROWID it has one, and holds any text. A NULL name in index_info is
// an expression.
static const char keys[] =
    "SELECT '' AS s, m.name AS t, 'PRIMARY KEY' AS i, "
    "CASE WHEN m.rootpage > 0 AND NOT EXISTS ("
    "SELECT 1 FROM pragma_index_list(m.name) l WHERE l.origin = 'pk') "
    "THEN 3 ELSE 2 END AS p, c.name AS c, c.pk AS n "
    "FROM sqlite_master m, pragma_table_info(m.name) c "
    "WHERE m.type = 'table' AND c.pk > 0{,m.name} "
    "UNION ALL SELECT '', m.name, l.name, l.\"unique\", k.name, k.seqno + 1 "
    "FROM sqlite_master m, pragma_index_list(m.name) l, pragma_index_info(l.name) k "
    "WHERE m.type = 'table' AND NOT l.partial AND l.origin <> 'pk'"
    "{,m.name} ORDER BY 2, 4 DESC, 3, 6";

static const char estimates[] = "SELECT '', tbl, max(CAST(stat AS INTEGER)) FROM sqlite_stat1 "
                                "WHERE stat GLOB '[0-9]*' GROUP BY tbl";

// Generated columns: the driver asks table_info, which keeps them back. Virtual tables,
// whose hidden columns are no data, have no root page.
static const char unlisted[] = "SELECT '' AS s, m.name AS t, c.name AS c, c.cid AS n, c.type AS d, "
                               "1 - c.\"notnull\" AS u "
                               "FROM sqlite_master m, pragma_table_xinfo(m.name) c "
                               "WHERE m.type = 'table' AND m.rootpage > 0 AND c.hidden IN (2, 3)"
                               "{,m.name} ORDER BY 2, 4";

// --- its session

static const struct session_pin session_pins[] = {
    { "reverse_unordered_selects", "0", "0", PIN_SYNTAX },
    { "query_only", "1", "1", PIN_SAFETY },
};

static void
append_question(struct buffer *sql, const struct product_session *session)
{
    for (size_t i = 0; i < session->pin_count; i++)
        (void)buffer_printf(sql, "%sSELECT '%s', %s FROM pragma_%s", i > 0 ? " UNION ALL " : "",
            session->pins[i].name, session->pins[i].name, session->pins[i].name);
}

static void
append_setting(struct buffer *sql, const struct session_pin *const *pins, size_t pin_count)
{
    for (size_t i = 0; i < pin_count; i++)
        (void)buffer_printf(sql, "PRAGMA %s = %s", pins[i]->name, pins[i]->value);
}

// --- by ODBC: what may stand in a column

enum { INTEGER_WIDTH = 19 }; // digits

static bool
contains_word(const char *type_name, const char *word)
{
    char pattern[16];

    (void)text_print(pattern, sizeof pattern, "*%s*", word);
    return text_match(pattern, type_name);
}

// The rules of SQLite's manual, in their order.
static bool
has_integer_affinity(const struct column *column)
{
    return contains_word(column->type_name, "int");
}

static bool
has_text_affinity(const struct column *column)
{
    return !has_integer_affinity(column) &&
           (contains_word(column->type_name, "char") || contains_word(column->type_name, "clob") ||
               contains_word(column->type_name, "text"));
}

// Integers are stored as such, whatever they were when they came; so are numbers in a text.
static bool
has_numeric_affinity(const struct column *column)
{
    return has_integer_affinity(column) ||
           (!has_text_affinity(column) && column->type_name[0] != '\0' &&
               !contains_word(column->type_name, "blob") &&
               !contains_word(column->type_name, "real") &&
               !contains_word(column->type_name, "floa") &&
               !contains_word(column->type_name, "doub"));
}

// Days and times have no type of their own and are kept as texts by most programs.
static bool
is_mostly_text(const struct column *column)
{
    return column->kind == VALUE_DATE || column->kind == VALUE_TIME ||
           column->kind == VALUE_TIMESTAMP || column->kind == VALUE_TIMESTAMP_TZ;
}

static bool
is_for_reals(const struct column *column)
{
    return column->kind == VALUE_DECIMAL || column->kind == VALUE_FLOAT ||
           column->kind == VALUE_FLOAT4;
}

// One that is there all the same shows by its point.
static bool
expects_no_reals(const struct column *column)
{
    return !is_for_reals(column) && has_numeric_affinity(column);
}

// The driver goes by the beginning of the name: "VARBINARY TEXT" is bytes to it, and "FLOATING
// POINT" a double, where SQLite keeps whole numbers.
static void
refine_column(struct column *column, int64_t base_type, int64_t type_modifier)
{
    (void)base_type;
    (void)type_modifier;
    if (column->kind == VALUE_BINARY && has_text_affinity(column)) {
        column->kind = VALUE_TEXT;
        column->is_long = true;
    } else if (column->kind == VALUE_FLOAT && has_integer_affinity(column)) {
        column->kind = VALUE_INTEGER;
        column->width = INTEGER_WIDTH;
    }
}

// --- by ODBC: what is selected
//
// Beginnings, which the column and an END complete.

// A real among texts or BLOBs, behind the connection's secret and this letter, which no value
// begins with.
static const char marked_real[] =
    "CASE typeof(@) WHEN 'real' THEN '$r' || printf('%!.18g', @) ELSE ";
// A text with a NUL among numbers or dates, in the digits of its bytes. The plus keeps SQLite from
// reading '' as a number.
static const char marked_text[] = "CASE WHEN +@ >= '' AND typeof(@) = 'text' AND "
                                  "instr(@, char(0)) THEN '$x' || hex(@) ELSE ";
// 18 digits because SQLite's own printf is one bit off with 17 for some doubles; its reading is,
// too, so that the shortening is left to us. What is a number of ten-thousandths, and not large,
// the driver's 15 digits say exactly: the quotient is rounded as a reading of that decimal would
// be. An infinite one less itself is NULL.
static const char long_real[] =
    "CASE WHEN @ COLLATE BINARY = round(@ * 10000.0) / 10000.0 AND @ BETWEEN -1e10 AND 1e10 THEN @ "
    "WHEN typeof(@) = 'real' THEN CASE WHEN @ - @ IS NOT NULL THEN printf('%!.18g', @) "
    "WHEN @ > 0 THEN 'Infinity' ELSE '-Infinity' END ELSE ";

static void
append_with_names(struct buffer *sql, const char *expression, const char *name, const char *secret)
{
    for (const char *p = expression; *p != '\0'; p++) {
        if (*p == '@')
            (void)buffer_append_text(sql, name);
        else if (*p == '$')
            (void)buffer_append_text(sql, secret);
        else
            (void)buffer_append_byte(sql, *p);
    }
}

// What provides for reals, or NULL.
static const char *
real_case(const struct column *column, const struct product_reading *reading)
{
    if (has_text_affinity(column))
        return NULL;
    if (column->kind == VALUE_TEXT || column->kind == VALUE_BINARY)
        return marked_real;
    return expects_no_reals(column) && !reading->has_odd_reals ? NULL : long_real;
}

// Where reals are told from everything else, no number pays for looking at the rest. In a UTF-16
// database the digits would not be those of UTF-8.
static bool
marks_texts(const struct column *column, const struct product_reading *reading)
{
    if (column->kind == VALUE_TEXT || column->kind == VALUE_BINARY)
        return false;
    return reading->has_odd_texts || (real_case(column, reading) == long_real &&
                                         text_equal_nocase(reading->code_page, "UTF-8"));
}

static bool
append_expression(const struct product_reading *reading, struct buffer *sql,
    const struct column *column, const char *name)
{
    bool is_blob =
        column->kind == VALUE_BINARY || (column->kind == VALUE_TEXT && reading->has_odd_texts);
    bool is_marked = marks_texts(column, reading);
    const char *reals = real_case(column, reading);

    if (is_blob)
        (void)buffer_append_text(sql, "CAST(");
    if (reals != NULL)
        append_with_names(sql, reals, name, reading->secret);
    if (is_marked)
        append_with_names(sql, marked_text, name, reading->secret);
    (void)buffer_append_text(sql, name);
    if (reals != NULL)
        (void)buffer_append_text(sql, " END");
    if (is_marked)
        (void)buffer_append_text(sql, " END");
    if (is_blob)
        (void)buffer_append_text(sql, " AS BLOB)");
    return true; // what the catalogue says of a type binds no value
}

// True for -digits.digits, then perhaps an exponent, and for what may be an infinite one.
static bool
is_real(const char *text, size_t size)
{
    size_t at = size > 0 && text[0] == '-' ? 1 : 0;
    size_t first = at;

    if (size - at == 3 && memcmp(text + at, "Inf", 3) == 0)
        return true;
    while (at < size && text[at] >= '0' && text[at] <= '9')
        at++;
    if (at == first || at == size || text[at] != '.')
        return false;
    while (at < size && strchr("0123456789.e+-", text[at]) != NULL && text[at] != '\0')
        at++;
    return at == size;
}

static bool
is_odd_real(const struct column *column, const char *text, size_t size)
{
    return !is_for_reals(column) && is_real(text, size) && expects_no_reals(column);
}

static void
take_hex(char *text, const char *digits, size_t *size)
{
    *size /= 2;
    for (size_t i = 0; i < *size; i++)
        (void)text_parse_hex_byte(digits + 2 * i, &text[i]);
}

static bool
take_marked(const char *secret, char *text, size_t *size)
{
    size_t mark = PRODUCT_SECRET_SIZE + 1; // and the letter

    if (*size < mark || memcmp(text, secret, mark - 1) != 0)
        return false;
    if (text[mark - 1] == 'x') {
        *size -= mark;
        take_hex(text, text + mark, size);
        return true;
    }
    if (text[mark - 1] != 'r')
        return false;
    *size -= mark;
    memmove(text, text + mark, *size);
    (void)real_text_shorten(text, size);
    return true;
}

// What is mostly a whole number is compared before it is searched: only reals and texts are larger
// than the largest of them, and SQLite compares two of them at no more than their load. The plus
// keeps it from comparing as texts. A rowid is a number. Counting bytes costs a third of searching
// them. In a UTF-16 database they are not those that the driver delivers.
static enum product_guard
append_guard(const struct product_reading *reading, struct buffer *sql, const struct column *column,
    const char *name)
{
    const char *condition = "+@ > 9223372036854775807 AND instr(@, char(0))";

    if (column->order == ORDER_DOCUMENTED || marks_texts(column, reading))
        return PRODUCT_GUARD_NONE;
    if (column->kind == VALUE_TEXT && has_text_affinity(column) &&
        text_equal_nocase(reading->code_page, "UTF-8")) {
        append_with_names(sql, "ifnull(length(CAST(@ AS BLOB)), 0)", name, "");
        return PRODUCT_GUARD_SIZE;
    }
    if (column->kind == VALUE_TEXT)
        condition = "typeof(@) = 'blob' OR instr(@, char(0))";
    else if (is_mostly_text(column))
        condition = "instr(@, char(0))";
    append_with_names(sql, condition, name, "");
    return PRODUCT_GUARD_CONDITION;
}

static const char text_length[] = "length(@)";
// The length of a BLOB is known without reading it. Where texts are expected it costs less to do
// so.
static const char text_size[] = "length(CAST(@ AS BLOB))";
static const char binary_size[] =
    "CASE typeof(@) WHEN 'blob' THEN length(@) ELSE length(CAST(@ AS BLOB)) END";

// --- by ODBC: what is compared

static void
append_quoted(struct buffer *sql, const char *bytes, size_t size)
{
    (void)buffer_append_byte(sql, '\'');
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '\'')
            (void)buffer_append_byte(sql, '\'');
        (void)buffer_append_byte(sql, bytes[i]);
    }
    (void)buffer_append_byte(sql, '\'');
}

// A literal takes the affinity of the column as a bound text does, for neither has one of its own;
// nor has a cast behind a plus. Between quotes nothing but the quote means anything to SQLite or to
// its driver. A text that is no UTF-8 or holds a NUL is written in its bytes, which are the
// database's own.
static bool
append_literal(const struct product_reading *reading, struct buffer *sql,
    const struct column *column, const struct cell *value)
{
    if (column->kind == VALUE_BINARY)
        return false;
    if (text_utf8_valid_size(value->bytes, value->size) == value->size) {
        append_quoted(sql, value->bytes, value->size);
        return true;
    }
    if (!text_equal_nocase(reading->code_page, "UTF-8"))
        return false;
    (void)buffer_append_text(sql, "+CAST(x'");
    product_append_hex(sql, value->bytes, value->size);
    (void)buffer_append_text(sql, "' AS TEXT)");
    return true;
}

// A BLOB: SQLite's own, the driver's print of it (twice as long) for this row and, until that is
// made, for the row before, the driver's reading of the print, and ours. Texts are there five
// times.
enum { VALUE_COPIES = 7 };

// --- all of it

const struct product product_sqlite = {
    .patterns = { "SQLite*" },
    .dialect.limit = " LIMIT %zu",
    .catalog = { .objects = objects,
        .keys = keys,
        .estimates = estimates,
        .views = "SELECT '' AS s, name, substr(sql, #, 500) AS d FROM sqlite_master "
                 "WHERE type = 'view' AND (# = 1 OR length(sql) >= #)" },
    .probes = { .first_query = "SELECT count(*) FROM sqlite_master",
        .clock = "SELECT CAST(CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) "
                 "AS TEXT)",
        .letters = "SELECT '" PRODUCT_LETTERS "'" },
    .stamps.local_clock = "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now', 'localtime')",
    .session = { .pins = session_pins,
        .pin_count = sizeof session_pins / sizeof session_pins[0],
        .append_question = append_question,
        .append_setting = append_setting,
        .sets_singly = true },
    .order.is_loosely_typed = true,
    .odbc = { .driver = "*sqlite*",
        .code_page = "PRAGMA encoding",
        .unlisted = unlisted,
        .append_expression = append_expression,
        .refine_column = refine_column,
        .append_guard = append_guard,
        .text_length = text_length,
        .text_size = text_size,
        .binary_size = binary_size,
        .value_copies = VALUE_COPIES,
        .append_literal = append_literal,
        .parameter_type = product_bind_as_text,
        .take_marked = take_marked,
        .is_odd_real = is_odd_real,
        .prints_long_reals = true,
        .is_loosely_typed = true },
    .jdbc.writes_no_limit = true,
};
