#include "source/past_width.h"

#include "base/text.h"
#include "model/key_choice.h"
#include "source/driver.h"
#include "source/select_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROWS_BEHIND = 2000, // read on behind the first wide value: for the longest, and for good ones
    WITNESSES = 3,      // rows in which the column and the expression are compared
    ROWS_COMPARED = 50, // where no row can be asked for
    BATCH_ROWS = 500,
    BATCH_BYTES = 1024 * 1024,
    VALUE_BYTES = 4 * 1024 * 1024,
    SLICES_FIRST_REACH = 4, // so many widths
    CONSTANTS_MAX = 2,
    COLUMNS_MAX = 1 + CONSTANTS_MAX + KEY_COLUMNS_MAX,
};

struct constant {
    struct column column;
    const char *expected;
};

struct witness {
    int64_t id;
    struct key_position key;
    struct cell values[KEY_COLUMNS_MAX];
};

struct attempt {
    struct source *source;
    const struct table *table;
    const struct column *column; // as the source has it
    int place;                   // of it, or of an element of it, in the table
    const struct product_dialect *dialect;
    struct arena arena;
    struct column_way way;
    struct constant constants[CONSTANTS_MAX];
    size_t constant_count;
    bool is_refused;      // by the source, whichever column it is
    bool is_unknown_void; // SUBSTRING makes NULL of ''
    bool has_no_ids;      // the source refuses them
    bool has_no_key;      // other columns of the key are too wide to be read plainly
    char why[200];
    size_t longest;     // characters
    size_t rows_behind; // the first wide value
    struct witness witnesses[WITNESSES];
    size_t witness_count;
};

static bool
refuse(struct attempt *attempt, bool is_refused, const char *why)
{
    attempt->is_refused = is_refused;
    (void)text_print(attempt->why, sizeof attempt->why, "%s", why);
    return true;
}

// ---- statements --------------------------------------------------------------------------------

static struct column
read_by(const struct attempt *attempt, const struct column_way *way)
{
    struct column column = *attempt->column;

    column.way = way;
    return column;
}

// A key that can be read, and asked for.
static bool
has_key(const struct attempt *attempt)
{
    return key_choice_is_exact(attempt->table) && !attempt->has_no_key &&
           !key_has_column(attempt->table->key, attempt->place);
}

// Rows are told by their ids where no key tells them.
static bool
has_ids(const struct attempt *attempt)
{
    return !has_key(attempt) && !attempt->has_no_ids &&
           source_capabilities(attempt->source).row_id != NULL;
}

static struct read_request
ask(const struct table *table)
{
    return (struct read_request){ .table = table,
        .part = KEY_PART_ALL,
        .batch_rows = BATCH_ROWS,
        .batch_bytes = BATCH_BYTES,
        .value_bytes = VALUE_BYTES };
}

// True when the failure is an answer about what was asked for.
static bool
is_answer(const struct error *err)
{
    return err->retry == RETRY_NEVER && (err->kind == ERROR_TABLE || err->kind == ERROR_DATA);
}

// Repeats what the source asks to have repeated.
static bool
open_statement(struct source *source, const struct read_request *request, struct cursor **cursor,
    struct error *err)
{
    bool done = source_open_cursor(source, request, cursor, err);

    for (size_t i = 0; !done && err->retry == RETRY_AT_ONCE && i <= request->table->column_count;
         i++) {
        error_clear(err);
        done = source_open_cursor(source, request, cursor, err);
    }
    return done;
}

// ---- rows that come plainly --------------------------------------------------------------------

static bool
is_equal(const struct cell *a, const struct cell *b)
{
    return (a->bytes == NULL) == (b->bytes == NULL) && a->size == b->size &&
           (a->bytes == NULL || memcmp(a->bytes, b->bytes, a->size) == 0);
}

static bool
compare_rows(struct attempt *attempt, const struct read_request *request, size_t row_limit,
    struct error *err)
{
    struct cursor *cursor = NULL;
    const struct batch *batch = NULL;
    size_t rows = 0;
    bool done = open_statement(attempt->source, request, &cursor, err);
    bool is_same = true;

    while (done && is_same && rows < row_limit) {
        done = cursor_fetch(cursor, &batch, err);
        if (!done || batch->row_count == 0)
            break;
        for (size_t r = 0; r < batch->row_count; r++) {
            const struct cell *row = &batch->cells[r * batch->column_count];

            is_same = is_same && is_equal(&row[0], &row[1]);
        }
        rows += batch->row_count;
    }
    cursor_close(cursor);
    if (!is_same)
        return refuse(attempt, false, "it changes values that come plainly");
    // A row that does not come plainly any more is no witness.
    if (!done && (is_answer(err) || source_row_is_gone(attempt->source, err))) {
        error_clear(err);
        return true;
    }
    return done;
}

static bool
compare_witness(
    struct attempt *attempt, const struct read_request *request, size_t number, struct error *err)
{
    struct witness *witness = &attempt->witnesses[number];
    struct read_request one = *request;

    if (has_ids(attempt)) {
        one.only_ids = (struct row_ids){ .ids = &witness->id, .count = 1 };
    } else {
        one.part = KEY_PART_EQUAL;
        one.after = &witness->key;
    }
    return compare_rows(attempt, &one, BATCH_ROWS, err);
}

// The column, the expression over it, and what rows may be asked for by.
static bool
compare(struct attempt *attempt, struct error *err)
{
    struct column columns[2 + KEY_COLUMNS_MAX] = { read_by(attempt, NULL),
        read_by(attempt, &attempt->way) };
    struct table table = *attempt->table;
    struct read_request request = ask(&table);
    uint16_t places[KEY_COLUMNS_MAX];
    struct key key;

    table.columns = columns;
    table.column_count = 2;
    if (has_key(attempt)) {
        key = *attempt->table->key;
        for (size_t i = 0; i < key.column_count; i++) {
            places[i] = (uint16_t)table.column_count;
            columns[table.column_count++] =
                attempt->table->columns[attempt->table->key->columns[i]];
        }
        key.columns = places;
        request.key = &key;
    }
    if (!has_ids(attempt) && !has_key(attempt)) {
        request.batch_rows = request.block_rows = 1;
        return compare_rows(attempt, &request, ROWS_COMPARED, err);
    }
    for (size_t i = 0; i < attempt->witness_count && attempt->why[0] == '\0'; i++) {
        if (!compare_witness(attempt, &request, i, err))
            return false;
    }
    return true;
}

// ---- what the expression gives -----------------------------------------------------------------

// A literal goes through the same function: `operand` stands in the place of the column.
static void
add_constant(struct attempt *attempt, const char *operand, struct column_way way, size_t expression,
    const char *expected)
{
    const struct column asked = { .way = &way, .expression = (unsigned)expression };
    struct buffer sql;

    buffer_init(&sql, BUFFER_SQL_CAP);
    select_append_expression(attempt->dialect, &sql, &asked, operand);
    attempt->constants[attempt->constant_count++] = (struct constant){
        .column = { .name = arena_strdup(&attempt->arena, buffer_text(&sql)),
            .type_name = "varchar",
            .kind = VALUE_TEXT,
            .driver_type = PRODUCT_TYPE_VARCHAR,
            .width = COLUMN_WAY_CAST_WIDTH,
            .scale = -1,
            .is_row_id = true },
        .expected = expected,
    };
    buffer_release(&sql);
}

static void
add_constants(struct attempt *attempt)
{
    struct column_way way = attempt->way;

    attempt->constant_count = 0;
    if (way.kind == WAY_CAST)
        add_constant(attempt, "'a  '", way, 1, "a  ");
    if (way.kind != WAY_SLICES)
        return;
    way.slice_width = 3;
    add_constant(attempt, "'a  b'", way, 1, "a  ");
    add_constant(attempt, "''", way, 1, "");
}

// True when what came of the constants is as it has to be.
static bool
judge_constants(struct attempt *attempt, const struct cell *values)
{
    for (size_t i = 0; i < attempt->constant_count; i++) {
        const char *expected = attempt->constants[i].expected;

        if (values[i].bytes == NULL && expected[0] == '\0') {
            attempt->is_unknown_void = true;
            (void)refuse(attempt, true, "it makes NULL of an empty text");
            return false;
        }
        if (values[i].bytes == NULL || values[i].size != strlen(expected) ||
            memcmp(values[i].bytes, expected, values[i].size) != 0) {
            (void)refuse(attempt, true, "it takes blanks from the end");
            return false;
        }
    }
    return true;
}

static void
keep_witness(struct attempt *attempt, const struct cell *place)
{
    struct witness *witness = &attempt->witnesses[attempt->witness_count];
    size_t count = has_key(attempt) ? attempt->table->key->column_count : 0;

    if (attempt->witness_count == WITNESSES)
        return;
    if (has_ids(attempt)) {
        if (place->bytes == NULL ||
            !text_parse_integer(arena_strndup(&attempt->arena, place->bytes, place->size), 0,
                INT64_MAX, &witness->id))
            return;
    } else if (count == 0) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (place[i].bytes == NULL)
            return;
        witness->values[i] = (struct cell){
            .bytes = arena_strndup(&attempt->arena, place[i].bytes, place[i].size),
            .size = place[i].size,
        };
    }
    witness->key = (struct key_position){ .values = witness->values, .count = count };
    attempt->witness_count++;
}

// Digits before the point.
static size_t
whole_digits(const struct cell *number)
{
    size_t count = 0;

    for (size_t i = 0; i < number->size && number->bytes[i] != '.'; i++)
        count += number->bytes[i] >= '0' && number->bytes[i] <= '9';
    return count;
}

static size_t
characters_of(const struct cell *value)
{
    size_t count = 0;

    for (size_t i = 0; i < value->size; i++)
        count += ((unsigned char)value->bytes[i] & 0xC0) != 0x80;
    return count;
}

static bool
is_too_large(const struct column *column, const struct cell *value)
{
    size_t decimals = column->scale > 0 ? (size_t)column->scale : 0;

    return column->kind == VALUE_TEXT || whole_digits(value) + decimals > column->width;
}

// Of a text that was cut before its elements were looked for the last ones would be missing.
static bool
ends_in_nothing(const struct attempt *attempt, const struct cell *value)
{
    return attempt->way.kind == WAY_ELEMENTS &&
           (value->bytes[value->size - 1] == ';' || value->bytes[value->size - 1] == '?');
}

static void
take_row(struct attempt *attempt, const struct cell *row)
{
    const struct cell *value = &row[0];
    size_t characters;

    if (value->bytes == NULL || value->size == 0)
        return;
    characters = characters_of(value);
    // A number that was cut is another number: the text has to be longer than its column, too.
    if (characters <= attempt->column->width || !is_too_large(attempt->column, value))
        keep_witness(attempt, &row[1 + attempt->constant_count]);
    else if (characters > attempt->longest && !ends_in_nothing(attempt, value))
        attempt->longest = characters;
}

static bool
scan_rows(struct attempt *attempt, struct cursor *cursor, struct error *err)
{
    bool is_judged = false;
    const struct batch *batch;

    while (attempt->rows_behind < ROWS_BEHIND) {
        if (!cursor_fetch(cursor, &batch, err))
            return false;
        if (batch->row_count == 0)
            return true;
        if (!is_judged && !judge_constants(attempt, &batch->cells[1]))
            return true;
        is_judged = true;
        for (size_t r = 0; r < batch->row_count; r++)
            take_row(attempt, &batch->cells[r * batch->column_count]);
        attempt->rows_behind += attempt->longest > 0 ? batch->row_count : 0;
    }
    return true;
}

// The expression, constants, and what tells the row.
static void
choose_columns(const struct attempt *attempt, struct table *table, struct column *columns)
{
    const struct table *whole = attempt->table;
    size_t count = 0;

    columns[count] = read_by(attempt, &attempt->way);
    columns[count++].kind = VALUE_TEXT; // a number as it comes, not as it would be mirrored
    for (size_t i = 0; i < attempt->constant_count; i++)
        columns[count++] = attempt->constants[i].column;
    if (has_ids(attempt))
        columns[count++] = *source_capabilities(attempt->source).row_id;
    for (size_t i = 0; has_key(attempt) && i < whole->key->column_count; i++)
        columns[count++] = whole->columns[whole->key->columns[i]];
    *table = *whole;
    table->columns = columns;
    table->column_count = count;
    table->key = NULL;
}

// *is_again: with more slices, or finer ones.
static bool
judge_failure(struct attempt *attempt, bool *is_again, struct error *err)
{
    enum source_way_need need = source_trouble(attempt->source).need;

    if (!is_answer(err))
        return false;
    if (has_key(attempt) && source_trouble(attempt->source).column > (int)attempt->constant_count) {
        error_clear(err);
        attempt->has_no_key = *is_again = true;
        return true;
    }
    if (has_ids(attempt) && err->kind == ERROR_TABLE) {
        error_clear(err);
        attempt->has_no_ids = *is_again = true;
        return true;
    }
    *is_again = column_way_grow(&attempt->way, need == WAY_NEEDS_FINER);
    error_clear(err);
    if (need == WAY_NEEDS_NOTHING || need == WAY_NEEDS_OTHER)
        *is_again = false;
    if (*is_again)
        return true;
    return refuse(attempt, need == WAY_NEEDS_NOTHING,
        need == WAY_NEEDS_NOTHING ? "the source refuses it" : "what it gives contradicts itself");
}

static bool
scan(struct attempt *attempt, bool *is_again, struct error *err)
{
    struct column columns[COLUMNS_MAX];
    struct cursor *cursor = NULL;
    struct read_request request;
    struct table table;
    bool done;

    *is_again = false;
    attempt->longest = attempt->rows_behind = attempt->witness_count = 0;
    add_constants(attempt);
    choose_columns(attempt, &table, columns);
    request = ask(&table);
    done =
        open_statement(attempt->source, &request, &cursor, err) && scan_rows(attempt, cursor, err);
    cursor_close(cursor);
    if (!done)
        return judge_failure(attempt, is_again, err);
    if (attempt->why[0] == '\0' && attempt->longest == 0)
        return refuse(attempt, true, "no value comes longer than its column is declared");
    return true;
}

// ---- one way after the other -------------------------------------------------------------------

static bool
try_way(struct attempt *attempt, struct column_way way, struct error *err)
{
    bool is_again = true;

    attempt->way = way;
    attempt->way.declared_width = attempt->column->width;
    attempt->why[0] = '\0';
    attempt->is_unknown_void = false;
    while (is_again) {
        if (!scan(attempt, &is_again, err))
            return false;
    }
    if (attempt->why[0] != '\0' || !compare(attempt, err))
        return attempt->why[0] != '\0';
    if (attempt->why[0] == '\0' && way.kind == WAY_SLICES)
        attempt->way.slice_count = column_way_slices_for(
            attempt->way.slice_width, attempt->longest + attempt->longest / 2);
    return true;
}

static bool
try_slices(struct attempt *attempt, struct error *err)
{
    size_t width = attempt->column->width;
    struct column_way way = {
        .kind = WAY_SLICES,
        .slice_width = width,
        .slice_count = column_way_slices_for(width, SLICES_FIRST_REACH * width),
    };

    if (!try_way(attempt, way, err))
        return false;
    way.begins_left = true;
    return !attempt->is_unknown_void || attempt->dialect->left == NULL ||
           try_way(attempt, way, err);
}

static bool
try_parts(struct attempt *attempt, struct error *err)
{
    const struct column *column = attempt->column;
    const struct column_way elements = {
        .kind = WAY_ELEMENTS,
        .slice_count = (size_t)column->array.extent,
    };

    if (column->array.extent > 0)
        return attempt->dialect->element == NULL || column->array.extent > COLUMN_WAY_SLICES_MAX ||
               try_way(attempt, elements, err);
    return attempt->dialect->slice == NULL || attempt->column->kind != VALUE_TEXT ||
           try_slices(attempt, err);
}

static void
tell(const struct attempt *attempt, struct past_width *found)
{
    static const char *const names[] = {
        [WAY_CAST] = "CAST",
        [WAY_SLICES] = "SUBSTRING",
        [WAY_ELEMENTS] = "PRO_ELEMENT",
    };

    found->is_trusted = attempt->why[0] == '\0';
    found->way = attempt->way;
    found->way.longest = attempt->longest;
    found->way.rows = -1;
    if (found->is_trusted)
        (void)text_print(found->why, sizeof found->why,
            "values are wider than its declaration, and %s gets past it", names[attempt->way.kind]);
    else
        (void)text_print(found->why, sizeof found->why,
            "values are wider than its declaration, and %s does not get past it: %s",
            names[attempt->way.kind], attempt->why);
}

static bool
can_be_tried(const struct attempt *attempt)
{
    return past_width_is_possible(attempt->column) && attempt->dialect->cast != NULL &&
           !attempt->source->refuses_wide;
}

bool
past_width_try(struct source *source, const struct table *table, size_t column,
    struct past_width *found, struct error *err)
{
    struct attempt attempt = { .source = source,
        .table = table,
        .column = column_at_source(&table->columns[column]),
        .place = (int)column,
        .dialect = &product_find(source->identity.product)->dialect };
    bool is_refused;
    bool done;

    *found = (struct past_width){ .is_trusted = false };
    (void)text_print(found->why, sizeof found->why, "values are wider than its declaration");
    if (!can_be_tried(&attempt))
        return true;
    arena_init(&attempt.arena);
    done = try_way(&attempt, (struct column_way){ .kind = WAY_CAST, .slice_count = 1 }, err);
    is_refused = attempt.is_refused;
    if (done && attempt.why[0] != '\0') {
        attempt.is_refused = false;
        done = try_parts(&attempt, err);
        is_refused = is_refused && attempt.is_refused;
    }
    if (done)
        tell(&attempt, found);
    source->refuses_wide =
        done && !found->is_trusted && is_refused && attempt.column->kind == VALUE_TEXT;
    arena_release(&attempt.arena);
    return done;
}
