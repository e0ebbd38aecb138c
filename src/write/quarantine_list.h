// Values and rows that could not be sent, held until they can be written: while a COPY is going on,
// its connection takes no other statement. Bounded: past a size the list asks to be written.
#ifndef OE2PG_WRITE_QUARANTINE_LIST_H
#define OE2PG_WRITE_QUARANTINE_LIST_H

#include "base/arena.h"
#include "model/digest.h"
#include "model/part.h"
#include "model/unread.h"
#include "target/quarantine.h"
#include "target/row_policy.h"
#include "write/gathering.h"

// A table with more bad values in one pass has another problem: the others are counted alone.
enum { QUARANTINE_SAVED_MAX = 100000 };

struct quarantine_list {
    const struct table *table;
    struct digest_kind unseeded; // digests of rows are compared over runs
    struct arena arena;
    struct quarantine_node *first;
    struct quarantine_node *last;
    size_t size_bytes;
    struct gathering gathering;
    int64_t saved_count;          // written in this transaction and before, in all
    struct part_outcome *outcome; // of the part that the next entries are of; NULL: not counted
};

// `is_fallback` as in struct digest_kind.
void quarantine_list_init(
    struct quarantine_list *list, const struct table *table, bool is_fallback);
void quarantine_list_release(struct quarantine_list *list);
// A refused_value_sink; `context` is the list. Copies what it is given.
void quarantine_list_add(void *context, const struct refused_value *refused);
// What was not read, or not whole: an unread_sink; `context` is the list.
void quarantine_list_add_unread(void *context, const struct unread *unread);
// A whole row that PostgreSQL refused, and its reason; kept as an array of texts.
void quarantine_list_add_row(
    struct quarantine_list *list, const struct cell *row, const struct error *why);
// True when the list should be written before more rows are read.
bool quarantine_list_is_full(const struct quarantine_list *list);
// Called with each entry; false ends it, and err is set then.
typedef bool quarantine_visit(
    void *context, const struct quarantine_entry *entry, struct error *err);
bool quarantine_list_visit(const struct quarantine_list *list, quarantine_visit *visit,
    void *context, struct error *err) __attribute__((warn_unused_result));
void quarantine_list_clear(struct quarantine_list *list);
// Writes and empties the list, inside the open transaction. Each entry counts for the part that was
// in hand when it was added.
bool quarantine_list_save(struct quarantine_list *list, struct target *target,
    const struct mirror_claim *claim, struct error *err) __attribute__((warn_unused_result));

#endif
