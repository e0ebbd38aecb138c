// A few names, as they are looked for and told. Pure.
#ifndef OE2PG_MODEL_NAME_LIST_H
#define OE2PG_MODEL_NAME_LIST_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

struct name_list {
    const char *const *names;
    size_t count;
};

bool name_list_has(const struct name_list *list, const char *name);

// "a, b, c and 107 more": NAMES_TOLD names are spelled out. In `arena`.
enum { NAMES_TOLD = 5 };
const char *name_list_text(struct arena *arena, const struct name_list *list);

#endif
