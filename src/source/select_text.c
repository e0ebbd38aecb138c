#include "source/select_text.h"

#include "base/mem.h"
#include "model/key_choice.h"

#include <string.h>

void
select_append_identifier(const char *quote, struct buffer *sql, const char *identifier)
{
    size_t quote_size = strlen(quote);

    (void)buffer_append(sql, quote, quote_size);
    for (const char *p = identifier; *p != '\0'; p++) {
        if (quote_size > 0 && *p == quote[0])
            (void)buffer_append(sql, quote, quote_size);
        (void)buffer_append_byte(sql, *p);
    }
    (void)buffer_append(sql, quote, quote_size);
}

void
select_append_column(const struct select_names *names, struct buffer *sql,
    const struct table *table, const struct column *column)
{
    if (column->is_row_id) { // a word of SQL
        (void)buffer_append_text(sql, column->name);
        return;
    }
    if (names->is_qualified) {
        select_append_identifier(names->quote, sql, table->name);
        (void)buffer_append_byte(sql, '.');
    }
    select_append_identifier(names->quote, sql, column->name);
}

// `$` is the operand, the first `#` one number and any other the next.
static void
append_form(
    struct buffer *sql, const char *form, const char *operand, size_t number, size_t next_number)
{
    for (const char *p = form; *p != '\0'; p++) {
        if (*p == '$')
            (void)buffer_append_text(sql, operand);
        else if (*p != '#')
            (void)buffer_append_byte(sql, *p);
        else {
            (void)buffer_printf(sql, "%zu", number);
            number = next_number;
        }
    }
}

void
select_append_expression(const struct product_dialect *dialect, struct buffer *sql,
    const struct column *column, const char *name)
{
    const struct column_way *way = column->way;
    size_t number = column->expression;

    switch (way->kind) {
    case WAY_CAST:
        append_form(sql, dialect->cast, name, 0, 0);
        return;
    case WAY_SLICES:
        if (number == 1 && way->begins_left)
            append_form(sql, dialect->left, name, way->slice_width, 0);
        else
            append_form(
                sql, dialect->slice, name, column_way_begin(way, number - 1) + 1, way->slice_width);
        return;
    case WAY_ELEMENTS:
        append_form(sql, dialect->element, name, number, number);
        return;
    case WAY_LEFT_OUT:
        (void)buffer_append_byte(sql, '1');
        return;
    case WAY_ROWS:
    case WAY_CUT:
    case WAY_SHORT:
        break;
    }
    BUG("a column that is read plainly is no expression");
}

void
select_append_table(const struct select_names *names, struct buffer *sql, const struct table *table)
{
    if (table->schema[0] != '\0') {
        select_append_identifier(names->quote, sql, table->schema);
        (void)buffer_append_byte(sql, '.');
    }
    select_append_identifier(names->quote, sql, table->name);
}

// --- which rows

static void
append_and(struct buffer *sql, bool *has_where)
{
    (void)buffer_append_text(sql, *has_where ? " AND " : " WHERE ");
    *has_where = true;
}

static const char *
is_null(const struct select_names *names)
{
    return names->is_null != NULL ? names->is_null : " IS NULL";
}

static void
append_nulls(const struct select_names *names, const struct read_request *request,
    struct buffer *sql, bool *has_where)
{
    const struct table *table = request->table;
    const struct key *key = request->key;
    bool is_any = request->part == KEY_PART_WITH_NULL;

    for (size_t i = 0; i < key->column_count; i++) {
        const struct column *column = &table->columns[key->columns[i]];

        if (!is_any && !key_choice_can_be_null(column))
            continue;
        if (is_any && i > 0)
            (void)buffer_append_text(sql, " OR ");
        else
            append_and(sql, has_where);
        if (is_any && i == 0)
            (void)buffer_append_byte(sql, '(');
        select_append_column(names, sql, table, column);
        (void)buffer_append_text(sql, is_any ? is_null(names) : " IS NOT NULL");
    }
    if (is_any)
        (void)buffer_append_byte(sql, ')');
}

// The last column of a position comes after it in the key's own direction.
static const char *
comparison(const struct read_request *request, size_t i)
{
    if (request->part == KEY_PART_EQUAL || i + 1 < request->after->count)
        return " = ";
    return key_is_descending(request->key, i) ? " < " : " > ";
}

static void
append_value(const struct select_names *names, struct buffer *sql, const struct column *column,
    const struct cell *value)
{
    if (names->append_value != NULL)
        names->append_value(names->appender, sql, column, value);
    else
        (void)buffer_append_byte(sql, '?');
}

static void
append_position(const struct select_names *names, const struct read_request *request,
    struct buffer *sql, bool *has_where)
{
    const struct key_position *after = request->after;

    for (size_t i = 0; i < after->count; i++) {
        const struct column *column = &request->table->columns[request->key->columns[i]];

        append_and(sql, has_where);
        select_append_column(names, sql, request->table, column);
        if (request->part == KEY_PART_EQUAL && after->values[i].bytes == NULL) {
            (void)buffer_append_text(sql, is_null(names));
            continue;
        }
        (void)buffer_append_text(sql, comparison(request, i));
        append_value(names, sql, column, &after->values[i]);
    }
}

// a <= A AND (a < A OR (b <= B AND (b < B OR c <= C))): the first column's limit stands alone, for
// a source to look it up in an index. The same with >= and >, the last key exclusive, where the
// read begins behind it.
static void
append_limit(const struct select_names *names, const struct read_request *request,
    const struct key_position *limit, bool is_beginning, struct buffer *sql, bool *has_where)
{
    append_and(sql, has_where);
    for (size_t i = 0; i < limit->count; i++) {
        const struct column *column = &request->table->columns[request->key->columns[i]];
        const char *sign = key_is_descending(request->key, i) == is_beginning ? " <" : " >";
        bool is_last = i + 1 == limit->count;

        select_append_column(names, sql, request->table, column);
        (void)buffer_printf(sql, "%s%s ", sign, is_last && is_beginning ? "" : "=");
        append_value(names, sql, column, &limit->values[i]);
        if (is_last)
            break;
        (void)buffer_append_text(sql, " AND (");
        select_append_column(names, sql, request->table, column);
        (void)buffer_printf(sql, "%s ", sign);
        append_value(names, sql, column, &limit->values[i]);
        (void)buffer_append_text(sql, " OR (");
    }
    for (size_t i = 1; i < limit->count; i++)
        (void)buffer_append_text(sql, "))");
}

// A comparison with a NULL is not true: such a row has none of these keys.
static void
append_exception(const struct select_names *names, const struct read_request *request,
    const struct key_position *except, struct buffer *sql)
{
    for (size_t i = 0; i < except->count; i++) {
        const struct column *column = &request->table->columns[request->key->columns[i]];

        (void)buffer_append_text(sql, i > 0 ? " OR " : "(");
        select_append_column(names, sql, request->table, column);
        (void)buffer_append_text(sql, " <> ");
        append_value(names, sql, column, &except->values[i]);
        if (!key_choice_can_be_null(column))
            continue;
        (void)buffer_append_text(sql, " OR ");
        select_append_column(names, sql, request->table, column);
        (void)buffer_append_text(sql, " IS NULL");
    }
    (void)buffer_append_byte(sql, ')');
}

static void
append_exceptions(const struct select_names *names, const struct read_request *request,
    struct buffer *sql, bool *has_where)
{
    for (size_t i = 0; i < request->except_count; i++) {
        append_and(sql, has_where);
        append_exception(names, request, &request->except[i], sql);
    }
}

static void
append_row_ids(const struct select_names *names, const struct row_ids *rows, bool are_left_out,
    struct buffer *sql, bool *has_where)
{
    if (rows->count == 0)
        return;
    if (names->append_row_ids == NULL)
        BUG("rows of a source without ids were asked for by them");
    append_and(sql, has_where);
    (void)buffer_append_byte(sql, '(');
    names->append_row_ids(sql, rows->ids, rows->count, are_left_out);
    (void)buffer_append_byte(sql, ')');
}

static void
append_order(
    const struct select_names *names, const struct read_request *request, struct buffer *sql)
{
    for (size_t i = 0; i < request->key->column_count; i++) {
        (void)buffer_append_text(sql, i == 0 ? " ORDER BY " : ", ");
        select_append_column(
            names, sql, request->table, &request->table->columns[request->key->columns[i]]);
        if (key_is_descending(request->key, i) != request->is_backward)
            (void)buffer_append_text(sql, " DESC");
    }
}

void
select_append_conditions(
    const struct select_names *names, struct buffer *sql, const struct read_request *request)
{
    bool has_where = false;

    if (request->table->where.condition != NULL && request->table->where.condition[0] != '\0') {
        append_and(sql, &has_where);
        // The line end closes a comment that the user may have ended his condition with.
        (void)buffer_printf(sql, "(%s\n)", request->table->where.condition);
    }
    append_row_ids(names, &request->only_ids, false, sql, &has_where);
    append_row_ids(names, &request->except_ids, true, sql, &has_where);
    append_exceptions(names, request, sql, &has_where);
    if (request->part == KEY_PART_ALL)
        return;
    if (request->part != KEY_PART_EQUAL)
        append_nulls(names, request, sql, &has_where);
    if (request->part == KEY_PART_WITH_NULL)
        return;
    if (request->after != NULL)
        append_position(names, request, sql, &has_where);
    if (request->beyond != NULL)
        append_limit(names, request, request->beyond, true, sql, &has_where);
    if (request->up_to != NULL)
        append_limit(names, request, request->up_to, false, sql, &has_where);
    if (request->part == KEY_PART_EQUAL || request->is_count)
        return;
    append_order(names, request, sql);
}

const struct column select_count_column = {
    .name = "COUNT(*)",
    .type_name = "bigint",
    .kind = VALUE_INTEGER,
    .width = 20,
    .scale = -1,
    .is_row_id = true,
};

void
select_append_count(const struct select_names *names, struct buffer *sql, const struct table *table,
    const char *unlocked)
{
    const struct read_request request = { .table = table, .part = KEY_PART_ALL };

    (void)buffer_append_text(sql, "SELECT ");
    select_append_column(names, sql, table, &select_count_column);
    (void)buffer_append_text(sql, " FROM ");
    select_append_table(names, sql, table);
    (void)buffer_append_text(sql, unlocked);
    select_append_conditions(names, sql, &request);
}

// The only `%` in the format is that of the number.
void
select_append_limit(const char *format, size_t limit, struct buffer *sql)
{
    const char *number = strstr(format, "%zu");

    (void)buffer_append(sql, format, (size_t)(number - format));
    (void)buffer_printf(sql, "%zu%s", limit, number + strlen("%zu"));
}

bool
select_is_limited(const struct read_request *request)
{
    return request->part == KEY_PART_NOT_NULL && request->row_limit > 0 && !request->is_count;
}

bool
select_check_request(const struct read_request *request, struct error *err)
{
    if (request->table->column_count == 0)
        return error_set(err, ERROR_TABLE, "the catalogue shows no columns of it");
    if (request->part != KEY_PART_ALL && request->key == NULL)
        BUG("a part of a key was asked for without a key");
    if (request->after != NULL &&
        ((request->part != KEY_PART_NOT_NULL && request->part != KEY_PART_EQUAL) ||
            request->after->count == 0 || request->after->count > request->key->column_count))
        BUG("a position that does not fit its key");
    if (request->except_count > 0 &&
        (request->key == NULL ||
            (request->part != KEY_PART_ALL && request->part != KEY_PART_NOT_NULL)))
        BUG("keys are to be left out of a part that has none");
    if ((request->beyond != NULL || request->up_to != NULL || request->is_backward ||
            request->is_count) &&
        request->part != KEY_PART_NOT_NULL)
        BUG("a limit, a direction or a count of rows that come in no order");
    if ((request->beyond != NULL && request->beyond->count != request->key->column_count) ||
        (request->up_to != NULL && request->up_to->count != request->key->column_count))
        BUG("a limit that does not fit its key");
    if (request->part == KEY_PART_EQUAL &&
        (request->after == NULL || request->after->count != request->key->column_count))
        BUG("a row was asked for without its key");
    return true;
}

// Each value but the last stands in two comparisons.
static bool
each_of_limit(const struct read_request *request, const struct key_position *limit,
    select_take_position *take, void *taker, struct error *err)
{
    for (size_t i = 0; limit != NULL && i < limit->count; i++) {
        const struct column *column = &request->table->columns[request->key->columns[i]];

        if (!take(taker, column, &limit->values[i], err) ||
            (i + 1 < limit->count && !take(taker, column, &limit->values[i], err)))
            return false;
    }
    return true;
}

bool
select_each_position(
    const struct read_request *request, select_take_position *take, void *taker, struct error *err)
{
    const struct column *columns = request->table->columns;

    for (size_t e = 0; e < request->except_count; e++) {
        const struct key_position *except = &request->except[e];

        for (size_t i = 0; i < except->count; i++) {
            if (!take(taker, &columns[request->key->columns[i]], &except->values[i], err))
                return false;
        }
    }
    for (size_t i = 0; request->after != NULL && i < request->after->count; i++) {
        const struct cell *value = &request->after->values[i];

        if (value->bytes != NULL && !take(taker, &columns[request->key->columns[i]], value, err))
            return false;
    }
    return each_of_limit(request, request->beyond, take, taker, err) &&
           each_of_limit(request, request->up_to, take, taker, err);
}
