// How far the parts of a first load are, as oe2pg.piece keeps them beside the table's record
// (docs/tracking.md): written by the transaction that commits their rows, so that neither can be
// there without the other. A part is recorded whole, so that whoever reads it back goes on with
// the same rows: its bounds and its position as the source's own texts, which are never compared
// here.
#ifndef OE2PG_TARGET_PIECE_H
#define OE2PG_TARGET_PIECE_H

#include "target/mirror.h"

// The table's parts by their numbers, into `arena`; none where no first load was begun.
bool piece_read(struct target *target, struct arena *arena, int mirror_id,
    const struct table_record *record, struct part_list *parts, struct error *err)
    __attribute__((warn_unused_result));
// Makes record->staging.parts the table's only ones, however many there are; what has not changed
// is not written. ERROR_DATA where key values are too long. Inside a fenced transaction.
bool piece_save(struct target *target, const struct mirror_claim *claim,
    const struct table_record *record, struct error *err) __attribute__((warn_unused_result));

#endif
