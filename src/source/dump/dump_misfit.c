#include "source/dump/dump_misfit.h"

#include "base/mem.h"

#include <inttypes.h>
#include <stdlib.h>

void
dump_misfits_init(struct dump_misfits *misfits)
{
    *misfits = (struct dump_misfits){ 0 };
    arena_init(&misfits->arena);
}

void
dump_misfits_release(struct dump_misfits *misfits)
{
    arena_release(&misfits->arena);
    free(misfits->list);
    misfits->list = NULL;
    misfits->count = misfits->capacity = 0;
}

void
dump_misfits_clear(struct dump_misfits *misfits)
{
    if (misfits->count > 0)
        arena_reset(&misfits->arena);
    misfits->count = 0;
}

void
dump_misfits_add(struct dump_misfits *misfits, const struct misfit *misfit, const char *file,
    const struct d_record *record)
{
    struct misfit *added;

    if (misfits->count == misfits->capacity) {
        misfits->capacity = misfits->capacity > 0 ? 2 * misfits->capacity : 16;
        misfits->list = mem_realloc(misfits->list, misfits->capacity, sizeof *misfits->list);
    }
    added = &misfits->list[misfits->count++];
    *added = *misfit;
    added->value.bytes = arena_strndup(&misfits->arena, misfit->value.bytes, misfit->value.size);
    added->detail = arena_printf(&misfits->arena, "%s, line %" PRId64 ", byte %" PRId64 ": %s",
        file, record->line, record->offset, misfit->detail);
}
