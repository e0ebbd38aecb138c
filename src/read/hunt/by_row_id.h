// Reading rows by the id under which the source keeps them (OpenEdge's ROWID), where no key leads
// to them or a value of their key cannot be read. Only that an id can be selected, and that rows
// can be asked for by it, is relied on; no order, no range.
//
// All ids of the part are listed; then the part is swept: read in one statement, rows that were
// read before being dropped. Where that fails the rows that wait are asked for in groups, and a
// group that fails is halved until the row stands alone, which is read without what cannot be read
// of it (workaround.h) and left out of the next sweep. When sweeps no longer help, all is read in
// groups.
//
// Invariant: at the end each listed row was handed out, or it is no longer there: ids that led to
// no row and stand in a second list are asked for once more. So rows that came after the first list
// are not read, as in any scan they may not be.
#ifndef OE2PG_READ_HUNT_BY_ROW_ID_H
#define OE2PG_READ_HUNT_BY_ROW_ID_H

#include "model/narrow.h"
#include "read/hunt/workaround.h"
#include "read/hunt/row_id_list.h"

enum { ROW_IDS_A_GROUP = 200, ROW_ID_SWEEPS_MAX = 30, ROW_IDS_A_SAMPLE = 8 };

struct by_row_id {
    struct source *source;
    struct workaround *workaround;
    struct read_request request; // as the part is read otherwise
    struct row_id_list list;
    size_t max_bytes;
    bool is_listed;
    bool is_checked;       // the second list was read
    struct table wide;     // all columns and the id, no key
    struct narrow narrow;  // of it, what is read of the group
    struct cursor *cursor; // of the group
    struct batch batch;    // without the id
    int64_t ids[ROW_IDS_A_GROUP];
    int64_t sample[ROW_IDS_A_SAMPLE]; // for overwhelmed.h
    size_t id_count;                  // in the group
    size_t group_size;                // follows what groups cost
    size_t group_max;
    int64_t opened_ms;
    size_t suspects;        // the first so many that wait have a bad one among them; 0: none known
    size_t suspects_behind; // those that are left where the one that is tried first is good
    int first_trust;        // above 0: the first that waits is tried first where a sweep failed
    bool is_piece;          // the group is read without the bad columns
    bool is_halving;        // a piece failed for another column: its row is looked for
    size_t missing_count;
    bool is_sweeping;     // the open statement, or the next one, is a sweep
    bool is_behind_sweep; // the row that ended the last sweep is looked for
    size_t sweep_count;
    int64_t *left_out; // of sweeps: the known ones, and then those found so
    size_t known_count;
    size_t bad_count;
};

// `request` is that of the part: table (borrowed), part, key, bounds of a batch. With `workaround`
// an id leads to a row's identity in quarantine.
void by_row_id_init(struct by_row_id *by, struct source *source, struct workaround *workaround,
    const struct read_request *request, size_t max_bytes);
// Of zeros it does nothing.
void by_row_id_release(struct by_row_id *by);
// The next rows but those with `known` ids, which were read already; row_count == 0 means the end.
// Where ids cannot be had or asked for, the failure says to repeat the job (RETRY_WITH_LESS), and
// workaround->row_ids that this is not to be tried again.
bool by_row_id_fetch(struct by_row_id *by, const int64_t *known, size_t known_count,
    struct unread_row *row, const struct batch **batch, struct error *err)
    __attribute__((warn_unused_result));

// Reads one row by its id, without what cannot be read of it. No row in row->batch: it is not
// there. `request` as above.
bool by_row_id_read_row(struct workaround *workaround, struct source *source,
    const struct read_request *request, int64_t id, struct unread_row *row, struct error *err)
    __attribute__((warn_unused_result));

#endif
