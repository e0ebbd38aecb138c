// The hunt for values that the source cannot deliver: wider than their column is declared, a day
// out of range, a damaged record. The statement that meets one fails, and fails there again. This
// is the one header of the folder that others include.
//
// Invariant: a value is given up only after a read of its own row, by its key and with its column,
// failed; the row is then delivered with NULL in its place, and the value is told. Only when too
// many statements were spent on a table, for the rows that were read of it, or where no key leads
// to a row, are columns left out of more rows than their own; how many is told as well.
//
// The states of a read. An arrow is a statement that failed for a value, but where it says
// something else; "again" ends the attempt: the job is repeated in that way.
//
//   A part in key order:
//
//     PLAIN    any number of rows at a time, or more and more behind a bad one
//       |  ^
//       v  '-- all rows came
//     SEARCH   fewer rows, in smaller blocks (bisect.h)
//       |  |
//       |  '-- the next row is it --> ALONE, by its key, without what fails of it (workaround.h),
//       |                             told --> PLAIN
//       '-- too much was spent --> PIECE, many rows without the columns that fail,
//                                  counted --> PLAIN
//
//   Any other part:
//
//     PLAIN --> again in key order, where a read can go on by the key
//           --> else again BY ID, where the source has row ids
//           --> else again WITHOUT the column, counted
//
//   BY ID (by_row_id.h), rows that no key leads to, or the whole table:
//
//     LIST     of all ids
//       '-- always --> SWEEP   all rows in one statement, but those found bad
//                        |  ^
//                        v  '-- the row that ended the sweep was told
//                      GROUP   some rows by their ids, and half of them --> ALONE
//                        '-- too much was spent --> PIECE
//
//   A row that comes of a session that cuts what is too wide, and may have been cut: ALONE
//   (cut_rows.h), while its statement stays open.
//
//   With on_wide_value `best`, before any of this: a first value that is too wide, one that its
//   slices do not reach, and bad values by the dozen end the attempt, and the column is read in
//   another way (way_wish.h).
//
//   A value of the key in any state, or a PIECE that fails for a column that nobody names: again BY
//   ID, the whole table; without row ids the table fails. Ids that do not keep what they promise:
//   again without them.
#ifndef OE2PG_READ_HUNT_HUNT_H
#define OE2PG_READ_HUNT_HUNT_H

#include "base/arena.h"
#include "model/part.h"
#include "model/settings.h"
#include "model/unread.h"
#include "read/limits.h"
#include "read/hunt/way_wish.h"
#include "read/unread_row.h"
#include "source/source.h"

// What is known of a job's table, through all attempts, and of the read in hand. One a task; one
// thread. Where a function takes NULL, nothing is hunted for.
struct hunt;

// --- a job

// Both are borrowed.
struct hunt *hunt_open(const struct settings *settings, const struct table *table);
// NULL is fine.
void hunt_close(struct hunt *hunt);
// Before each pass over the table: each may ask as often as the first, so that a pass over what did
// not change comes to what the one before came to.
void hunt_begin_pass(struct hunt *hunt);
// Rows in which a value could not be read before, by their keys (values one a key column, no NULLs)
// and by the texts of their ids, those that no key leads to. They are read first, each by itself,
// by all passes of the attempt. Keys are borrowed, the rest is kept in `arena`.
void hunt_know(struct hunt *hunt, struct arena *arena, struct key_position *keys, size_t key_count,
    const char *const *ids, size_t id_count);
bool hunt_is_told(const struct hunt *hunt); // by hunt_know
void hunt_forget(struct hunt *hunt);
// True when the whole table is read by row ids, in no order. NULL: false.
bool hunt_is_by_id(const struct hunt *hunt);
// After a failure that is RETRY_BY_OTHER_WAY.
struct way_wish hunt_wish(const struct hunt *hunt);
// What the last pass saw of the columns of the hunt's table, [column_count]; *row_count: of so many
// rows.
const struct way_sight *hunt_sights(const struct hunt *hunt, int64_t *row_count);
bool hunt_leaves_out(const struct hunt *hunt, size_t column); // of the hunt's table
// True when the failure may be one of a value, so that reading without it is worth trying.
bool hunt_may_help(const struct error *err);
// Reads the row that `request` (of the whole table) asks for by its key (KEY_PART_EQUAL) once more,
// without what cannot be read of it, which was told when it was met first. No row in row->batch: it
// is not there.
bool hunt_read_again(struct hunt *hunt, struct source *source, const struct read_request *request,
    struct unread_row *row, struct error *err) __attribute__((warn_unused_result));

// --- the read of a part: for read/reader.c and read/steps.c

// `part` asks for all of it. What is not read goes to `sink`. Ends with hunt_end_part.
void hunt_begin_part(struct hunt *hunt, struct source *source, const struct read_request *part,
    const struct reader_limits *limits, unread_sink *sink, void *context);
void hunt_end_part(struct hunt *hunt); // NULL is fine
// From now on rows that are known come first; `are_read`: they did, with another part. What the
// other statements are to leave out is added to `part`.
void hunt_begin_known(struct hunt *hunt, bool are_read, struct read_request *part);
// The next of them that is still there; no row: none is left.
bool hunt_fetch_known(struct hunt *hunt, const struct batch **batch, struct error *err)
    __attribute__((warn_unused_result));
// True when the part is read by row ids; then hunt_fetch_by_id gives its rows, to the end.
bool hunt_reads_part_by_id(const struct hunt *hunt);
bool hunt_fetch_by_id(struct hunt *hunt, const struct batch **batch, struct error *err)
    __attribute__((warn_unused_result));

// Before a statement is opened: the table, or the columns that are read of it. NULL: the table.
const struct table *hunt_choose_columns(struct hunt *hunt, const struct table *table);
// Bounds the rows it asks for, and those it fetches at a time, and counts it, if it is one more
// than a plain read takes. NULL is fine.
void hunt_bound_statement(struct hunt *hunt, struct read_request *request);
// The rows as the table has them. NULL is fine.
const struct batch *hunt_widen(struct hunt *hunt, const struct batch *batch);
// Rows of the batch in which a value may have been cut are put right, in their places: by other
// statements, while the one in hand is open. NULL is fine.
bool hunt_settle_cut(struct hunt *hunt, const struct batch *batch, struct error *err)
    __attribute__((warn_unused_result));
// The statement ended, or is left, after so many rows. `goes_on`: at once, in the next range. NULL
// is fine.
void hunt_end_statement(struct hunt *hunt, size_t row_count, bool goes_on);
// It failed after so many rows: true when reading can go on, closer to what cannot be read or
// without it; then it is closed. Else the failure stands in err, or the way to repeat the job. NULL
// is fine.
bool hunt_go_around(
    struct hunt *hunt, struct cursor **statement, size_t row_count, struct error *err);
// True when the next row is one that cannot be read. NULL: false.
bool hunt_is_at_row(const struct hunt *hunt);
// It is dealt with: the reader asks for its key, with one statement, and then for the row.
void hunt_begin_row(struct hunt *hunt);
bool hunt_read_row(struct hunt *hunt, const struct cell *key, const struct batch **batch,
    struct error *err) __attribute__((warn_unused_result));
// True when a statement that looks at nothing but keys was refused for a value of one, wherever in
// the part it is: the row is not looked for. NULL: false.
bool hunt_is_for_key(const struct hunt *hunt, const struct error *err);
// A key cannot be read. Returns false.
bool hunt_fail_for_key(struct hunt *hunt, struct error *err);
// These rows, as the table has them, were handed out. NULL is fine.
void hunt_count_rows(struct hunt *hunt, const struct batch *batch);
// At the end of the part: tells in how many rows which column was not read. NULL is fine.
void hunt_tell(struct hunt *hunt);

#endif
