// What a first load has read, on its way to its commit: the open transaction, the COPY in it, and
// the record that says how far the load came. Private to load.c.
//
// Invariant: the tracking row is written last before each COMMIT, and says of the rows that are
// committed with it which parts they are and where the next attempt goes on.
#ifndef OE2PG_METHOD_LOAD_COMMIT_H
#define OE2PG_METHOD_LOAD_COMMIT_H

#include "method/staging.h"
#include "method/task.h"
#include "read/reader.h"
#include "write/row_sender.h"

struct load {
    struct task *task;
    const struct table *table;
    struct table_record *record;
    struct table_result *result;
    struct part_list parts;
    struct reader reader; // of the part in hand
    struct row_sender sender;
    char staging[STAGING_NAME_SIZE];
    bool is_in_order;  // it is read by its key and committed part by part
    bool is_created;   // now or by an earlier attempt
    bool is_staged;    // in the staging schema
    bool is_short;     // the source counts more rows than came
    bool is_unlogged;  // staging would be published: subscribers must not see it
    bool is_cut;       // by a key whose order the read had to prove
    bool is_behind;    // some of what is staged was read before this run began
    bool has_open;     // rows were sent that are not committed
    int64_t left_out;  // rows refused of what was staged, as it was compared
    int64_t commit_ms; // steady clock: of the last commit, or the start
};

// The transaction and the table are there; rows can be sent.
bool load_open_transaction(struct load *load, struct error *err)
    __attribute__((warn_unused_result));
// No row came: nothing to hide from subscribers, so the table is made where it belongs.
bool load_create_empty(struct load *load, struct error *err) __attribute__((warn_unused_result));
// A row_sender_open; `context` is the load.
bool load_open_copy(void *context, struct copy_stream **copy, struct error *err)
    __attribute__((warn_unused_result));
// Ends the COPY, if one is open, and writes what could not be sent. The transaction stays open.
bool load_end_copy(struct load *load, struct error *err) __attribute__((warn_unused_result));
bool load_save_record(struct load *load, struct error *err) __attribute__((warn_unused_result));
// True when the reader stands where the read can go on in another run.
bool load_can_commit(const struct load *load);
// Notes in the part how far it was read; nothing is written.
void load_note_position(struct load *load, struct part *part, bool is_end);
// Commits what was read so far, with its position, into staging. A load that ends anyway may try
// and go without.
bool load_commit_part(struct load *load, struct part *part, bool is_end, struct error *err);

#endif
