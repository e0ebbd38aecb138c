// What is known while values that cannot be read are hunted for. Private to this folder.
#ifndef OE2PG_READ_HUNT_HUNT_STATE_H
#define OE2PG_READ_HUNT_HUNT_STATE_H

#include "model/narrow.h"
#include "read/hunt/workaround.h"
#include "read/hunt/bisect.h"
#include "read/hunt/by_row_id.h"
#include "read/limits.h"

struct hunt {
    struct workaround workaround; // of the table, through all attempts
    // Rows that were known when the attempt first compared, in the task's arena: all its passes
    // read the same ones first.
    bool is_told;
    struct key_position *known;
    size_t known_count;
    struct row_ids known_ids; // those that no key leads to
    // --- the part in hand
    struct source *source;
    struct read_request part;
    struct reader_limits limits;
    bool leaves_ids;   // known_ids are left out of its statements
    size_t known_next; // to be read, of `known`
    size_t known_id_next;
    struct bisect bisect;
    size_t piece_rows;    // of the last piece
    bool is_piece;        // the next statement, or the open one, is read without the bad columns
    struct narrow narrow; // the columns of the open statement, if not all
    struct unread_row row;
    struct by_row_id by_row_id;
};

#endif
