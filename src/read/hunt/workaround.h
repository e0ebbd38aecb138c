// How a table is read although its source cannot deliver some values (hunt.h): which columns fail,
// and the rows without them.
#ifndef OE2PG_READ_HUNT_WORKAROUND_H
#define OE2PG_READ_HUNT_WORKAROUND_H

#include "model/settings.h"
#include "model/unread.h"
#include "read/hunt/way_wish.h"
#include "read/unread_row.h"
#include "source/source.h"

// Which rows are read by the ids under which the source keeps them (by_row_id.h).
enum workaround_row_ids {
    ROW_IDS_UNUSED,  // none: it was not needed
    ROW_IDS_REST,    // those that no key leads to
    ROW_IDS_ALL,     // the whole table: a value of its key cannot be read
    ROW_IDS_REFUSED, // none: it was tried, and row_id_refusal says why it does not work
};

// Rows in which a value could not be read, as they were found one by one, and what overwhelmed.h
// makes of that.
struct bad_rows {
    int64_t *counts;       // [column_count], of this pass
    bool *is_hopeless;     // [column_count]: the column is to be left out (WISH_LEFT_OUT)
    bool is_known;         // the row in hand was found by another run
    int64_t next_look;     // so many, and others are looked at again
    size_t query_extra;    // statements that may be spent besides, for the others were good
    struct row_ids sample; // of rows all over the table, where it is read by ids
};

// Values that the source may have cut (cut_rows.h).
struct cut_values {
    int64_t *missing;        // [column_count]: NULL for that, and not told yet
    size_t look_count;       // rows that were to be read plainly for one, of this pass
    struct arena plain_rows; // those of the batch in hand
};

// What one job knows about its table; lives through all attempts. One thread.
struct workaround {
    const struct settings *settings;
    const struct table *table;
    // [column_count]: some value of it could not be read; pieces leave it out. Never a column of
    // the key, without which good rows of the mirror would seem to be gone: a row with a bad value
    // there is looked for however often that has been done.
    bool *is_bad;
    bool *is_too_wide; // of these: the value was too wide
    bool *is_left_out; // not read at all where rows cannot be asked for
    int64_t *without;  // rows in which the column was not read
    struct bad_rows bad_rows;
    struct way_sight *sights; // [column_count], of this pass
    struct cut_values cut_values;
    struct way_wish wish;
    size_t query_count; // of this pass
    int64_t row_count;  // read so far in it
    enum workaround_row_ids row_ids;
    char row_id_refusal[100]; // a piece of a hint
    bool cannot_skip_ids;     // the source refuses conditions that leave rows out by their ids
    const char *row_id;       // of the row that is being read by it; NULL: it is not
    unread_sink *sink;        // of the read in hand
    void *sink_context;
};

void workaround_init(
    struct workaround *workaround, const struct settings *settings, const struct table *table);
// Of zeros it does nothing.
void workaround_release(struct workaround *workaround);
// Before each pass over the table: each may ask as often as the first, so that a pass over what did
// not change comes to what the one before came to.
void workaround_begin(struct workaround *workaround);
// True, and err set, when the job is to be repeated with the whole table read by row ids: `why`,
// the log is told. False, and err untouched, where the source has none, or that is being done
// already.
bool workaround_turn_to_row_ids(
    struct workaround *workaround, const struct source *source, const char *why, struct error *err);
// True when the source can be asked for rows by its own ids, and did not refuse it yet.
bool workaround_has_row_ids(const struct workaround *workaround, const struct source *source);
// After a statement that leaves rows out by their ids failed. Returns false: the job is to be
// repeated without such a condition, if that may be why.
bool workaround_refuse_skipping(struct workaround *workaround, struct error *err);
// Row ids do not work, for this reason; NULL: for that in err, unless it is of another kind.
// Returns false: the job is to be repeated without them.
bool workaround_refuse_row_ids(struct workaround *workaround, struct error *err, const char *why);
// True when the failure may be one of a value, so that reading without it is worth trying.
bool workaround_helps(const struct error *err);
// Keeps which column the source's last failure was about; the table of that read has the columns of
// `origin` (NULL: all). Gives the column, -1 when it is not known.
int workaround_note(
    struct workaround *workaround, const struct source *source, const uint16_t *origin);
// True, with RETRY_BY_OTHER_WAY in err, when the failure over the column (-1: nobody knows) is a
// reason to read it in another way.
bool workaround_wishes_way(
    struct workaround *workaround, const struct source *source, int column, struct error *err);
// Returns false: the job is to be repeated with the column left out of the whole table, and those
// that are hopeless already.
bool workaround_leave_column(struct workaround *workaround, size_t column, struct error *err);
// True, with RETRY_BY_OTHER_WAY in err, when a statement whose values the source was to cut failed
// for one of them.
bool workaround_wishes_no_cut(
    struct workaround *workaround, const struct source *source, int column, struct error *err);
// True when the table has cost so many statements that no further row is looked for.
bool workaround_is_spent(const struct workaround *workaround);
// True when the columns that are bad are left out of what is read from now on, row after row:
// another run would come farther. By on_wide_value `best` the next bad row decides about the column
// instead (overwhelmed.h), so that all runs come to the same.
bool workaround_gives_up(const struct workaround *workaround);
// True, with the reason in err, when such a value is to make its table fail.
bool workaround_is_refused(
    const struct workaround *workaround, const struct source *source, struct error *err);

// Reads the row that `request` (of the whole table) asks for by its key (KEY_PART_EQUAL), or by its
// id (which is workaround->row_id; without a key), without what cannot be read of it, which goes to
// the sink. No row in row->batch: it is not there.
bool workaround_read_row(struct workaround *workaround, struct source *source,
    const struct read_request *request, struct unread_row *row, struct error *err)
    __attribute__((warn_unused_result));
// Reads all of what the request asks for, some columns left out, and keeps nothing.
bool workaround_read_without(struct workaround *workaround, struct source *source,
    const struct read_request *request, const bool *is_left_out, struct error *err)
    __attribute__((warn_unused_result));
// Marks as left out what cannot be read of the part that `request` asks for. `err` holds the
// failure that led here; when no column can be blamed, or none would be left, it stays, and false
// is returned.
bool workaround_leave_out(struct workaround *workaround, struct source *source,
    const struct read_request *request, int column, struct error *err)
    __attribute__((warn_unused_result));
// Tells the sink how many rows were read without which column, and forgets it. `were_too_many`:
// they were not looked for any more; else no key leads to them.
void workaround_tell(struct workaround *workaround, bool were_too_many);

#endif
