#include "source/cut_width.h"

#include "base/text.h"
#include "model/key_choice.h"
#include "source/cutting.h"

#include <inttypes.h>
#include <string.h>

enum {
    BATCH_ROWS = 500,
    BATCH_BYTES = 1024 * 1024,
    VALUE_BYTES = 4 * 1024 * 1024,
    SAMPLE_MAX = 16, // rows that are read plainly
    CHARACTER_BYTES_MAX = 4,
    // Rows that are few enough to be read plainly, one by one: so many, and one of so many.
    FEW = 100,
    ROWS_A_FEW = 500,
};

// A row in which the column may have been cut, and no value of its key.
struct sampled {
    struct key_position key;
    struct cell values[KEY_COLUMNS_MAX];
    int64_t id;
    size_t characters; // of what came
    size_t bytes;
};

// Rows in which a value may have been cut, of the whole table, if widths are characters or bytes.
struct suspects {
    struct cutting_unit unit;
    int64_t rows;
    int64_t elsewhere; // for a value of a column that is not to be left NULL then
};

struct survey {
    struct source *source;
    int64_t row_count;
    const struct table *table;
    size_t column;
    struct arena arena;
    bool is_by_id; // else by the key
    size_t text_count;
    struct column *columns; // texts that may be cut, then the key's, or the id
    size_t *origin;         // [text_count]: in the table
    size_t own;             // the column's place among them
    struct suspects by_characters;
    struct suspects by_bytes;
    struct sampled sample[SAMPLE_MAX];
    size_t sample_count;
    int64_t stride; // each so many rows are taken into the sample
    bool are_bytes; // rows that failed came so; both or neither are possible
    bool are_no_bytes;
    size_t bad; // of the sample
    size_t looked_at;
    char why[200];
};

static void
refuse(struct survey *survey, const char *why)
{
    if (survey->why[0] == '\0')
        (void)text_print(survey->why, sizeof survey->why, "%s", why);
}

// ---- what is read ------------------------------------------------------------------------------

static bool
has_key(const struct table *table, size_t column)
{
    return key_choice_is_exact(table) && !key_has_column(table->key, (int)column);
}

static bool
is_expression(const struct column *column)
{
    return column->array.whole != NULL ||
           (!column_is_plain(column) && !column_is_cut(column) && !column_is_left_out(column));
}

// A session that cuts might cut what an expression is made of as well.
static bool
has_expressions(const struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (is_expression(&table->columns[i]))
            return true;
    }
    return false;
}

static void
choose_columns(struct survey *survey)
{
    const struct table *table = survey->table;

    survey->columns = arena_calloc(
        &survey->arena, table->column_count + KEY_COLUMNS_MAX + 1, sizeof *survey->columns);
    survey->origin = arena_calloc(&survey->arena, table->column_count, sizeof *survey->origin);
    for (size_t i = 0; i < table->column_count; i++) {
        if (!cutting_touches(&table->columns[i]))
            continue;
        if (i == survey->column)
            survey->own = survey->text_count;
        survey->origin[survey->text_count] = i;
        survey->columns[survey->text_count++] = table->columns[i];
    }
}

// Behind the texts: what a row is asked for by.
static size_t
add_place(const struct survey *survey, struct column *columns, size_t count)
{
    const struct table *table = survey->table;

    if (survey->is_by_id)
        columns[count++] = *source_capabilities(survey->source).row_id;
    for (size_t i = 0; !survey->is_by_id && i < table->key->column_count; i++)
        columns[count++] = table->columns[table->key->columns[i]];
    return count;
}

static struct read_request
ask(const struct table *table, enum source_cutting cutting)
{
    return (struct read_request){ .table = table,
        .part = KEY_PART_ALL,
        .batch_rows = BATCH_ROWS,
        .batch_bytes = BATCH_BYTES,
        .value_bytes = VALUE_BYTES,
        .cutting = cutting };
}

// True when the failure is an answer about what was asked for.
static bool
is_answer(const struct error *err)
{
    return err->retry == RETRY_NEVER && (err->kind == ERROR_TABLE || err->kind == ERROR_DATA);
}

// ---- the rows by the session that cuts ---------------------------------------------------------

// A column that is left NULL where it may be cut asks for no row to be read plainly.
static void
count_row(const struct survey *survey, struct suspects *suspects, const struct cell *row)
{
    bool is_suspect = false;
    bool is_elsewhere = false;

    for (size_t i = 0; i < survey->text_count; i++) {
        const struct column *column = &survey->columns[i];
        bool is_short = column->way != NULL && column->way->kind == WAY_SHORT;

        if (!cutting_may_have_cut(&suspects->unit, column->width, &row[i]))
            continue;
        is_suspect = is_suspect || !is_short;
        is_elsewhere = is_elsewhere || (!is_short && i != survey->own);
    }
    suspects->rows += is_suspect;
    suspects->elsewhere += is_elsewhere;
}

// Of a character that the width ended amid a driver may have made a mark: it shows nothing.
static struct cell
without_marks(const struct cell *value)
{
    static const char mark[] = "\xEF\xBF\xBD"; // U+FFFD
    struct cell rest = *value;
    size_t size = sizeof mark - 1;

    while (rest.bytes != NULL && rest.size >= size &&
           memcmp(rest.bytes + rest.size - size, mark, size) == 0)
        rest.size -= size;
    return rest;
}

static size_t
count_characters(const struct cell *value)
{
    size_t count = 0;

    for (size_t i = 0; value->bytes != NULL && i < value->size; i++)
        count += ((unsigned char)value->bytes[i] & 0xC0) != 0x80;
    return count;
}

static bool
take_place(struct survey *survey, const struct cell *place, struct sampled *sampled)
{
    size_t count = survey->is_by_id ? 0 : survey->table->key->column_count;

    if (survey->is_by_id)
        return place->bytes != NULL &&
               text_parse_integer(arena_strndup(&survey->arena, place->bytes, place->size), 0,
                   INT64_MAX, &sampled->id);
    for (size_t i = 0; i < count; i++) {
        const struct column *column = &survey->columns[survey->text_count + i];

        if (place[i].bytes == NULL ||
            (cutting_touches(column) &&
                cutting_may_have_cut(&survey->by_bytes.unit, column->width, &place[i])))
            return false;
        sampled->values[i] = (struct cell){
            .bytes = arena_strndup(&survey->arena, place[i].bytes, place[i].size),
            .size = place[i].size,
        };
    }
    return true;
}

// Every other one makes room: they stand evenly over the table, whatever its size.
static void
thin_out(struct survey *survey)
{
    for (size_t i = 0; i < SAMPLE_MAX / 2; i++)
        survey->sample[i] = survey->sample[2 * i];
    survey->sample_count = SAMPLE_MAX / 2;
    survey->stride *= 2;
}

static void
sample_row(struct survey *survey, int64_t number, const struct cell *row)
{
    const struct cell *value = &row[survey->own];
    struct sampled *sampled;
    struct cell rest;

    if (number % survey->stride != 0)
        return;
    if (survey->sample_count == SAMPLE_MAX)
        thin_out(survey);
    if (number % survey->stride != 0)
        return;
    sampled = &survey->sample[survey->sample_count];
    rest = without_marks(value);
    *sampled = (struct sampled){ .bytes = rest.size, .characters = count_characters(&rest) };
    survey->sample_count += take_place(survey, &row[survey->text_count], sampled);
}

static void
take_row(struct survey *survey, int64_t *own_suspects, const struct cell *row)
{
    const struct cell *value = &row[survey->own];
    size_t width = survey->columns[survey->own].width;

    survey->row_count++;
    count_row(survey, &survey->by_characters, row);
    count_row(survey, &survey->by_bytes, row);
    if (value->bytes != NULL && survey->by_bytes.unit.is_utf8 && without_marks(value).size > width)
        survey->are_no_bytes = true;
    if (cutting_may_have_cut(&survey->by_bytes.unit, width, value))
        sample_row(survey, (*own_suspects)++, row);
}

static bool
scan(struct survey *survey, struct error *err)
{
    struct table table = *survey->table;
    struct read_request request = ask(&table, CUTTING_ALWAYS);
    struct cursor *cursor = NULL;
    const struct batch *batch;
    int64_t own_suspects = 0;
    bool done;

    table.columns = survey->columns;
    table.column_count = add_place(survey, survey->columns, survey->text_count);
    table.key = NULL;
    done = source_open_cursor(survey->source, &request, &cursor, err);
    do {
        done = done && cursor_fetch(cursor, &batch, err);
        for (size_t r = 0; done && r < batch->row_count; r++)
            take_row(survey, &own_suspects, &batch->cells[r * batch->column_count]);
    } while (done && batch->row_count > 0);
    cursor_close(cursor);
    if (done || (!is_answer(err) && source_has_cutting_session(survey->source)))
        return done;
    refuse(survey,
        source_trouble(survey->source).is_too_wide ? "it fails there as well" : err->message);
    error_clear(err);
    return true;
}

// ---- some of them plainly ----------------------------------------------------------------------

// *is_bad: the column is too wide in it. A row that is gone, or fails for something else, says
// nothing.
static bool
look_at(struct survey *survey, struct sampled *sampled, bool *is_bad, struct error *err)
{
    struct column columns[1 + KEY_COLUMNS_MAX] = { survey->table->columns[survey->column] };
    struct table table = *survey->table;
    struct read_request request = ask(&table, CUTTING_NEVER);
    struct cursor *cursor = NULL;
    const struct batch *batch;
    uint16_t places[KEY_COLUMNS_MAX];
    size_t found = 0;
    struct key key;
    bool done;

    table.columns = columns;
    table.column_count = add_place(survey, columns, 1);
    if (survey->is_by_id) {
        request.only_ids = (struct row_ids){ .ids = &sampled->id, .count = 1 };
    } else {
        key = *survey->table->key;
        for (size_t i = 0; i < key.column_count; i++)
            places[i] = (uint16_t)(1 + i);
        key.columns = places;
        sampled->key =
            (struct key_position){ .values = sampled->values, .count = key.column_count };
        request.part = KEY_PART_EQUAL;
        request.key = &key;
        request.after = &sampled->key;
    }
    *is_bad = false;
    done = source_open_cursor(survey->source, &request, &cursor, err);
    do {
        done = done && cursor_fetch(cursor, &batch, err);
        found += done ? batch->row_count : 0;
    } while (done && batch->row_count > 0);
    *is_bad = !done && source_trouble(survey->source).is_too_wide;
    cursor_close(cursor);
    survey->looked_at += *is_bad || found > 0;
    if (!done && !is_answer(err) && !source_row_is_gone(survey->source, err))
        return false;
    error_clear(err);
    return true;
}

// A row that failed: where was it cut?
static void
learn_unit(struct survey *survey, const struct sampled *sampled)
{
    size_t width = survey->table->columns[survey->column].width;
    bool is_ascii = sampled->bytes == sampled->characters;

    if (sampled->characters == width) {
        // In UTF-8 it has more bytes than the width.
        survey->are_no_bytes = survey->are_no_bytes || (!is_ascii && survey->by_bytes.unit.is_utf8);
        return;
    }
    if (sampled->characters < width && sampled->bytes <= width &&
        sampled->bytes + CHARACTER_BYTES_MAX > width)
        survey->are_bytes = true;
    else
        refuse(survey, "a value that is too wide comes with another length than the width");
}

static bool
look_at_sample(struct survey *survey, struct error *err)
{
    bool is_bad;

    for (size_t i = 0; i < survey->sample_count; i++) {
        if (!look_at(survey, &survey->sample[i], &is_bad, err))
            return false;
        survey->bad += is_bad;
        if (is_bad)
            learn_unit(survey, &survey->sample[i]);
    }
    if (survey->bad == 0)
        refuse(survey, "no value that is too wide was found there");
    if (survey->are_bytes && survey->are_no_bytes)
        refuse(survey, "it cuts now at characters, now at bytes");
    return true;
}

// ---- what follows ------------------------------------------------------------------------------

// A byte a character: both units are the same.
static bool
has_single_bytes(const struct source *source)
{
    static const char *const pages[] = { "ISO8859-*", "125?", "IBM4*", "IBM8*" };
    const char *code_page = source_identity(source)->code_page;

    for (size_t i = 0; code_page != NULL && i < sizeof pages / sizeof pages[0]; i++) {
        if (text_match(pages[i], code_page))
            return true;
    }
    return false;
}

static bool
are_few(const struct survey *survey, int64_t rows)
{
    int64_t most = FEW + survey->row_count / ROWS_A_FEW;

    return rows <= (most < CUT_ROWS_MAX ? most : CUT_ROWS_MAX);
}

static void
decide(struct survey *survey, bool is_again, struct cut_width *found)
{
    bool counts_bytes =
        survey->are_bytes || (!survey->are_no_bytes && !has_single_bytes(survey->source));
    const struct suspects *suspects = counts_bytes ? &survey->by_bytes : &survey->by_characters;

    found->way.counts_bytes = counts_bytes;
    if (survey->why[0] != '\0')
        return;
    if (!is_again && are_few(survey, suspects->rows))
        found->way.kind = WAY_CUT;
    else if (2 * survey->bad >= survey->looked_at && are_few(survey, suspects->elsewhere))
        found->way.kind = WAY_SHORT;
    else
        refuse(survey, "too many values are as wide as their columns, and good");
    if (found->way.kind == WAY_SHORT)
        found->way.rows = suspects->rows;
}

static void
tell(const struct survey *survey, struct cut_width *found)
{
    const char *unit = found->way.counts_bytes ? "bytes" : "characters";

    if (found->way.kind == WAY_ROWS)
        (void)text_print(found->why, sizeof found->why,
            "a session that cuts values does not help: %s", survey->why);
    else
        (void)text_print(found->why, sizeof found->why,
            "a session that cuts them to %zu %s brings shorter ones whole",
            survey->table->columns[survey->column].width, unit);
}

bool
cut_width_try(struct source *source, const struct table *table, size_t column, bool is_again,
    struct cut_width *found, struct error *err)
{
    struct survey survey = { .source = source,
        .table = table,
        .column = column,
        .is_by_id = !has_key(table, column),
        .stride = 1 };
    bool done = true;

    *found = (struct cut_width){ .way = { .kind = WAY_ROWS, .rows = -1 } };
    survey.by_characters.unit = cutting_unit(source_identity(source)->code_page, false);
    survey.by_bytes.unit = cutting_unit(source_identity(source)->code_page, true);
    arena_init(&survey.arena);
    if (!source_capabilities(source).may_cut || !cutting_touches(&table->columns[column]))
        refuse(&survey, "only texts of some sources are cut");
    else if (survey.is_by_id && source_capabilities(source).row_id == NULL)
        refuse(&survey, "neither key nor id leads to a row");
    else if (has_expressions(table))
        refuse(&survey, "other columns of the table are read by expressions");
    if (survey.why[0] == '\0') {
        choose_columns(&survey);
        done = scan(&survey, err) && (survey.why[0] != '\0' || look_at_sample(&survey, err));
    }
    if (done) {
        decide(&survey, is_again, found);
        tell(&survey, found);
    }
    arena_release(&survey.arena);
    return done;
}
