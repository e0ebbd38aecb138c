// The rows of one data file, from its first record to its last, and whether all of it is there.
#include "source/dump/dump_cursor.h"

#include "base/mem.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { DETAIL_BYTES = 320 };

static void
release_lobs(struct dump_cursor *cursor)
{
    while (cursor->lob_count > 0)
        buffer_release(&cursor->lobs[--cursor->lob_count]);
}

void
dump_close_cursor(struct cursor *base)
{
    struct dump_cursor *cursor = (struct dump_cursor *)base;

    if (cursor->conversion.returns > 0)
        dump_note(cursor->source,
            "%s: %" PRId64 " carriage returns before line ends inside of values are the file's, "
            "whose lines all end in CR LF: left out",
            cursor->data->place.name, cursor->conversion.returns);
    release_lobs(cursor);
    free(cursor->lobs);
    dump_misfits_release(&cursor->misfits);
    d_conversion_release(&cursor->conversion);
    d_form_release(&cursor->form);
    d_reader_release(&cursor->reader);
    dump_file_close(&cursor->file);
    arena_release(&cursor->arena);
    free(cursor->wanted);
    free(cursor->batch.cells);
    free(cursor);
}

// --- values

// What is fatal to the whole table: nothing that follows could be relied on.
static bool
fail_value(const struct dump_cursor *cursor, const struct d_record *record,
    const struct dump_field *field, enum d_verdict verdict, struct error *err)
{
    const char *what = verdict == D_TOO_LONG ? "has more than 32,000 bytes: a quote is torn"
                       : verdict == D_NO_PAGE
                           ? "is beyond ASCII, and nothing says in which code page"
                           : "is a date, and no dateformat says in which order its parts stand";

    (void)error_set(err, ERROR_TABLE,
        "%s, line %" PRId64 ", byte %" PRId64 ": the value of field \"%s\" %s",
        cursor->data->place.name, record->line, record->offset, field->field->name, what);
    if (verdict == D_NO_PAGE)
        return error_hint(err, "Its trailer names no code page: set progress_db.dump_code_page.");
    if (verdict == D_NO_DATES)
        return error_hint(err,
            "The file has no trailer: dump the table again, or give it the trailer "
            "of another dump of the same session.");
    return error_hint(err, "Dump the table again, and see how the file got here.");
}

static void
add_misfit(struct dump_cursor *cursor, const struct d_record *record, size_t column,
    enum d_verdict verdict, const struct cell *value)
{
    const struct dump_field *field = cursor->wanted[column].field;
    char detail[DETAIL_BYTES];
    struct misfit misfit = {
        .row = cursor->batch.row_count, .column = column, .detail = detail, .value = *value
    };

    if (verdict == D_NO_CHARACTERS)
        (void)text_print(detail, sizeof detail, "bytes that are no characters of code page %s",
            field->type == D_CLOB            ? "that the LOB's name says"
            : cursor->form.page_name != NULL ? cursor->form.page_name
                                             : "of the file");
    else
        (void)text_print(detail, sizeof detail, "no value of type %s", d_type_name(field->type));
    dump_misfits_add(&cursor->misfits, &misfit, cursor->data->place.name, record);
}

static struct buffer *
add_lob(struct dump_cursor *cursor)
{
    if (cursor->lob_count == cursor->lob_capacity) {
        cursor->lob_capacity = cursor->lob_capacity > 0 ? 2 * cursor->lob_capacity : 16;
        cursor->lobs = mem_realloc(cursor->lobs, cursor->lob_capacity, sizeof *cursor->lobs);
    }
    buffer_init(&cursor->lobs[cursor->lob_count], SIZE_MAX / 2);
    return &cursor->lobs[cursor->lob_count++];
}

// `cell` is the LOB's name, and then its content.
static bool
read_lob(struct dump_cursor *cursor, const struct dump_field *field, struct cell *cell,
    enum d_verdict *verdict, struct error *err)
{
    const struct dump_lob lob = { .folder = cursor->source->settings->dump_dir,
        .is_in_archive = cursor->data->place.member > 0,
        .page = dump_page_is_unknown(field->field->clob_code_page) ? NULL
                                                                   : field->field->clob_code_page,
        .form = &cursor->form,
        .limit = cursor->request.value_bytes };
    struct buffer *content = add_lob(cursor);
    size_t size = 0;

    if (!dump_lob_read(&lob, field->type, cell, content, &size, verdict, err))
        return false;
    if (lob.limit > 0 && (size > lob.limit || content->size > lob.limit)) {
        *cell = (struct cell){ NULL, size > lob.limit ? size : content->size };
        cursor->batch.has_too_long = true;
        return true;
    }
    *cell = (struct cell){ buffer_text(content), content->size };
    return true;
}

static bool
read_value(struct dump_cursor *cursor, const struct d_record *record, size_t column,
    struct cell *cell, struct error *err)
{
    const struct dump_field *field = cursor->wanted[column].field;
    const struct d_word *words;
    enum d_verdict verdict;

    *cell = (struct cell){ NULL, 0 };
    if (field == NULL)
        return true;
    words = &record->words[field->first];
    verdict = field->is_array
                  ? d_value_join(&cursor->conversion, field->type, words, field->count, cell)
                  : d_value_read(&cursor->conversion, field->type, field->scale, words, cell);
    if (verdict == D_FITS && cell->bytes != NULL &&
        (field->type == D_BLOB || field->type == D_CLOB) &&
        !read_lob(cursor, field, cell, &verdict, err))
        return error_within(err, "%s, line %" PRId64, cursor->data->place.name, record->line);
    if (verdict == D_FITS)
        return true;
    if (verdict != D_NO_VALUE && verdict != D_NO_CHARACTERS)
        return fail_value(cursor, record, field, verdict, err);
    if (field->type != D_CLOB || verdict == D_NO_VALUE) {
        const struct d_word *last = &words[field->count - 1];

        *cell = (struct cell){ words->bytes, (size_t)(last->bytes + last->size - words->bytes) };
    }
    add_misfit(cursor, record, column, verdict, cell);
    *cell = (struct cell){ NULL, 0 };
    return true;
}

// --- records

static void
add_record_misfit(struct dump_cursor *cursor, const struct d_record *record)
{
    char detail[DETAIL_BYTES];
    struct misfit misfit = {
        .row = MISFIT_RECORD, .detail = detail, .value = { record->bytes, record->size }
    };

    (void)text_print(detail, sizeof detail, "a record of %zu values, where there should be %zu",
        record->word_count, cursor->layout.word_count);
    dump_misfits_add(&cursor->misfits, &misfit, cursor->data->place.name, record);
}

static struct cell *
next_row(struct dump_cursor *cursor)
{
    struct batch *batch = &cursor->batch;
    size_t wanted = (batch->row_count + 1) * batch->column_count;

    if (wanted > cursor->cell_capacity) {
        cursor->cell_capacity = 2 * wanted;
        batch->cells = mem_realloc(batch->cells, cursor->cell_capacity, sizeof *batch->cells);
    }
    return &batch->cells[batch->row_count * batch->column_count];
}

static bool
read_row(struct dump_cursor *cursor, const struct d_record *record, struct error *err)
{
    struct batch *batch = &cursor->batch;
    struct cell *row = next_row(cursor);
    const char *texts = cursor->conversion.texts.bytes;

    for (size_t c = 0; c < batch->column_count; c++) {
        if (!read_value(cursor, record, c, &row[c], err))
            return false;
        batch->size_bytes += row[c].bytes != NULL ? row[c].size : 0;
    }
    if (cursor->conversion.texts.failed)
        return error_set(err, ERROR_SYSTEM, "no memory for the values of a record");
    if (cursor->conversion.texts.bytes != texts)
        BUG("the values of a record took more than the room that was made for them");
    batch->row_count++;
    cursor->rows_left--;
    return true;
}

// Cells point into the texts: these move only while the batch is empty. *fits is false when the
// batch is to be handed out before.
static bool
make_room(struct dump_cursor *cursor, const struct d_record *record, bool *fits, struct error *err)
{
    struct buffer *texts = &cursor->conversion.texts;
    size_t wanted = d_value_room(record->word_count, record->size, cursor->scale_max);

    *fits = true;
    if (cursor->batch.row_count > 0)
        *fits = texts->capacity - texts->size >= wanted;
    else if (buffer_reserve(texts, wanted > D_WINDOW_BYTES ? wanted : D_WINDOW_BYTES) == NULL)
        return error_set(err, ERROR_SYSTEM, "no memory for the values of a record");
    return true;
}

static bool
take_record(struct dump_cursor *cursor, const struct d_record *record, struct error *err)
{
    cursor->record_count++;
    if (record->word_count == cursor->layout.word_count)
        return read_row(cursor, record, err);
    add_record_misfit(cursor, record);
    return true;
}

// --- the end

static bool
check_count(const struct dump_cursor *cursor, struct error *err)
{
    int64_t said = cursor->trailer.records;

    if (said < 0 || said == cursor->record_count)
        return true;
    (void)error_set(err, ERROR_TABLE,
        "%s has %" PRId64 " records, and its trailer says %" PRId64 ": some are missing, or it was "
        "changed",
        cursor->data->place.name, cursor->record_count, said);
    return error_hint(err, "Dump the table again, and see how the file got here.");
}

static bool
check_end(struct dump_cursor *cursor, struct error *err)
{
    const struct dump_trailer *trailer = &cursor->trailer;

    if (!dump_file_check_still(&cursor->file, err))
        return false;
    if (trailer->has_end && cursor->reader.offset != trailer->end)
        return error_set(err, ERROR_TABLE,
            "%s: its records end at byte %" PRId64 ", and its trailer begins at %" PRId64,
            cursor->data->place.name, cursor->reader.offset, trailer->end);
    return check_count(cursor, err);
}

// What is left is no record, and never taken for one.
static bool
end_torn(struct dump_cursor *cursor, struct error *err)
{
    if (!dump_file_check_still(&cursor->file, err))
        return false;
    if (dump_cursor_accepts_half(cursor)) {
        dump_note(cursor->source, "%s is half a dump: %" PRId64 " records of it are taken",
            cursor->data->place.name, cursor->record_count);
        return true;
    }
    (void)error_set(err, ERROR_TABLE,
        "%s, line %" PRId64 ", byte %" PRId64 ": the file ends in the "
        "middle of its records",
        cursor->data->place.name, cursor->reader.line, cursor->reader.offset);
    return error_hint(err, "%s", dump_cursor_remedy);
}

static bool
is_full(const struct dump_cursor *cursor)
{
    const struct read_request *request = &cursor->request;
    const struct batch *batch = &cursor->batch;

    return cursor->rows_left == 0 ||
           (request->batch_rows > 0 && batch->row_count >= request->batch_rows) ||
           (request->batch_bytes > 0 && batch->size_bytes >= request->batch_bytes);
}

// Sets *goes_on to false when the batch is to be handed out.
static bool
step(struct dump_cursor *cursor, bool *goes_on, struct error *err)
{
    struct d_reader *reader = &cursor->reader;
    struct d_record record;
    enum d_step step;

    *goes_on = false;
    if (!d_reader_next(reader, &record, &step, err))
        return false;
    switch (step) {
    case D_MORE:
        // The window moves, and the rows point into it.
        *goes_on = cursor->batch.row_count == 0;
        return !*goes_on || dump_cursor_fill(cursor, err);
    case D_END:
        cursor->is_at_end = true;
        return check_end(cursor, err);
    case D_TORN:
        cursor->is_at_end = true;
        return end_torn(cursor, err);
    case D_RECORD:
        break;
    }
    if (!make_room(cursor, &record, goes_on, err))
        return false;
    if (*goes_on)
        return take_record(cursor, &record, err);
    d_reader_return(reader, &record);
    return true;
}

bool
dump_fetch(struct cursor *base, const struct batch **batch, struct error *err)
{
    struct dump_cursor *cursor = (struct dump_cursor *)base;
    struct batch *own = &cursor->batch;
    bool goes_on = true;

    own->row_count = own->size_bytes = 0;
    own->has_too_long = false;
    buffer_clear(&cursor->conversion.texts);
    dump_misfits_clear(&cursor->misfits);
    release_lobs(cursor);
    while (goes_on && !cursor->is_at_end && !is_full(cursor)) {
        if (!step(cursor, &goes_on, err))
            return false;
    }
    own->misfits = cursor->misfits.list;
    own->misfit_count = cursor->misfits.count;
    *batch = own;
    return true;
}
