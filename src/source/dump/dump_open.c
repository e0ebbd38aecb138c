// Before the first row: what is to be read of which file, and what is true of all its records or of
// none, to be known at the first. Mostly its first record decides that.
#include "source/dump/dump_cursor.h"

#include "base/mem.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

bool
dump_cursor_fill(struct dump_cursor *cursor, struct error *err)
{
    if (cursor->source->base.is_cancelled)
        return error_set(
            err, ERROR_TABLE, "the read of %s was cancelled", cursor->data->place.name);
    return d_reader_fill(&cursor->reader, err);
}

const char dump_cursor_remedy[] =
    "Dump the table again, or set progress_db.dump_incomplete to accept: then what is there is "
    "mirrored and nothing is removed.";

bool
dump_cursor_accepts_half(const struct dump_cursor *cursor)
{
    return cursor->source->settings->dump_incomplete == DUMP_INCOMPLETE_ACCEPT &&
           cursor->request.table->entry.may_lack_rows && !cursor->trailer.has_end;
}

// --- what is to be read

static bool
find_data(struct dump_cursor *cursor, struct error *err)
{
    const struct dump_rows *rows = cursor->request.table->entry.place;

    cursor->rows = rows;
    cursor->data = rows != NULL ? rows->data : NULL;
    return cursor->data != NULL ||
           error_set(err, ERROR_TABLE, "no data file (.d) of the table is in %s: it was not dumped",
               cursor->source->settings->dump_dir);
}

// What the user says of the table's fields: "name=field field"; NULL: nothing.
static const char *
find_present(const struct source_settings *settings, const char *name)
{
    size_t size = strlen(name);

    for (size_t i = 0; i < settings->dump_field_count; i++) {
        const char *entry = settings->dump_fields[i];

        if (strncasecmp(entry, name, size) == 0 && entry[size] == '=')
            return entry + size + 1;
    }
    return NULL;
}

static bool
make_layout(struct dump_cursor *cursor, const struct df_table *table, struct error *err)
{
    static const char separators[] = " ,\t\n";
    const char *text = find_present(cursor->source->settings, table->name);
    const char **names = NULL;
    size_t count = 0;

    for (const char *p = text; p != NULL && *(p += strspn(p, separators)) != '\0';
         p += strcspn(p, separators)) {
        const char **more = arena_calloc(&cursor->arena, count + 1, sizeof *more);

        if (count > 0)
            memcpy(more, names, count * sizeof *more);
        names = more;
        names[count++] = arena_strndup(&cursor->arena, p, strcspn(p, separators));
    }
    return dump_layout_make(&cursor->arena, table, names, count, &cursor->layout, err);
}

static bool
choose_columns(struct dump_cursor *cursor, const struct df_table *schema, struct error *err)
{
    const struct table *table = cursor->request.table;

    for (size_t c = 0; c < table->column_count; c++) {
        const struct df_field *field = df_find_field(schema, table->columns[c].name);

        if (field == NULL)
            return error_set(err, ERROR_TABLE, "the schema has no field \"%s\" of it any more",
                table->columns[c].name);
        for (size_t i = 0; i < cursor->layout.field_count; i++) {
            if (cursor->layout.fields[i].field == field)
                cursor->wanted[c].field = &cursor->layout.fields[i];
        }
        if (cursor->wanted[c].field != NULL && cursor->wanted[c].field->scale > cursor->scale_max)
            cursor->scale_max = cursor->wanted[c].field->scale;
    }
    return true;
}

// --- all records, or none

struct survey {
    int64_t record_count;
    size_t word_count; // of the first record
    bool has_one_count;
    bool all_end_in_cr;
};

static bool
is_settled(const struct survey *survey, size_t expected)
{
    return survey->record_count > 0 && !survey->all_end_in_cr &&
           (!survey->has_one_count || survey->word_count == expected);
}

static bool
survey_records(struct dump_cursor *cursor, struct survey *survey, struct error *err)
{
    struct d_reader *reader = &cursor->reader;
    enum d_step step = D_MORE;

    *survey = (struct survey){ .has_one_count = true, .all_end_in_cr = true };
    while ((step == D_MORE || step == D_RECORD) && !is_settled(survey, cursor->layout.word_count)) {
        struct d_record record;

        if (!d_reader_next(reader, &record, &step, err) ||
            (step == D_MORE && !dump_cursor_fill(cursor, err)))
            return false;
        if (step != D_RECORD)
            continue;
        if (survey->record_count++ == 0)
            survey->word_count = record.word_count;
        survey->has_one_count &= record.word_count == survey->word_count;
        survey->all_end_in_cr &= record.ends_in_cr;
    }
    survey->all_end_in_cr &= survey->record_count > 0;
    return d_reader_rewind(reader) || dump_file_rewind(&cursor->file, err);
}

// Every record has the same wrong number of values.
static bool
explain_count(struct dump_cursor *cursor, const struct df_table *table, const struct survey *survey,
    struct error *err)
{
    size_t expected = cursor->layout.word_count;
    const struct df_field *added;

    if (survey->record_count == 0 || !survey->has_one_count || survey->word_count == expected)
        return true;
    if (dump_layout_before(&cursor->arena, cursor->rows->schema, table, survey->word_count,
            &cursor->layout, &added)) {
        dump_note(cursor->source,
            "%s: dumped before %s:%d added field \"%s\": it and what was added with it is NULL",
            cursor->data->place.name, added->place.file, added->place.line, added->name);
        return true;
    }
    (void)error_set(err, ERROR_TABLE,
        "%s: every record has %zu values, and the schema %zu: the dump is not of this schema",
        cursor->data->place.name, survey->word_count, expected);
    return error_hint(err,
        "Give the .df of its time, or name the fields that are in it: progress_db.dump_fields, "
        "{\"%s\": \"field field\"}.",
        table->name);
}

static bool
look_at_trailer(struct dump_cursor *cursor, struct error *err)
{
    const struct dump_trailer *trailer = &cursor->trailer;

    if (trailer->has_end || dump_cursor_accepts_half(cursor))
        return true;
    (void)error_set(err, ERROR_TABLE,
        "%s is half a dump: it does not end with a line with a full stop, or in the middle of its "
        "trailer",
        cursor->data->place.name);
    return error_hint(err, "%s", dump_cursor_remedy);
}

// What the file itself says needs no word.
static void
tell_form(const struct dump_cursor *cursor, bool is_crlf)
{
    if (cursor->form.is_assumed || is_crlf)
        dump_note(
            cursor->source, "%s%s", cursor->form.said, is_crlf ? ", all lines end in CR LF" : "");
}

static bool
look_at_file(struct dump_cursor *cursor, const struct df_table *table, struct error *err)
{
    struct survey survey;

    if (!look_at_trailer(cursor, err) ||
        !d_form_read(&cursor->arena, cursor->data->place.name, &cursor->trailer,
            cursor->source->settings->dump_code_page, &cursor->form, err) ||
        !survey_records(cursor, &survey, err) || !explain_count(cursor, table, &survey, err) ||
        !choose_columns(cursor, table, err))
        return false;
    tell_form(cursor, survey.all_end_in_cr);
    d_conversion_init(&cursor->conversion, &cursor->form, survey.all_end_in_cr);
    return true;
}

// It is another file now than the one that was found to be the table's.
static bool
survey_again(struct dump_cursor *cursor, struct error *err)
{
    const struct dump_data *data = cursor->data;
    struct dump_survey survey;

    if (!dump_file_survey(&cursor->file, &survey, err) || !dump_file_rewind(&cursor->file, err))
        return false;
    cursor->trailer = survey.trailer;
    if (text_equal_nocase(survey.trailer.filename, data->survey.trailer.filename))
        return true;
    (void)error_set(
        err, ERROR_TABLE, "%s became the file of another table while oe2pg ran", data->place.name);
    return error_hint(err, "Run oe2pg again when the folder is filled.");
}

static bool
open_data(struct dump_cursor *cursor, struct error *err)
{
    const struct dump_data *data = cursor->data;

    if (data->unread != NULL) {
        *err = *data->unread;
        return false;
    }
    if (!dump_file_open(&data->place, &cursor->source->base.is_cancelled, &cursor->file, err))
        return false;
    cursor->trailer = data->survey.trailer;
    return dump_file_is_as(&cursor->file, &data->survey) || survey_again(cursor, err);
}

static bool
start(struct dump_cursor *cursor, struct error *err)
{
    if (cursor->request.table->where.condition != NULL)
        return error_set(err, ERROR_TABLE, "a dump cannot be asked for some of its rows");
    if (!find_data(cursor, err) || !make_layout(cursor, cursor->rows->table, err) ||
        !open_data(cursor, err))
        return false;
    d_reader_init(
        &cursor->reader, cursor->data->place.name, D_WINDOW_BYTES, dump_file_read, &cursor->file);
    return look_at_file(cursor, cursor->rows->table, err);
}

bool
dump_open_cursor(struct source *base, const struct read_request *request, struct cursor **opened,
    struct error *err)
{
    struct dump_cursor *cursor = mem_calloc(1, sizeof *cursor);

    cursor->base.source = base;
    cursor->source = (struct dump_source *)base;
    cursor->request = *request;
    cursor->file.fd = -1;
    cursor->rows_left = request->row_limit > 0 ? request->row_limit : SIZE_MAX;
    cursor->batch.column_count = request->table->column_count;
    cursor->wanted = mem_calloc(request->table->column_count + 1, sizeof *cursor->wanted);
    arena_init(&cursor->arena);
    dump_misfits_init(&cursor->misfits);
    if (!start(cursor, err)) {
        dump_close_cursor(&cursor->base);
        return false;
    }
    *opened = &cursor->base;
    return true;
}
