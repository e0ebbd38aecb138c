#include "base/mem.h"
#include "source/catalog/catalog_read.h"

#include <stdlib.h>
#include <string.h>

void
catalog_mark_unread(struct arena *arena, struct table *table, const struct error *why)
{
    struct error *unread = arena_alloc(arena, sizeof *unread);

    *unread = *why;
    unread->kind = ERROR_TABLE;
    unread->side = ERROR_SIDE_SOURCE;
    unread->retry = RETRY_NEVER;
    (void)error_within(
        unread, "table \"%s\": its entry in the source's catalogue could not be read", table->name);
    (void)error_hint(
        unread, "Mend the table at the source, or put it on the ignore file (--ignore-table).");
    table->entry.unread = unread;
}

static bool
is_wanted(const struct table *table)
{
    return !table->entry.is_skipped && table->entry.unread == NULL;
}

static void
mark(const struct apart *apart, struct table *table, const struct error *why)
{
    if (apart->refuse != NULL)
        apart->refuse(apart->context, table, why);
    else
        catalog_mark_unread(apart->arena, table, why);
}

// `failures` are as many as the tables; *answers counts those that did not fail.
static bool
ask_each(const struct apart *apart, struct error *failures, size_t *answers, struct error *err)
{
    size_t refusals = 0;

    *answers = 0;
    for (size_t i = 0; i < apart->count; i++) {
        struct table *table = apart->tables[i];

        if (!is_wanted(table))
            continue;
        if (apart->ask(apart->context, table, &failures[i])) {
            *answers += 1;
        } else if (apart->is_lost(apart->context, &failures[i])) {
            *err = failures[i];
            return error_within(err, "table \"%s\"", table->name);
        } else if (++refusals == apart->probes && *answers == 0) {
            return true;
        }
    }
    return true;
}

bool
catalog_ask_apart(const struct apart *apart, bool *is_answered, struct error *err)
{
    struct error *failures = mem_calloc(apart->count + 1, sizeof *failures);
    size_t answers;
    bool done = ask_each(apart, failures, &answers, err);

    *is_answered = done && (answers > 0 || apart->is_last);
    for (size_t i = 0; *is_answered && i < apart->count; i++) {
        if (failures[i].kind != ERROR_NONE)
            mark(apart, apart->tables[i], &failures[i]);
    }
    free(failures);
    return done;
}
