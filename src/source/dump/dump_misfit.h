// What a read of a data dump met that no mirror can have, until the batch is handed out. One
// thread.
#ifndef OE2PG_SOURCE_DUMP_DUMP_MISFIT_H
#define OE2PG_SOURCE_DUMP_DUMP_MISFIT_H

#include "base/arena.h"
#include "model/batch.h"
#include "source/dump/d_reader.h"

struct dump_misfits {
    struct arena arena;
    struct misfit *list; // heap
    size_t count;
    size_t capacity;
};

void dump_misfits_init(struct dump_misfits *misfits);
void dump_misfits_release(struct dump_misfits *misfits);
void dump_misfits_clear(struct dump_misfits *misfits);
// `detail` is printed behind the place of the record; the value is copied.
void dump_misfits_add(struct dump_misfits *misfits, const struct misfit *misfit, const char *file,
    const struct d_record *record);

#endif
