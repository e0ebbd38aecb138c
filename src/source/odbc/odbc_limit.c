#include "source/odbc/odbc_limit.h"

#include "base/text.h"
#include "source/product/product.h"

#include <inttypes.h>
#include <string.h>
#include <sys/random.h>

enum {
    SUMMED_MAX = 16, // of more columns the sum in each would make the SELECT too long
    SHARE_OF_MANY = 8,
    LENGTH_DIGITS = 19,
    UTF8_MAX = 4, // bytes of a character
};

bool
odbc_limit_init(struct odbc_source *source, struct error *err)
{
    uint64_t random[2];

    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return error_set(err, ERROR_SYSTEM, "the system gives no random numbers");
    (void)text_print(
        source->secret, sizeof source->secret, "%016" PRIx64 "%016" PRIx64, random[0], random[1]);
    return true;
}

static bool
can_be_long(const struct column *column)
{
    return column->kind == VALUE_TEXT || column->kind == VALUE_BINARY;
}

static size_t
count_long(const struct table *table)
{
    size_t count = 0;

    for (size_t i = 0; i < table->column_count; i++)
        count += can_be_long(&table->columns[i]);
    return count;
}

static void
append_measure(const struct odbc_source *source, const struct table *table,
    const struct column *column, const char *measure, odbc_append_name *append_name,
    struct buffer *sql)
{
    for (const char *p = measure; *p != '\0'; p++) {
        if (*p == '@')
            append_name(source, sql, table, column);
        else
            (void)buffer_append_byte(sql, *p);
    }
}

static void
append_size(const struct odbc_source *source, const struct table *table,
    const struct column *column, odbc_append_name *append_name, struct buffer *sql)
{
    const struct product *product = source->product;

    append_measure(source, table, column,
        column->kind == VALUE_TEXT ? product->odbc.text_size : product->odbc.binary_size,
        append_name, sql);
}

static void
append_sum(const struct odbc_source *source, const struct table *table,
    odbc_append_name *append_name, struct buffer *sql)
{
    (void)buffer_append_text(sql, "0");
    for (size_t i = 0; i < table->column_count; i++) {
        if (!can_be_long(&table->columns[i]))
            continue;
        (void)buffer_append_text(sql, " + coalesce(");
        append_size(source, table, &table->columns[i], append_name, sql);
        (void)buffer_append_text(sql, ", 0)");
    }
}

size_t
odbc_limit_share(const struct read_request *request)
{
    size_t count = count_long(request->table);

    return request->value_bytes / (count <= SUMMED_MAX ? (count > 0 ? count : 1) : SHARE_OF_MANY);
}

// The length of a BLOB is known without reading it. A text would be read, and held, once more for
// it; beside a guard, which does that too, its length is what the guard counts.
static void
append_word(const struct odbc_source *source, const struct table *table,
    const struct column *column, bool has_odd_texts, odbc_append_name *append_name,
    struct buffer *sql)
{
    bool is_bytes = column->kind == VALUE_BINARY || has_odd_texts;

    (void)buffer_printf(sql, " THEN %s'%s'", is_bytes ? "CAST(" : "", source->secret);
    if (is_bytes) {
        (void)buffer_append_text(sql, " || ");
        append_size(source, table, column, append_name, sql);
    }
    (void)buffer_append_text(sql, is_bytes ? " AS BLOB) ELSE " : " ELSE ");
}

// All values of a row together have to fit, but for some small ones. Where they do not, those that
// are longer than their share are withheld; the sum is only computed beside one that is.
bool
odbc_limit_append_begin(const struct odbc_source *source, const struct read_request *request,
    const struct column *column, bool has_odd_texts, odbc_append_name *append_name,
    struct buffer *sql)
{
    const struct table *table = request->table;
    size_t count = count_long(table);

    if (source->product->odbc.text_size == NULL || request->value_bytes == 0 ||
        !can_be_long(column))
        return false;
    (void)buffer_append_text(sql, "CASE WHEN ");
    // Most texts are told to be short by this. One that only seems to be, for a NUL in it, is cut
    // there by the driver, unless texts are read as bytes.
    if (column->kind == VALUE_TEXT && source->product->odbc.text_length != NULL && !has_odd_texts) {
        append_measure(source, table, column, source->product->odbc.text_length, append_name, sql);
        (void)buffer_printf(sql, " > %zu AND ", odbc_limit_share(request) / UTF8_MAX);
    }
    append_size(source, table, column, append_name, sql);
    (void)buffer_printf(sql, " > %zu", odbc_limit_share(request));
    if (count > 1 && count <= SUMMED_MAX) {
        (void)buffer_append_text(sql, " AND (");
        append_size(source, table, column, append_name, sql);
        (void)buffer_printf(sql, " > %zu OR ", request->value_bytes);
        append_sum(source, table, append_name, sql);
        (void)buffer_printf(sql, " > %zu)", request->value_bytes + ODBC_ROW_SLACK);
    }
    append_word(source, table, column, has_odd_texts, append_name, sql);
    return true;
}

void
odbc_limit_append_end(struct buffer *sql)
{
    (void)buffer_append_text(sql, " END");
}

bool
odbc_limit_is_word(
    const struct odbc_source *source, const char *bytes, size_t size, size_t *withheld_size)
{
    size_t secret = sizeof source->secret - 1;
    char digits[LENGTH_DIGITS + 1] = "";
    int64_t length = 0;

    if (size < secret || size > secret + LENGTH_DIGITS ||
        memcmp(bytes, source->secret, secret) != 0)
        return false;
    memcpy(digits, bytes + secret, size - secret);
    if (digits[0] != '\0' && !text_parse_integer(digits, 1, INT64_MAX, &length))
        return false;
    *withheld_size = (size_t)length;
    return true;
}
