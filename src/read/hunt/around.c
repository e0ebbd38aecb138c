#include "read/hunt/around.h"

#include "base/buffer.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/key_choice.h"
#include "model/narrow.h"
#include "read/limits.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// Statements beyond the plain reading, for one table in one run. One costs about as much as reading
// some hundred rows: so all of it takes little more than twice as long as without.
enum { QUERIES_ALWAYS = 200, ROWS_A_QUERY = 500 };
enum { KEY_SHOWN_BYTES = 121 }; // of a hint

void
around_init(struct around *around, const struct settings *settings, const struct table *table)
{
    size_t count = table->column_count;

    *around = (struct around){ .settings = settings, .table = table };
    around->is_bad = mem_calloc(count, sizeof *around->is_bad);
    around->is_too_wide = mem_calloc(count, sizeof *around->is_too_wide);
    around->is_left_out = mem_calloc(count, sizeof *around->is_left_out);
    around->without = mem_calloc(count, sizeof *around->without);
}

void
around_release(struct around *around)
{
    source_close(around->cutting);
    free(around->is_bad);
    free(around->is_too_wide);
    free(around->is_left_out);
    free(around->without);
    memset(around, 0, sizeof *around);
}

bool
around_helps(const struct error *err)
{
    return err->retry == RETRY_NEVER && err->kind == ERROR_DATA;
}

static void
note_bad(struct around *around, int column)
{
    if (!key_has_column(around->table->key, column))
        around->is_bad[column] = true;
}

int
around_note(struct around *around, const struct source *source, const uint16_t *origin)
{
    struct source_trouble trouble = source_trouble(source);
    int column = trouble.column;

    if (column >= 0 && origin != NULL)
        column = origin[column];
    if (column >= (int)around->table->column_count) // the id that was asked for besides
        column = -1;
    if (column >= 0) {
        note_bad(around, column);
        around->is_too_wide[column] = trouble.is_too_wide;
    }
    return column;
}

void
around_begin(struct around *around)
{
    size_t count = around->table->column_count;

    memset(around->is_bad, 0, count * sizeof *around->is_bad);
    memset(around->without, 0, count * sizeof *around->without);
    around->query_count = 0;
    around->row_count = 0;
}

bool
around_is_spent(const struct around *around)
{
    return (int64_t)around->query_count >= QUERIES_ALWAYS + around->row_count / ROWS_A_QUERY;
}

// Not the value: nobody asked for it in a log.
static void
append_key_names(const struct table *table, struct buffer *names)
{
    for (size_t i = 0; table->key != NULL && i < table->key->column_count; i++)
        buffer_printf(
            names, "%s%s", i > 0 ? ", " : "", table->columns[table->key->columns[i]].name);
    if (table->key == NULL)
        buffer_append_text(names, "none");
}

static bool
refuse(const struct around *around, struct error *err)
{
    struct buffer names;
    char shown[KEY_SHOWN_BYTES];

    buffer_init(&names, sizeof err->message);
    append_key_names(around->table, &names);
    (void)text_print(shown, sizeof shown, "%s", buffer_text(&names));
    buffer_release(&names);
    err->hint[0] = '\0';
    error_hint(err,
        "Widen the column's SQL width with dbtool, or set mirror_settings.on_wide_value to "
        "\"quarantine\". The table's key: %s.",
        shown);
    return false;
}

bool
around_is_refused(const struct around *around, const struct source *source, struct error *err)
{
    if (around->settings->mirror.on_wide_value != WIDE_VALUE_FAIL ||
        !source_trouble(source).is_too_wide)
        return false;
    (void)refuse(around, err);
    return true;
}

// ---- rows by their ids

bool
around_has_row_ids(const struct around *around, const struct source *source)
{
    return around->row_ids != ROW_IDS_REFUSED && source_capabilities(source).row_id != NULL;
}

bool
around_turn_to_row_ids(
    struct around *around, const struct source *source, const char *why, struct error *err)
{
    if (!around_has_row_ids(around, source) || around->row_ids == ROW_IDS_ALL)
        return false;
    around->row_ids = ROW_IDS_ALL;
    log_info("table \"%s\": %s: the table is read by ROWID", around->table->name, why);
    (void)read_repeat(err, RETRY_WITH_LESS, why);
    return true;
}

bool
around_fail_for_key(struct around *around, const struct source *source, struct error *err)
{
    if (around_turn_to_row_ids(around, source, "a value of its key cannot be read", err))
        return false;
    err->hint[0] = '\0';
    if (around->row_ids == ROW_IDS_REFUSED)
        return error_hint(err,
            "The value is part of the key, and its row cannot be asked for by ROWID (%s): widen "
            "the column's SQL width with dbtool, or name another key.",
            around->row_id_refusal);
    return error_hint(err, "The value is part of the key, so its row cannot be told from others: "
                           "widen the column's SQL width with dbtool, or name another key in "
                           "mirror_settings.tables.");
}

bool
around_refuse_skipping(struct around *around, struct error *err)
{
    if (err->kind != ERROR_TABLE || err->retry != RETRY_NEVER)
        return false;
    around->cannot_skip_ids = true;
    return read_repeat(err, RETRY_WITH_LESS, "rows cannot be left out by ROWID");
}

bool
around_refuse_row_ids(struct around *around, struct error *err, const char *why)
{
    if (why == NULL && (err->kind != ERROR_TABLE || err->retry != RETRY_NEVER))
        return false;
    (void)text_print(around->row_id_refusal, sizeof around->row_id_refusal, "%s",
        why != NULL ? why : err->message);
    around->row_ids = ROW_IDS_REFUSED;
    return read_repeat(err, RETRY_WITH_LESS, "rows cannot be read by ROWID");
}

// --- one statement

static void
copy_row(struct unread_row *row, const struct batch *batch)
{
    struct cell *cells;

    row->batch = *batch;
    if (batch->row_count == 0)
        return;
    row->batch.row_count = 1;
    cells = arena_calloc(&row->arena, batch->column_count, sizeof *cells);
    memcpy(cells, batch->cells, batch->column_count * sizeof *cells);
    for (size_t i = 0; i < batch->column_count; i++) {
        if (cells[i].bytes != NULL)
            cells[i].bytes = arena_strndup(&row->arena, cells[i].bytes, cells[i].size);
    }
    row->batch.cells = cells;
}

// All rows to the end; the first stays in `row`, if there is one to keep it.
static bool
drain(struct cursor *cursor, struct narrow *narrow, struct unread_row *row, struct error *err)
{
    const struct batch *batch;

    do {
        if (!cursor_fetch(cursor, &batch, err))
            return false;
        if (row != NULL && row->found == 0 && batch->row_count > 0)
            copy_row(row, narrow_widen(narrow, batch));
        if (row != NULL)
            row->found += batch->row_count;
    } while (batch->row_count > 0);
    return true;
}

static void
empty_row(struct unread_row *row, size_t column_count)
{
    arena_reset(&row->arena);
    row->batch = (struct batch){ .column_count = column_count };
    row->found = 0;
}

// A row in which nothing can be read: it was met by its id.
static void
take_nothing(struct unread_row *row)
{
    row->batch.cells = arena_calloc(&row->arena, row->batch.column_count, sizeof *row->batch.cells);
    row->batch.row_count = row->found = 1;
}

// Reads what the request asks for, some columns left out. *column: which one failed, if any; -1 if
// that is not known.
static bool
try_without(struct around *around, struct source *source, const struct read_request *request,
    const bool *is_left_out, struct unread_row *row, int *column, struct error *err)
{
    struct narrow narrow;
    struct read_request narrowed = *request;
    struct cursor *cursor = NULL;
    bool done;

    error_clear(err);
    if (row != NULL)
        empty_row(row, around->table->column_count);
    if (row != NULL && memchr(is_left_out, false, around->table->column_count) == NULL) {
        take_nothing(row);
        *column = -1;
        return true;
    }
    narrow_init(&narrow, request->table, is_left_out);
    narrowed.table = &narrow.table;
    if (request->key != NULL)
        narrowed.key = narrow.table.key;
    around->query_count++;
    done = source_open_cursor(source, &narrowed, &cursor, err) && drain(cursor, &narrow, row, err);
    *column = done ? -1 : around_note(around, source, narrow.origin);
    cursor_close(cursor);
    narrow_release(&narrow);
    return done;
}

// --- which columns

// A row is asked for by the values of its key.
static bool
is_kept(const struct around *around, int column)
{
    return around->row_id == NULL && key_has_column(around->table->key, column);
}

// The columns of the key, and those of `is_readable` or from `first` on, `count` of them.
static bool
try_range(struct around *around, struct source *source, const struct read_request *request,
    const bool *is_readable, size_t first, size_t count, struct error *err)
{
    const struct table *table = around->table;
    bool *is_left_out = mem_calloc(table->column_count, sizeof *is_left_out);
    int column;
    bool done;

    for (size_t i = 0; i < table->column_count; i++)
        is_left_out[i] =
            !is_kept(around, (int)i) && !is_readable[i] && (i < first || i >= first + count);
    done = try_without(around, source, request, is_left_out, NULL, &column, err);
    free(is_left_out);
    return done;
}

// Finds the columns that can be read, by halves. Invariant: those of is_readable were read
// together, by the last statement that did not fail; so what is read in the end is nothing that was
// not tried. Depth is the logarithm of their number.
static bool
find_readable(struct around *around, struct source *source, const struct read_request *request,
    bool *is_readable, size_t first, size_t count, struct error *err)
{
    if (try_range(around, source, request, is_readable, first, count, err)) {
        for (size_t i = first; i < first + count; i++)
            is_readable[i] = true;
        return true;
    }
    if (!around_helps(err))
        return false;
    if (count == 1) {
        note_bad(around, (int)first);
        return true;
    }
    return find_readable(around, source, request, is_readable, first, count / 2, err) &&
           find_readable(
               around, source, request, is_readable, first + count / 2, count - count / 2, err);
}

// When the source does not say which column it is.
static bool
find_columns(struct around *around, struct source *source, const struct read_request *request,
    bool *is_left_out, struct error *err)
{
    size_t count = around->table->column_count;
    bool *is_readable = mem_calloc(count, sizeof *is_readable);
    struct error first = *err;
    bool has_key = around->table->key != NULL && around->row_id == NULL;
    bool done = !has_key || try_range(around, source, request, is_readable, 0, 0, err);

    done = done && find_readable(around, source, request, is_readable, 0, count, err);
    for (size_t i = 0; done && i < count; i++)
        is_left_out[i] = !is_readable[i] && !is_kept(around, (int)i);
    free(is_readable);
    if (!done && around_helps(err))
        *err = first;
    return done;
}

static bool
has_any(const bool *flags, size_t count)
{
    return memchr(flags, true, count) != NULL;
}

// --- one row

// As much of it as can be read; is_left_out tells what cannot. It ends, for each statement that
// fails leaves one column more out, but for the one search when the source does not name it.
static bool
read_what_can(struct around *around, struct source *source, const struct read_request *request,
    bool *is_left_out, struct unread_row *row, struct error *err)
{
    bool is_searched = false;
    int column;

    while (!try_without(around, source, request, is_left_out, row, &column, err)) {
        if (!around_helps(err) || around_is_refused(around, source, err))
            return false;
        if (is_kept(around, column))
            return around_fail_for_key(around, source, err);
        if (column >= 0 && !is_left_out[column])
            is_left_out[column] = true;
        else if (is_searched || !find_columns(around, source, request, is_left_out, err))
            return false;
        else
            is_searched = true;
    }
    return true;
}

static bool
open_cutting(struct around *around, struct error *err)
{
    if (around->cutting != NULL)
        return true;
    around->cutting_settings = around->settings->source;
    around->cutting_settings.truncates = true;
    return source_open(&around->cutting_settings, &around->cutting, err);
}

// The row with what is too wide cut by the source. Numbers and bytes it does not cut: then the row
// stays as it is.
static bool
read_cut(struct around *around, const struct read_request *request, const bool *is_left_out,
    struct unread_row *row, bool *is_cut, struct error *err)
{
    size_t count = around->table->column_count;
    bool *is_still_out = mem_calloc(count, sizeof *is_still_out);
    struct unread_row cut = { .batch = { .row_count = 0 } };
    int column;

    arena_init(&cut.arena);
    for (size_t i = 0; i < count; i++)
        is_still_out[i] = is_left_out[i] && !around->is_too_wide[i];
    *is_cut = open_cutting(around, err) &&
              try_without(around, around->cutting, request, is_still_out, &cut, &column, err) &&
              cut.batch.row_count > 0;
    if (*is_cut) {
        arena_reset(&row->arena);
        copy_row(row, &cut.batch);
    }
    arena_release(&cut.arena);
    free(is_still_out);
    return *is_cut || around_helps(err) || err->kind == ERROR_NONE;
}

// True when the row can be asked for by its key another time.
static bool
has_whole_key(const struct around *around, const bool *is_left_out, const struct cell *row)
{
    const struct table *table = around->table;

    for (size_t i = 0; i < table->column_count; i++) {
        if (key_has_column(table->key, (int)i) && (is_left_out[i] || row[i].bytes == NULL))
            return false;
    }
    return key_choice_is_exact(table);
}

static void
tell_row(struct around *around, const bool *is_left_out, bool is_cut, const struct unread_row *row)
{
    struct unread unread = { .row = row->batch.cells, .row_count = 1 };

    if (!has_whole_key(around, is_left_out, row->batch.cells))
        unread.row_id = around->row_id;
    for (size_t i = 0; i < around->table->column_count; i++) {
        if (!is_left_out[i])
            continue;
        unread.column = i;
        unread.reason = !around->is_too_wide[i] ? "unreadable" : is_cut ? "truncated" : "too_wide";
        around->sink(around->sink_context, &unread);
    }
}

static bool
is_to_be_cut(const struct around *around, const bool *is_left_out)
{
    for (size_t i = 0; i < around->table->column_count; i++) {
        if (is_left_out[i] && around->is_too_wide[i])
            return around->settings->mirror.on_wide_value == WIDE_VALUE_TRUNCATE;
    }
    return false;
}

bool
around_read_row(struct around *around, struct source *source, const struct read_request *request,
    struct unread_row *row, struct error *err)
{
    size_t count = around->table->column_count;
    bool *is_left_out = mem_calloc(count, sizeof *is_left_out);
    bool is_cut = false;
    bool done = read_what_can(around, source, request, is_left_out, row, err);

    if (done && row->batch.row_count > 0 && has_any(is_left_out, count)) {
        done = !is_to_be_cut(around, is_left_out) ||
               read_cut(around, request, is_left_out, row, &is_cut, err);
        if (done)
            tell_row(around, is_left_out, is_cut, row);
    }
    row->is_whole = done && !has_any(is_left_out, count);
    if (done)
        error_clear(err);
    free(is_left_out);
    return done;
}

// --- many rows

static bool
leaves_some(const struct around *around, const struct error *first, struct error *err)
{
    if (memchr(around->is_left_out, false, around->table->column_count) != NULL)
        return true;
    *err = *first;
    err->hint[0] = '\0';
    return error_hint(err, "Every column of the table has values that cannot be read, and no key "
                           "leads to their rows: mend them at the source, or exclude the table.");
}

bool
around_leave_out(struct around *around, struct source *source, const struct read_request *request,
    int column, struct error *err)
{
    const struct error first = *err;

    if (column < 0)
        return find_columns(around, source, request, around->is_left_out, err) &&
               has_any(around->is_left_out, around->table->column_count) &&
               leaves_some(around, &first, err);
    if (key_has_column(around->table->key, column))
        return around_fail_for_key(around, source, err);
    if (around->is_left_out[column])
        return false;
    around->is_left_out[column] = true;
    return leaves_some(around, &first, err);
}

void
around_tell(struct around *around, bool were_too_many)
{
    enum { TOLD_MAX = 5 };
    bool is_refused = !were_too_many && around->row_ids == ROW_IDS_REFUSED;
    size_t count = 0;

    for (size_t i = 0; i < around->table->column_count; i++) {
        struct unread unread = { .column = i, .reason = "not_read" };

        unread.row_count = around->without[i];
        around->without[i] = 0;
        if (unread.row_count == 0)
            continue;
        around->sink(around->sink_context, &unread);
        if (++count > TOLD_MAX)
            continue;
        log_warning("table \"%s\": column \"%s\" is NULL in %" PRId64
                    " rows: values of it cannot be read, and %s%s%s. %s",
            around->table->name, around->table->columns[i].name, unread.row_count,
            were_too_many ? "too many were met to tell each row" : "no key leads to their rows",
            is_refused ? ", nor does ROWID: " : "", is_refused ? around->row_id_refusal : "",
            around->is_too_wide[i] ? "Widen its SQL width with dbtool."
                                   : "Mend them at the source.");
    }
    if (count > TOLD_MAX)
        log_warning(
            "table \"%s\": %zu more columns like these: oe2pg status --quarantine names them",
            around->table->name, count - TOLD_MAX);
}
