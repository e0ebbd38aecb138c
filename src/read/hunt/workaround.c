#include "read/hunt/workaround.h"

#include "base/buffer.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/key_choice.h"
#include "model/narrow.h"
#include "read/hunt/bad_key.h"
#include "read/hunt/overwhelmed.h"
#include "read/limits.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// Statements beyond the plain reading, for one table in one run. One costs about as much as reading
// some hundred rows: so all of it takes little more than twice as long as without.
enum { QUERIES_ALWAYS = 200, ROWS_A_QUERY = 500 };
// Where a column is left out of the whole table when they are spent, and not of some rows.
enum { QUERIES_FOR_COLUMN = 1000 };
enum { KEY_SHOWN_BYTES = 121 }; // of a hint

void
workaround_init(
    struct workaround *workaround, const struct settings *settings, const struct table *table)
{
    size_t count = table->column_count;

    *workaround = (struct workaround){ .settings = settings, .table = table };
    workaround->is_bad = mem_calloc(count, sizeof *workaround->is_bad);
    workaround->is_too_wide = mem_calloc(count, sizeof *workaround->is_too_wide);
    workaround->is_left_out = mem_calloc(count, sizeof *workaround->is_left_out);
    workaround->without = mem_calloc(count, sizeof *workaround->without);
    workaround->bad_rows.counts = mem_calloc(count, sizeof *workaround->bad_rows.counts);
    workaround->sights = mem_calloc(count, sizeof *workaround->sights);
    workaround->bad_rows.is_hopeless = mem_calloc(count, sizeof *workaround->bad_rows.is_hopeless);
    workaround->cut_values.missing = mem_calloc(count, sizeof *workaround->cut_values.missing);
    arena_init(&workaround->cut_values.plain_rows);
}

void
workaround_release(struct workaround *workaround)
{
    free(workaround->is_bad);
    free(workaround->is_too_wide);
    free(workaround->is_left_out);
    free(workaround->without);
    free(workaround->bad_rows.counts);
    free(workaround->sights);
    free(workaround->bad_rows.is_hopeless);
    free(workaround->cut_values.missing);
    arena_release(&workaround->cut_values.plain_rows);
    memset(workaround, 0, sizeof *workaround);
}

bool
workaround_helps(const struct error *err)
{
    return err->retry == RETRY_NEVER && err->kind == ERROR_DATA;
}

static void
note_bad(struct workaround *workaround, int column)
{
    if (!key_has_column(workaround->table->key, column))
        narrow_mark(workaround->table, column, workaround->is_bad, true);
}

int
workaround_note(struct workaround *workaround, const struct source *source, const uint16_t *origin)
{
    struct source_trouble trouble = source_trouble(source);
    int column = trouble.column;

    if (column >= 0 && origin != NULL)
        column = origin[column];
    if (column >= (int)workaround->table->column_count) // the id that was asked for besides
        column = -1;
    if (column >= 0) {
        note_bad(workaround, column);
        narrow_mark(workaround->table, column, workaround->is_too_wide, trouble.is_too_wide);
    }
    return column;
}

void
workaround_begin(struct workaround *workaround)
{
    size_t count = workaround->table->column_count;

    memset(workaround->is_bad, 0, count * sizeof *workaround->is_bad);
    memset(workaround->without, 0, count * sizeof *workaround->without);
    memset(workaround->bad_rows.counts, 0, count * sizeof *workaround->bad_rows.counts);
    memset(workaround->sights, 0, count * sizeof *workaround->sights);
    memset(workaround->bad_rows.is_hopeless, 0, count * sizeof *workaround->bad_rows.is_hopeless);
    workaround->query_count = 0;
    workaround->bad_rows.query_extra = 0;
    workaround->bad_rows.next_look = 0;
    workaround->row_count = 0;
    memset(workaround->cut_values.missing, 0, count * sizeof *workaround->cut_values.missing);
    workaround->cut_values.look_count = 0;
}

bool
workaround_is_spent(const struct workaround *workaround)
{
    bool is_best = workaround->settings->mirror.on_wide_value == WIDE_VALUE_BEST;
    size_t always =
        is_best ? QUERIES_FOR_COLUMN + workaround->bad_rows.query_extra : QUERIES_ALWAYS;

    return (int64_t)workaround->query_count >=
           (int64_t)always + workaround->row_count / ROWS_A_QUERY;
}

bool
workaround_gives_up(const struct workaround *workaround)
{
    return workaround_is_spent(workaround) &&
           workaround->settings->mirror.on_wide_value != WIDE_VALUE_BEST;
}

bool
workaround_leave_column(struct workaround *workaround, size_t column, struct error *err)
{
    workaround->bad_rows.is_hopeless[column] = true;
    workaround->wish = (struct way_wish){ .kind = WISH_LEFT_OUT, .column = column };
    return read_repeat(err, RETRY_BY_OTHER_WAY, "too many values of a column cannot be read");
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
refuse(const struct workaround *workaround, struct error *err)
{
    struct buffer names;
    char shown[KEY_SHOWN_BYTES];

    buffer_init(&names, sizeof err->message);
    append_key_names(workaround->table, &names);
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
workaround_is_refused(
    const struct workaround *workaround, const struct source *source, struct error *err)
{
    if (workaround->settings->mirror.on_wide_value != WIDE_VALUE_FAIL ||
        !source_trouble(source).is_too_wide)
        return false;
    (void)refuse(workaround, err);
    return true;
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
try_without(struct workaround *workaround, struct source *source,
    const struct read_request *request, const bool *is_left_out, struct unread_row *row,
    int *column, struct error *err)
{
    struct narrow narrow;
    struct read_request narrowed = *request;
    struct cursor *cursor = NULL;
    bool done;

    error_clear(err);
    if (row != NULL)
        empty_row(row, workaround->table->column_count);
    if (row != NULL && memchr(is_left_out, false, workaround->table->column_count) == NULL) {
        take_nothing(row);
        *column = -1;
        return true;
    }
    narrow_init(&narrow, request->table, is_left_out);
    narrowed.table = &narrow.table;
    if (request->key != NULL)
        narrowed.key = narrow.table.key;
    workaround->query_count++;
    done = source_open_cursor(source, &narrowed, &cursor, err) && drain(cursor, &narrow, row, err);
    *column = done ? -1 : workaround_note(workaround, source, narrow.origin);
    cursor_close(cursor);
    narrow_release(&narrow);
    return done;
}

// --- which columns

// A row is asked for by the values of its key.
static bool
is_kept(const struct workaround *workaround, int column)
{
    return workaround->row_id == NULL && key_has_column(workaround->table->key, column);
}

// The columns of the key, and those of `is_readable` or from `first` on, `count` of them.
static bool
try_range(struct workaround *workaround, struct source *source, const struct read_request *request,
    const bool *is_readable, size_t first, size_t count, struct error *err)
{
    const struct table *table = workaround->table;
    bool *is_left_out = mem_calloc(table->column_count, sizeof *is_left_out);
    int column;
    bool done;

    for (size_t i = 0; i < table->column_count; i++)
        is_left_out[i] =
            !is_kept(workaround, (int)i) && !is_readable[i] && (i < first || i >= first + count);
    done = try_without(workaround, source, request, is_left_out, NULL, &column, err);
    free(is_left_out);
    return done;
}

// Finds the columns that can be read, by halves. Invariant: those of is_readable were read
// together, by the last statement that did not fail; so what is read in the end is nothing that was
// not tried. Depth is the logarithm of their number.
static bool
find_readable(struct workaround *workaround, struct source *source,
    const struct read_request *request, bool *is_readable, size_t first, size_t count,
    struct error *err)
{
    if (try_range(workaround, source, request, is_readable, first, count, err)) {
        for (size_t i = first; i < first + count; i++)
            is_readable[i] = true;
        return true;
    }
    if (!workaround_helps(err))
        return false;
    if (count == 1) {
        note_bad(workaround, (int)first);
        return true;
    }
    return find_readable(workaround, source, request, is_readable, first, count / 2, err) &&
           find_readable(
               workaround, source, request, is_readable, first + count / 2, count - count / 2, err);
}

bool
workaround_read_without(struct workaround *workaround, struct source *source,
    const struct read_request *request, const bool *is_left_out, struct error *err)
{
    int column;

    return try_without(workaround, source, request, is_left_out, NULL, &column, err);
}

// When the source does not say which column it is.
static bool
find_columns(struct workaround *workaround, struct source *source,
    const struct read_request *request, bool *is_left_out, struct error *err)
{
    size_t count = workaround->table->column_count;
    bool *is_readable = mem_calloc(count, sizeof *is_readable);
    struct error first = *err;
    bool has_key = workaround->table->key != NULL && workaround->row_id == NULL;
    bool done = !has_key || try_range(workaround, source, request, is_readable, 0, 0, err);

    done = done && find_readable(workaround, source, request, is_readable, 0, count, err);
    for (size_t i = 0; done && i < count; i++)
        is_left_out[i] = !is_readable[i] && !is_kept(workaround, (int)i);
    free(is_readable);
    if (!done && workaround_helps(err))
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
read_what_can(struct workaround *workaround, struct source *source,
    const struct read_request *request, bool *is_left_out, struct unread_row *row,
    struct error *err)
{
    bool is_searched = false;
    int column;

    while (!try_without(workaround, source, request, is_left_out, row, &column, err)) {
        if (!workaround_helps(err) || workaround_is_refused(workaround, source, err) ||
            workaround_wishes_way(workaround, source, column, err))
            return false;
        if (is_kept(workaround, column))
            return bad_key_fail(workaround, source, column, err);
        if (column >= 0 && !is_left_out[column])
            narrow_mark(workaround->table, column, is_left_out, true);
        else if (is_searched || !find_columns(workaround, source, request, is_left_out, err))
            return false;
        else
            is_searched = true;
    }
    return true;
}

// The row with what is too wide cut by the source. Numbers and bytes it does not cut: then the row
// stays as it is.
static bool
read_cut(struct workaround *workaround, struct source *source, const struct read_request *request,
    const bool *is_left_out, struct unread_row *row, bool *is_cut, struct error *err)
{
    size_t count = workaround->table->column_count;
    bool *is_still_out = mem_calloc(count, sizeof *is_still_out);
    struct unread_row cut = { .batch = { .row_count = 0 } };
    struct read_request cutting = *request;
    int column;

    cutting.cutting = CUTTING_ALWAYS;
    arena_init(&cut.arena);
    for (size_t i = 0; i < count; i++)
        is_still_out[i] = is_left_out[i] && !workaround->is_too_wide[i];
    *is_cut = try_without(workaround, source, &cutting, is_still_out, &cut, &column, err) &&
              cut.batch.row_count > 0;
    if (*is_cut) {
        arena_reset(&row->arena);
        copy_row(row, &cut.batch);
    }
    arena_release(&cut.arena);
    free(is_still_out);
    return *is_cut || workaround_helps(err) || err->kind == ERROR_NONE;
}

// True when the row can be asked for by its key another time.
static bool
has_whole_key(const struct workaround *workaround, const bool *is_left_out, const struct cell *row)
{
    const struct table *table = workaround->table;

    for (size_t i = 0; i < table->column_count; i++) {
        if (key_has_column(table->key, (int)i) && (is_left_out[i] || row[i].bytes == NULL))
            return false;
    }
    return key_choice_is_exact(table);
}

static void
tell_row(struct workaround *workaround, const bool *is_left_out, bool is_cut,
    const struct unread_row *row)
{
    struct unread unread = { .row = row->batch.cells, .row_count = 1 };

    if (!has_whole_key(workaround, is_left_out, row->batch.cells))
        unread.row_id = workaround->row_id;
    for (size_t i = 0; i < workaround->table->column_count; i++) {
        if (!is_left_out[i] || table_column_goes_on(workaround->table, i))
            continue;
        unread.column = i;
        // How many there are of a column that the source cuts decides nothing (cut_rows.h).
        workaround->bad_rows.counts[i] +=
            !workaround->bad_rows.is_known && !column_is_cut(&workaround->table->columns[i]);
        workaround->sights[i].rows++;
        unread.reason = !workaround->is_too_wide[i] ? "unreadable"
                        : is_cut                    ? "truncated"
                                                    : "too_wide";
        workaround->sink(workaround->sink_context, &unread);
    }
}

static bool
is_to_be_cut(const struct workaround *workaround, const bool *is_left_out)
{
    for (size_t i = 0; i < workaround->table->column_count; i++) {
        if (is_left_out[i] && workaround->is_too_wide[i])
            return workaround->settings->mirror.on_wide_value == WIDE_VALUE_TRUNCATE;
    }
    return false;
}

bool
workaround_read_row(struct workaround *workaround, struct source *source,
    const struct read_request *request, struct unread_row *row, struct error *err)
{
    size_t count = workaround->table->column_count;
    bool *is_left_out = mem_calloc(count, sizeof *is_left_out);
    struct read_request plainly = *request;
    bool is_cut = false;
    bool done;

    plainly.cutting = CUTTING_NEVER;
    done = read_what_can(workaround, source, &plainly, is_left_out, row, err);

    if (done && row->batch.row_count > 0 && has_any(is_left_out, count)) {
        done = !is_to_be_cut(workaround, is_left_out) ||
               read_cut(workaround, source, request, is_left_out, row, &is_cut, err);
        if (done)
            tell_row(workaround, is_left_out, is_cut, row);
    }
    row->is_whole = done && !has_any(is_left_out, count);
    if (done)
        error_clear(err);
    if (done && !row->is_whole && row->batch.row_count > 0)
        done = !overwhelmed(workaround, source, request, err);
    free(is_left_out);
    return done;
}

// --- many rows

static bool
leaves_some(const struct workaround *workaround, const struct error *first, struct error *err)
{
    if (memchr(workaround->is_left_out, false, workaround->table->column_count) != NULL)
        return true;
    *err = *first;
    err->hint[0] = '\0';
    return error_hint(err, "Every column of the table has values that cannot be read, and no key "
                           "leads to their rows: mend them at the source, or exclude the table.");
}

bool
workaround_leave_out(struct workaround *workaround, struct source *source,
    const struct read_request *request, int column, struct error *err)
{
    const struct error first = *err;

    if (column < 0)
        return find_columns(workaround, source, request, workaround->is_left_out, err) &&
               has_any(workaround->is_left_out, workaround->table->column_count) &&
               leaves_some(workaround, &first, err);
    if (key_has_column(workaround->table->key, column))
        return bad_key_fail(workaround, source, column, err);
    if (workaround->is_left_out[column])
        return false;
    narrow_mark(workaround->table, column, workaround->is_left_out, true);
    return leaves_some(workaround, &first, err);
}

// Where that was decided is told once, and by status.
static void
tell_cut_values(struct workaround *workaround)
{
    for (size_t i = 0; i < workaround->table->column_count; i++) {
        struct unread unread = { .column = i, .reason = "too_wide" };

        unread.row_count = workaround->cut_values.missing[i];
        workaround->cut_values.missing[i] = 0;
        if (unread.row_count > 0)
            workaround->sink(workaround->sink_context, &unread);
    }
}

void
workaround_tell(struct workaround *workaround, bool were_too_many)
{
    enum { TOLD_MAX = 5 };
    bool is_refused = !were_too_many && workaround->row_ids == ROW_IDS_REFUSED;
    size_t count = 0;

    tell_cut_values(workaround);
    for (size_t i = 0; i < workaround->table->column_count; i++) {
        struct unread unread = { .column = i, .reason = "not_read" };

        unread.row_count = workaround->without[i];
        workaround->without[i] = 0;
        if (unread.row_count == 0)
            continue;
        workaround->sink(workaround->sink_context, &unread);
        // That one is told where it is decided, and by status.
        if (column_is_left_out(&workaround->table->columns[i]) || ++count > TOLD_MAX)
            continue;
        log_warning("table \"%s\": column \"%s\" is NULL in %" PRId64
                    " rows: values of it cannot be read, and %s%s%s. %s",
            workaround->table->name, workaround->table->columns[i].name, unread.row_count,
            were_too_many ? "too many were met to tell each row" : "no key leads to their rows",
            is_refused ? ", nor does ROWID: " : "", is_refused ? workaround->row_id_refusal : "",
            workaround->is_too_wide[i] ? "Widen its SQL width with dbtool."
                                       : "Mend them at the source.");
    }
    if (count > TOLD_MAX)
        log_warning(
            "table \"%s\": %zu more columns like these: oe2pg status --quarantine names them",
            workaround->table->name, count - TOLD_MAX);
}
