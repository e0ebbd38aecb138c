// Bad values of a table, counted by column: where a column has more than can be told one by one,
// its values become one entry (target/gathered.h). One pass over the table; one thread.
#ifndef OE2PG_WRITE_GATHERING_H
#define OE2PG_WRITE_GATHERING_H

#include "target/gathered.h"
#include "target/quarantine.h"

enum { GATHERING_FROM = 1000 }; // values of a column that have an entry each

struct gathered_column {
    struct gathered_values values; // counted so far
    bool is_gathered;
    bool is_changed; // since it was last saved
    bool is_new;     // as it was then
};

struct gathering {
    const struct table *table;
    struct gathered_column *columns; // [column_count]
    bool is_known;                   // which columns earlier runs gathered
};

void gathering_init(struct gathering *gathering, const struct table *table);
void gathering_release(struct gathering *gathering);
// Before entries are counted, once: which columns are gathered already.
bool gathering_know(struct gathering *gathering, struct target *target,
    const struct mirror_claim *claim, struct error *err) __attribute__((warn_unused_result));
// Counts an entry; others than bad values of a column are not counted.
void gathering_count(struct gathering *gathering, const struct quarantine_entry *entry);
// The column that the entry is gathered into; NULL: it is one by itself.
const struct gathered_column *gathering_find(
    const struct gathering *gathering, const struct quarantine_entry *entry);
// Writes what changed. Inside the table's transaction.
bool gathering_save(struct gathering *gathering, struct target *target,
    const struct mirror_claim *claim, struct error *err) __attribute__((warn_unused_result));

#endif
