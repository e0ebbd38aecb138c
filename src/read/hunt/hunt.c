// From one state of the hunt to the next: hunt.h draws them.
#include "read/hunt/hunt.h"

#include "base/log.h"
#include "base/mem.h"
#include "model/key_choice.h"
#include "read/hunt/bad_key.h"
#include "read/hunt/cut_rows.h"
#include "read/hunt/hunt_state.h"

#include <stdlib.h>
#include <string.h>

static const struct batch nothing = { .row_count = 0 };

// ---- a job -------------------------------------------------------------------------------------

struct hunt *
hunt_open(const struct settings *settings, const struct table *table)
{
    struct hunt *hunt = mem_calloc(1, sizeof *hunt);

    workaround_init(&hunt->workaround, settings, table);
    return hunt;
}

void
hunt_close(struct hunt *hunt)
{
    if (hunt == NULL)
        return;
    hunt_end_part(hunt);
    workaround_release(&hunt->workaround);
    free(hunt);
}

void
hunt_begin_pass(struct hunt *hunt)
{
    workaround_begin(&hunt->workaround);
}

void
hunt_know(struct hunt *hunt, struct arena *arena, struct key_position *keys, size_t key_count,
    const char *const *ids, size_t id_count)
{
    int64_t *numbers = arena_calloc(arena, id_count, sizeof *numbers);
    size_t count = 0;

    for (size_t i = 0; i < id_count; i++)
        count += row_id_parse(ids[i], strlen(ids[i]), &numbers[count]);
    hunt->is_told = true;
    hunt->known = keys;
    hunt->known_count = key_count;
    hunt->known_ids = (struct row_ids){ .ids = numbers, .count = count };
}

bool
hunt_is_told(const struct hunt *hunt)
{
    return hunt->is_told;
}

void
hunt_forget(struct hunt *hunt)
{
    hunt->is_told = false;
    hunt->known_count = 0;
    hunt->known_ids.count = 0;
}

bool
hunt_is_by_id(const struct hunt *hunt)
{
    return hunt != NULL && hunt->workaround.row_ids == ROW_IDS_ALL;
}

struct way_wish
hunt_wish(const struct hunt *hunt)
{
    return hunt->workaround.wish;
}

const struct way_sight *
hunt_sights(const struct hunt *hunt, int64_t *row_count)
{
    *row_count = hunt->workaround.row_count;
    return hunt->workaround.sights;
}

bool
hunt_leaves_out(const struct hunt *hunt, size_t column)
{
    return hunt->workaround.bad_rows.is_hopeless[column];
}

bool
hunt_may_help(const struct error *err)
{
    return workaround_helps(err);
}

static void
ignore_unread(void *context, const struct unread *unread)
{
    (void)context;
    (void)unread;
}

bool
hunt_read_again(struct hunt *hunt, struct source *source, const struct read_request *request,
    struct unread_row *row, struct error *err)
{
    hunt->workaround.sink = ignore_unread;
    return workaround_read_row(&hunt->workaround, source, request, row, err);
}

// ---- a part ------------------------------------------------------------------------------------

void
hunt_begin_part(struct hunt *hunt, struct source *source, const struct read_request *part,
    const struct reader_limits *limits, unread_sink *sink, void *context)
{
    struct workaround *workaround = &hunt->workaround;

    hunt_end_part(hunt);
    hunt->source = source;
    hunt->part = *part;
    hunt->limits = *limits;
    hunt->leaves_ids = false;
    hunt->known_next = hunt->known_count;
    hunt->known_id_next = hunt->known_ids.count;
    hunt->bisect = (struct bisect){ .reach = 0 };
    hunt->piece_rows = 0;
    hunt->is_piece = false;
    hunt->row = (struct unread_row){ .found = 0 };
    arena_init(&hunt->row.arena);
    workaround->sink = sink;
    workaround->sink_context = context;
    memset(workaround->without, 0, workaround->table->column_count * sizeof *workaround->without);
}

void
hunt_end_part(struct hunt *hunt)
{
    if (hunt == NULL)
        return;
    narrow_release(&hunt->narrow);
    by_row_id_release(&hunt->by_row_id);
    if (hunt->source != NULL)
        arena_release(&hunt->row.arena);
    hunt->source = NULL;
}

bool
hunt_reads_part_by_id(const struct hunt *hunt)
{
    return hunt->workaround.row_ids == ROW_IDS_ALL ||
           (hunt->workaround.row_ids == ROW_IDS_REST && hunt->part.part != KEY_PART_NOT_NULL);
}

static size_t
count_characters(const struct cell *value)
{
    size_t count = 0;

    for (size_t i = 0; value->bytes != NULL && i < value->size; i++)
        count += ((unsigned char)value->bytes[i] & 0xC0) != 0x80;
    return count;
}

static void
see_values(struct way_sight *sight, const struct batch *batch, size_t column, size_t width)
{
    for (size_t r = 0; r < batch->row_count; r++) {
        size_t characters = count_characters(&batch->cells[r * batch->column_count + column]);

        sight->rows += width > 0 && characters > width;
        if (characters > sight->longest)
            sight->longest = characters;
    }
}

void
hunt_count_rows(struct hunt *hunt, const struct batch *batch)
{
    const struct table *table = hunt != NULL ? hunt->workaround.table : NULL;

    if (hunt == NULL)
        return;
    hunt->workaround.row_count += (int64_t)batch->row_count;
    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];

        if (column_is_left_out(column)) {
            hunt->workaround.without[i] += (int64_t)batch->row_count;
            hunt->workaround.sights[i].rows += (int64_t)batch->row_count;
        } else if (!column_is_plain(column)) {
            see_values(&hunt->workaround.sights[i], batch, i, column->way->declared_width);
        }
    }
}

void
hunt_tell(struct hunt *hunt)
{
    if (hunt != NULL)
        workaround_tell(&hunt->workaround, hunt->part.part == KEY_PART_NOT_NULL);
}

static bool
has_room(const struct hunt *hunt, const struct batch *batch, struct error *err)
{
    return reader_limits_hold(&hunt->limits, batch, err);
}

// ---- rows that are known -----------------------------------------------------------------------

void
hunt_begin_known(struct hunt *hunt, bool are_read, struct read_request *part)
{
    // Where the key cannot be relied on they are met among all others.
    if (!hunt_is_by_id(hunt) && part->part != KEY_PART_WITH_NULL) {
        part->except = hunt->known;
        part->except_count = hunt->known_count;
        hunt->known_next = are_read ? hunt->known_count : 0;
    }
    if (hunt->workaround.cannot_skip_ids ||
        !workaround_has_row_ids(&hunt->workaround, hunt->source))
        return;
    hunt->leaves_ids = hunt->known_ids.count > 0;
    part->except_ids = hunt->known_ids;
    hunt->known_id_next = are_read ? hunt->known_ids.count : 0;
}

static bool
read_by_key(struct hunt *hunt, const struct cell *key, struct error *err)
{
    struct cell values[KEY_COLUMNS_MAX];
    struct key_position equal = { .values = values, .count = hunt->part.key->column_count };
    struct read_request request = hunt->part;

    memcpy(values, key, equal.count * sizeof *values);
    request.part = KEY_PART_EQUAL;
    request.after = &equal;
    request.beyond = request.up_to = NULL;
    return workaround_read_row(&hunt->workaround, hunt->source, &request, &hunt->row, err) &&
           has_room(hunt, &hunt->row.batch, err);
}

static bool
read_known(struct hunt *hunt, struct error *err)
{
    // These were looked for in another run.
    size_t query_count = hunt->workaround.query_count;
    bool done;

    hunt->workaround.bad_rows.is_known = true;
    if (hunt->known_next < hunt->known_count)
        done = read_by_key(hunt, hunt->known[hunt->known_next++].values, err);
    else
        done = by_row_id_read_row(&hunt->workaround, hunt->source, &hunt->part,
                   hunt->known_ids.ids[hunt->known_id_next++], &hunt->row, err) &&
               has_room(hunt, &hunt->row.batch, err);
    hunt->workaround.query_count = query_count;
    hunt->workaround.bad_rows.is_known = false;
    return done;
}

bool
hunt_fetch_known(struct hunt *hunt, const struct batch **batch, struct error *err)
{
    *batch = &nothing;
    while ((*batch)->row_count == 0 &&
           (hunt->known_next < hunt->known_count || hunt->known_id_next < hunt->known_ids.count)) {
        if (!read_known(hunt, err))
            return false;
        *batch = &hunt->row.batch;
    }
    return true;
}

// Returns false: the job is to be repeated so.
static bool
turn_to_rest(struct hunt *hunt, const char *why, struct error *err)
{
    hunt->workaround.row_ids = ROW_IDS_REST;
    log_info("table \"%s\": %s: rows that no key leads to are read by ROWID",
        hunt->workaround.table->name, why);
    return read_repeat(err, RETRY_WITH_LESS, why);
}

// ---- rows in which a value may have been cut ---------------------------------------------------

static bool
is_whole_key(const struct key *key, const struct cell *row)
{
    for (size_t i = 0; i < key->column_count; i++) {
        if (row[key->columns[i]].bytes == NULL)
            return false;
    }
    return true;
}

static bool
has_cut_key(const struct hunt *hunt, const struct cell *row)
{
    const struct key *key = hunt->part.key;

    for (size_t i = 0; key != NULL && i < key->column_count; i++) {
        if (cell_is_cut(&row[key->columns[i]]))
            return true;
    }
    return false;
}

// No key leads to the row. Rows that are known by their key may have been read before: then ids are
// for those parts alone in which no row has a key.
static bool
settle_by_id(struct hunt *hunt, const struct cell *row, struct error *err)
{
    struct workaround *workaround = &hunt->workaround;

    if (!workaround_has_row_ids(workaround, hunt->source))
        return cut_rows_give_up(workaround, row, err);
    if (hunt->part.part == KEY_PART_WITH_NULL || !key_choice_is_exact(workaround->table))
        return turn_to_rest(hunt, "a value may have been cut", err);
    if (hunt->part.part == KEY_PART_ALL && key_choice_is_resumable(workaround->table) &&
        !has_cut_key(hunt, row))
        return read_repeat(err, RETRY_IN_ORDER, "a value may have been cut");
    if (!workaround_turn_to_row_ids(
            workaround, hunt->source, "a value of its key may have been cut", err))
        return cut_rows_give_up(workaround, row, err);
    return false;
}

static bool
settle_row(struct hunt *hunt, struct cell *row, struct error *err)
{
    struct workaround *workaround = &hunt->workaround;
    const struct key *key = hunt->part.key;
    size_t query_count = workaround->query_count;
    struct cell values[KEY_COLUMNS_MAX];

    if (!cut_rows_is_wanted(workaround, row))
        return true;
    if (key == NULL || !key_choice_is_exact(workaround->table) || !is_whole_key(key, row))
        return settle_by_id(hunt, row, err);
    for (size_t i = 0; i < key->column_count; i++)
        values[i] = row[key->columns[i]];
    if (!cut_rows_may_look(workaround, row, err) || !read_by_key(hunt, values, err))
        return false;
    workaround->query_count = query_count; // those are bounded by themselves
    cut_rows_take(workaround, &hunt->row, row);
    return true;
}

bool
hunt_settle_cut(struct hunt *hunt, const struct batch *batch, struct error *err)
{
    if (hunt == NULL || !batch->has_cut)
        return true;
    cut_rows_begin(&hunt->workaround);
    for (size_t r = 0; r < batch->row_count; r++) {
        if (!settle_row(hunt, &batch->cells[r * batch->column_count], err))
            return false;
    }
    return true;
}

// ---- rows by their ids -------------------------------------------------------------------------

bool
hunt_fetch_by_id(struct hunt *hunt, const struct batch **batch, struct error *err)
{
    struct by_row_id *by = &hunt->by_row_id;
    size_t known_count = hunt->leaves_ids ? hunt->known_ids.count : 0;

    if (by->source == NULL)
        by_row_id_init(by, hunt->source, &hunt->workaround, &hunt->part, hunt->limits.row_id_bytes);
    if (!by_row_id_fetch(by, hunt->known_ids.ids, known_count, &hunt->row, batch, err) ||
        !has_room(hunt, *batch, err))
        return false;
    if ((*batch)->row_count == 0)
        workaround_tell(&hunt->workaround, true);
    return true;
}

// ---- statements --------------------------------------------------------------------------------

// The columns that the next statement leaves out; NULL: none.
static const bool *
left_out(const struct hunt *hunt)
{
    const struct workaround *workaround = &hunt->workaround;

    if (hunt->is_piece)
        return workaround->is_bad;
    if (hunt->part.part == KEY_PART_NOT_NULL ||
        memchr(workaround->is_left_out, true, workaround->table->column_count) == NULL)
        return NULL;
    return workaround->is_left_out;
}

const struct table *
hunt_choose_columns(struct hunt *hunt, const struct table *table)
{
    const bool *is_left_out = hunt != NULL ? left_out(hunt) : NULL;

    if (hunt != NULL)
        narrow_release(&hunt->narrow);
    if (is_left_out == NULL)
        return table;
    narrow_init(&hunt->narrow, table, is_left_out);
    return &hunt->narrow.table;
}

void
hunt_bound_statement(struct hunt *hunt, struct read_request *request)
{
    const struct bisect *bisect = hunt != NULL ? &hunt->bisect : NULL;

    if (bisect == NULL || request->part != KEY_PART_NOT_NULL)
        return;
    if (bisect->limit > 0 && (request->row_limit == 0 || bisect->limit < request->row_limit))
        request->row_limit = bisect->limit;
    if (bisect_is_searching(bisect))
        hunt->workaround.query_count++;
    request->block_rows = bisect->block;
    if (request->block_rows > 0 && request->block_rows < request->batch_rows)
        request->batch_rows = request->block_rows;
}

const struct batch *
hunt_widen(struct hunt *hunt, const struct batch *batch)
{
    const bool *is_left_out;

    if (hunt == NULL || hunt->narrow.wide == NULL)
        return batch;
    is_left_out = left_out(hunt);
    for (size_t i = 0; i < hunt->workaround.table->column_count; i++)
        hunt->workaround.without[i] += is_left_out[i] ? (int64_t)batch->row_count : 0;
    return narrow_widen(&hunt->narrow, batch);
}

// A piece goes on in the next range: the value that it is to pass may be in its first row.
void
hunt_end_statement(struct hunt *hunt, size_t row_count, bool goes_on)
{
    if (hunt == NULL)
        return;
    hunt->is_piece = hunt->is_piece && goes_on;
    bisect_pass(&hunt->bisect, row_count);
}

// ---- after a failure ---------------------------------------------------------------------------

// A part that cannot be cut is read again by row ids, or else without the column.
static bool
leave_out(struct hunt *hunt, int column, struct error *err)
{
    struct workaround *workaround = &hunt->workaround;

    if (workaround_has_row_ids(workaround, hunt->source))
        return turn_to_rest(hunt, "a value cannot be read", err);
    return workaround_leave_out(workaround, hunt->source, &hunt->part, column, err) &&
           read_repeat(err, RETRY_WITH_LESS, "a column cannot be read");
}

// The row is not looked for any more: the columns are left out of a piece, each longer than the one
// before. False when that did not help.
static bool
begin_piece(struct hunt *hunt, int column)
{
    bool was_piece = hunt->is_piece;

    hunt->piece_rows = hunt->piece_rows > 0 ? 2 * hunt->piece_rows : BISECT_NEAR;
    if (hunt->piece_rows > BISECT_LAST)
        hunt->piece_rows = BISECT_LAST;
    hunt->bisect.limit = hunt->piece_rows;
    hunt->bisect.block = 0;
    hunt->is_piece =
        memchr(hunt->workaround.is_bad, true, hunt->workaround.table->column_count) != NULL;
    return hunt->is_piece && (!was_piece || column >= 0);
}

static bool
come_closer(struct hunt *hunt, size_t row_count, int column, struct error *err)
{
    bisect_fail(&hunt->bisect, row_count);
    if (!workaround_gives_up(&hunt->workaround) || !bisect_is_near(&hunt->bisect) ||
        bisect_is_at_row(&hunt->bisect) || begin_piece(hunt, column))
        return true;
    (void)workaround_turn_to_row_ids(&hunt->workaround, hunt->source,
        "values cannot be read in a column that the source does not name", err);
    return false;
}

bool
hunt_go_around(struct hunt *hunt, struct cursor **statement, size_t row_count, struct error *err)
{
    struct workaround *workaround;
    int column;

    if (hunt == NULL)
        return false;
    workaround = &hunt->workaround;
    if (hunt->leaves_ids)
        (void)workaround_refuse_skipping(workaround, err);
    if (!workaround_helps(err) || workaround_is_refused(workaround, hunt->source, err))
        return false;
    column = workaround_note(workaround, hunt->source, hunt->narrow.origin);
    if (workaround_wishes_way(workaround, hunt->source, column, err) ||
        workaround_wishes_no_cut(workaround, hunt->source, column, err))
        return false;
    cursor_close(*statement);
    *statement = NULL;
    if (key_has_column(workaround->table->key, column))
        return bad_key_fail(workaround, hunt->source, column, err);
    if (hunt->part.part == KEY_PART_ALL && key_choice_is_resumable(workaround->table))
        return read_repeat(err, RETRY_IN_ORDER, "a value cannot be read");
    return hunt->part.part == KEY_PART_NOT_NULL ? come_closer(hunt, row_count, column, err)
                                                : leave_out(hunt, column, err);
}

// ---- the row -----------------------------------------------------------------------------------

bool
hunt_is_at_row(const struct hunt *hunt)
{
    return hunt != NULL && bisect_is_at_row(&hunt->bisect);
}

void
hunt_begin_row(struct hunt *hunt)
{
    bisect_found(&hunt->bisect, !workaround_gives_up(&hunt->workaround));
    hunt->workaround.query_count++;
}

bool
hunt_read_row(
    struct hunt *hunt, const struct cell *key, const struct batch **batch, struct error *err)
{
    *batch = &hunt->row.batch;
    if (!read_by_key(hunt, key, err))
        return false;
    if ((*batch)->row_count > 0 && hunt->row.is_whole)
        bisect_miss(&hunt->bisect);
    return true;
}

bool
hunt_is_for_key(const struct hunt *hunt, const struct error *err)
{
    return hunt != NULL && workaround_helps(err) &&
           (workaround_has_row_ids(&hunt->workaround, hunt->source) ||
               source_trouble(hunt->source).is_too_wide);
}

// The column of a read of nothing but the key.
static int
key_column(const struct hunt *hunt)
{
    const struct table *table = hunt->workaround.table;
    int left = source_trouble(hunt->source).column;

    for (size_t i = 0; left >= 0 && i < table->column_count; i++) {
        if (key_has_column(table->key, (int)i) && left-- == 0)
            return (int)i;
    }
    return -1;
}

bool
hunt_fail_for_key(struct hunt *hunt, struct error *err)
{
    int column = key_column(hunt);

    if (workaround_helps(err) &&
        workaround_wishes_way(&hunt->workaround, hunt->source, column, err))
        return false;
    return workaround_helps(err) && bad_key_fail(&hunt->workaround, hunt->source, column, err);
}
