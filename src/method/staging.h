// The staging table of a first load, by which it is gone on with after a failure or a kill: its
// name, and whether what stands in it is what the record says.
//
// Invariant: rows are read behind a recorded position only where the staging table holds all rows
// of the part up to it; and the table stays divided as it was when the first of them were read: the
// recorded parts are gone on with, as many as there are, and dropped where they are no longer all
// of the table (read/split.h), by the key that it has now.
#ifndef OE2PG_METHOD_STAGING_H
#define OE2PG_METHOD_STAGING_H

#include "method/task.h"

enum { STAGING_NAME_SIZE = 64 }; // PostgreSQL's NAMEDATALEN

// The same name in every run, and no other table's. A table that is spelled in another way since
// its rows were staged keeps the name they are under.
void staging_name(const struct task *task, const struct table *table,
    const struct table_record *record, char name[STAGING_NAME_SIZE]);

// For a table that is read in key order. *is_usable: the load can go on where the record says;
// then *is_unlogged is set, too. Outside of a transaction.
bool staging_can_go_on(struct task *task, const struct table *table,
    const struct table_record *record, const char *name, bool *is_usable, bool *is_unlogged,
    struct error *err) __attribute__((warn_unused_result));

// The rows that are staged: whole parts, and parts up to their positions, which are borrowed. Valid
// for the attempt.
struct part_list staging_rows(struct task *task, const struct part_list *recorded);

// In a fenced transaction: the staging table may be that of a run that took the mirror over.
bool staging_drop(struct task *task, const char *name, struct error *err)
    __attribute__((warn_unused_result));

#endif
