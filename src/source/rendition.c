#include "source/rendition.h"

#include "base/mem.h"
#include "model/canonical.h"
#include "source/product/product.h"

#include <stdlib.h>
#include <string.h>

enum { TEXTS_KEPT = 2 * 1024 * 1024, UTF8_MAX = 4 };

// One that a session cuts is selected by its name.
static bool
is_as_it_is(const struct column *column)
{
    return column_is_plain(column) || column_is_cut(column);
}

bool
rendition_is_needed(const struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (!is_as_it_is(&table->columns[i]) || table->columns[i].array.whole != NULL)
            return true;
    }
    return false;
}

// ---- the table ---------------------------------------------------------------------------------

// Whatever the column is: what comes of an expression is a text.
static struct column
expression_of(const struct column *column, size_t number)
{
    struct column made = *column;

    made.expression = (unsigned)number;
    made.driver_type = PRODUCT_TYPE_VARCHAR;
    made.kind = VALUE_TEXT;
    made.scale = -1;
    made.is_long = false;
    made.is_instant = false;
    made.order = ORDER_UNPROVED;
    if (column->way->kind == WAY_CAST)
        made.width = COLUMN_WAY_CAST_WIDTH;
    else if (column->way->kind == WAY_SLICES)
        made.width = column->way->slice_width;
    return made;
}

static size_t
count_expressions(const struct column *column)
{
    return is_as_it_is(column) ? 1 : column_way_expressions(column->way);
}

// The column that the source has, to be read in the way of the one that the mirror has.
static struct column
asked_for(const struct column *column)
{
    struct column asked = *column_at_source(column);

    asked.way = column->way;
    return asked;
}

static void
add_column(struct rendition *rendition, size_t i)
{
    const struct column asked = asked_for(&rendition->whole->columns[i]);
    struct table *table = &rendition->table;
    size_t count = count_expressions(&asked);

    rendition->expressions[i] = (struct expressions){ table->column_count, count };
    for (size_t k = 0; k < count; k++) {
        rendition->origin[table->column_count] = (uint16_t)i;
        table->columns[table->column_count++] =
            is_as_it_is(&asked) ? asked : expression_of(&asked, k + 1);
    }
}

void
rendition_init(struct rendition *rendition, const struct table *table)
{
    size_t count = 0;

    *rendition = (struct rendition){ .table = *table, .whole = table };
    for (size_t i = 0; i < table->column_count; i++)
        count += count_expressions(&table->columns[i]);
    rendition->expressions = mem_calloc(table->column_count, sizeof *rendition->expressions);
    rendition->origin = mem_calloc(count + 1, sizeof *rendition->origin);
    rendition->table.columns = mem_calloc(count + 1, sizeof *rendition->table.columns);
    rendition->table.column_count = 0;
    rendition->table.key = NULL;
    for (size_t i = 0; i < table->column_count; i++) {
        if (table_column_goes_on(table, i))
            rendition->expressions[i] = rendition->expressions[i - 1];
        else
            add_column(rendition, i);
    }
    if (rendition->table.column_count == 0) // of the rows their number is read
        rendition->table.columns[rendition->table.column_count++] =
            expression_of(&table->columns[0], 1);
    buffer_init(&rendition->texts, SIZE_MAX / 2);
    array_parts_init(&rendition->arrays, table);
}

void
rendition_release(struct rendition *rendition)
{
    free(rendition->table.columns);
    free(rendition->key.columns);
    free(rendition->expressions);
    free(rendition->origin);
    free(rendition->batch.cells);
    buffer_release(&rendition->texts);
    array_parts_release(&rendition->arrays);
    memset(rendition, 0, sizeof *rendition);
}

static bool
asks_by_key(const struct read_request *request)
{
    return request->part != KEY_PART_ALL || request->except_count > 0;
}

void
rendition_translate(struct rendition *rendition, struct read_request *request)
{
    const struct key *key = request->key;

    request->table = &rendition->table;
    request->key = NULL;
    if (key == NULL || !asks_by_key(request))
        return;
    rendition->key = *key;
    rendition->key.columns = mem_calloc(key->column_count, sizeof *rendition->key.columns);
    for (size_t i = 0; i < key->column_count; i++) {
        if (!column_is_plain(&rendition->whole->columns[key->columns[i]]))
            BUG("rows are asked for by a column that is not read plainly");
        rendition->key.columns[i] = (uint16_t)rendition->expressions[key->columns[i]].first;
    }
    request->key = &rendition->key;
    rendition->table.key = &rendition->key;
}

// ---- one value ---------------------------------------------------------------------------------

static bool
is_continuation(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

static size_t
count_characters(const char *bytes, size_t size)
{
    size_t count = 0;

    for (size_t i = 0; i < size; i++)
        count += !is_continuation(bytes[i]);
    return count;
}

// Behind so many more characters from `at`; past the end, beyond `size`.
static size_t
skip_characters(const char *bytes, size_t size, size_t at, size_t count)
{
    while (count > 0 && at < size) {
        at++;
        while (at < size && is_continuation(bytes[at]))
            at++;
        count--;
    }
    return at + count;
}

static bool
is_empty(const struct cell *cell)
{
    return cell->size == 0;
}

// What SUBSTRING counts. Of bytes that are no whole character nothing comes.
enum slice_unit { BY_CHARACTERS, BY_BYTES };

// Where slice `i` begins in what was joined so far.
static size_t
find_begin(const struct column_way *way, enum slice_unit unit, const char *bytes, size_t size,
    size_t mark, size_t i)
{
    size_t at = column_way_begin(way, i);

    if (unit == BY_CHARACTERS)
        return skip_characters(bytes, size, mark, at - column_way_begin(way, i - 1));
    while (at < size && is_continuation(bytes[at]))
        at++;
    return at;
}

// Bytes of the character that begins so.
static size_t
character_size(char first)
{
    unsigned char byte = (unsigned char)first;

    return byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

// True when slice `i`, at whose end `size` bytes are joined, can be followed by the character at
// `next`: it is as long as was asked for, but for bytes of that character.
static bool
leads_to(const struct column_way *way, enum slice_unit unit, const struct cell *slice, size_t i,
    size_t size, const char *next)
{
    if (unit == BY_CHARACTERS)
        return count_characters(slice->bytes, slice->size) >= way->slice_width;
    return size + character_size(*next) > column_way_begin(way, i) + way->slice_width;
}

// Joins at `bytes`, which has room. False when the slices do not fit each other.
static bool
join_by(const struct column_way *way, enum slice_unit unit, const struct cell *slices, char *bytes,
    size_t *size)
{
    size_t mark = 0;

    *size = 0;
    for (size_t i = 0; i < way->slice_count; i++) {
        const struct cell *slice = &slices[i];
        size_t shared;

        if (is_empty(slice))
            continue;
        if (i > 0)
            mark = find_begin(way, unit, bytes, *size, mark, i);
        if (mark > *size)
            return false;
        shared = *size - mark;
        if (slice->size < shared || memcmp(bytes + mark, slice->bytes, shared) != 0 ||
            (i > 0 && slice->size > shared &&
                !leads_to(way, unit, &slices[i - 1], i - 1, *size, slice->bytes + shared)))
            return false;
        memcpy(bytes + *size, slice->bytes + shared, slice->size - shared);
        *size += slice->size - shared;
    }
    return true;
}

// A text whose bytes come as near as a character to the declared width may have been cut by a
// server that counts bytes: a slice of so many characters does not show it.
static bool
may_be_cut(const struct column_way *way, const struct cell *slice)
{
    size_t width = way->declared_width;

    return UTF8_MAX * way->slice_width > width && slice->size <= width &&
           slice->size + UTF8_MAX > width &&
           count_characters(slice->bytes, slice->size) < slice->size;
}

static enum source_way_need
join_slices(
    const struct column_way *way, const struct cell *slices, char *bytes, struct cell *value)
{
    size_t last = way->slice_count - 1;
    size_t end = last;
    size_t size;

    if (slices[0].bytes == NULL) {
        for (size_t i = 1; i <= last; i++) {
            if (!is_empty(&slices[i]))
                return WAY_NEEDS_OTHER;
        }
        *value = (struct cell){ .bytes = NULL };
        return WAY_NEEDS_NOTHING;
    }
    if (!join_by(way, BY_CHARACTERS, slices, bytes, &size) &&
        !join_by(way, BY_BYTES, slices, bytes, &size))
        return WAY_NEEDS_OTHER;
    if (!is_empty(&slices[last]))
        return WAY_NEEDS_MORE;
    while (end > 0 && is_empty(&slices[end]))
        end--;
    if (may_be_cut(way, &slices[end]))
        return WAY_NEEDS_FINER;
    *value = (struct cell){ .bytes = bytes, .size = size };
    return WAY_NEEDS_NOTHING;
}

// As the source prints the whole array: elements between semicolons, an unknown one as `?`. One
// that is as long as the array's width may be the rest of a longer one.
static enum source_way_need
join_elements(
    const struct column_way *way, const struct cell *elements, char *bytes, struct cell *value)
{
    size_t size = 0;

    for (size_t i = 0; i < way->slice_count; i++) {
        const struct cell *element = &elements[i];

        if (i > 0)
            bytes[size++] = ';';
        if (element->bytes == NULL) {
            bytes[size++] = '?';
            continue;
        }
        if (count_characters(element->bytes, element->size) >= way->declared_width ||
            may_be_cut(&(struct column_way){ .declared_width = way->declared_width,
                           .slice_width = way->declared_width },
                element))
            return WAY_NEEDS_OTHER;
        memcpy(bytes + size, element->bytes, element->size);
        size += element->size;
    }
    *value = (struct cell){ .bytes = bytes, .size = size };
    return WAY_NEEDS_NOTHING;
}

// A number as the source prints it becomes what the column itself would have given.
static enum source_way_need
take_cast(const struct column *column, const struct cell *text, char *bytes, struct cell *value)
{
    if (text->bytes != NULL && text->size >= COLUMN_WAY_CAST_WIDTH &&
        count_characters(text->bytes, text->size) >= COLUMN_WAY_CAST_WIDTH)
        return WAY_NEEDS_OTHER;
    *value = *text;
    if (text->bytes == NULL)
        return WAY_NEEDS_NOTHING;
    memcpy(bytes, text->bytes, text->size);
    value->bytes = bytes;
    value->size = canonical_text(
        column->kind, column->scale, bytes, text->size, text->size + CANONICAL_SLACK);
    return WAY_NEEDS_NOTHING;
}

static enum source_way_need
join_value(struct rendition *rendition, const struct column *column, const struct cell *parts,
    struct cell *value)
{
    struct buffer *texts = &rendition->texts;
    const struct column_way *way = column->way;
    enum source_way_need need = WAY_NEEDS_NOTHING;

    *value = (struct cell){ .bytes = NULL };
    switch (way->kind) {
    case WAY_CAST:
        need = take_cast(column, parts, texts->bytes + texts->size, value);
        break;
    case WAY_SLICES:
        need = join_slices(way, parts, texts->bytes + texts->size, value);
        break;
    case WAY_ELEMENTS:
        need = join_elements(way, parts, texts->bytes + texts->size, value);
        break;
    case WAY_LEFT_OUT:
        return WAY_NEEDS_NOTHING;
    case WAY_ROWS:
    case WAY_CUT:
    case WAY_SHORT:
        BUG("a column that is selected as it is is joined");
    }
    if (value->bytes != NULL)
        texts->size += value->size;
    return need;
}

// ---- rows --------------------------------------------------------------------------------------

// Columns of which a value may grow when it is made canonical.
static size_t
count_casts(const struct table *table)
{
    size_t count = 0;

    for (size_t i = 0; i < table->column_count; i++)
        count += table->columns[i].way != NULL && table->columns[i].way->kind == WAY_CAST;
    return count;
}

// What all joined values of the batch take at most: no cell may move once it points there.
static void
make_room(struct rendition *rendition, const struct batch *batch)
{
    size_t whole = mem_product(batch->row_count, rendition->whole->column_count);
    size_t cells = mem_product(batch->row_count, batch->column_count);
    size_t casts = mem_product(batch->row_count, count_casts(rendition->whole));

    if (rendition->texts.capacity > TEXTS_KEPT)
        buffer_release(&rendition->texts);
    buffer_clear(&rendition->texts);
    // A separator and a `?` for each element, or what a number may grow by.
    if (buffer_reserve(&rendition->texts,
            batch->size_bytes + 2 * cells + mem_product(casts, CANONICAL_SLACK) + 1) == NULL)
        BUG("no memory for the values of a batch");
    if (whole <= rendition->capacity)
        return;
    rendition->batch.cells = mem_realloc(rendition->batch.cells, whole, sizeof(struct cell));
    rendition->capacity = whole;
}

// One of them was too long to be read.
static bool
has_too_long(const struct cell *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (parts[i].bytes == NULL && parts[i].size > 0)
            return true;
    }
    return false;
}

static bool
join_cell(struct rendition *rendition, size_t i, const struct cell *row, size_t value_bytes,
    struct cell *value, struct source_trouble *trouble)
{
    const struct column *column = &rendition->whole->columns[i];
    const struct cell *parts = &row[rendition->expressions[i].first];
    struct column asked;

    if (is_as_it_is(column)) {
        *value = *parts;
        return true;
    }
    asked = asked_for(column);
    if (has_too_long(parts, rendition->expressions[i].count)) {
        *value = (struct cell){ .bytes = NULL, .size = value_bytes + 1 };
        return true;
    }
    trouble->need = join_value(rendition, &asked, parts, value);
    if (trouble->need != WAY_NEEDS_NOTHING) {
        trouble->column = (int)i;
        trouble->is_too_wide = true;
        return false;
    }
    if (value->bytes != NULL && value_bytes > 0 && value->size > value_bytes) {
        value->bytes = NULL;
        rendition->batch.has_too_long = true;
    }
    return true;
}

static bool
join_row(struct rendition *rendition, size_t number, const struct cell *row, size_t value_bytes,
    struct source_trouble *trouble)
{
    const struct table *whole = rendition->whole;
    struct cell *cells = &rendition->batch.cells[number * whole->column_count];

    for (size_t i = 0; i < whole->column_count; i++) {
        struct cell value;

        if (table_column_goes_on(whole, i))
            continue;
        if (!join_cell(rendition, i, row, value_bytes, &value, trouble))
            return false;
        if (whole->columns[i].array.whole == NULL)
            cells[i] = value;
        else
            array_parts_take(&rendition->arrays, &rendition->batch, number, i, &value);
    }
    return true;
}

bool
rendition_join(struct rendition *rendition, const struct batch *batch, size_t value_bytes,
    const struct batch **joined, struct source_trouble *trouble)
{
    struct batch *own = &rendition->batch;

    make_room(rendition, batch);
    own->column_count = rendition->whole->column_count;
    own->row_count = batch->row_count;
    own->has_too_long = batch->has_too_long;
    array_parts_begin(&rendition->arrays, batch, rendition->origin);
    for (size_t r = 0; r < batch->row_count; r++) {
        if (!join_row(rendition, r, &batch->cells[r * batch->column_count], value_bytes, trouble))
            return false;
    }
    array_parts_end(&rendition->arrays, own);
    own->size_bytes = 0;
    for (size_t i = 0; i < own->row_count * own->column_count; i++)
        own->size_bytes += own->cells[i].bytes != NULL ? own->cells[i].size : 0;
    *joined = own;
    return true;
}
