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
mark(const struct table_by_table *asking, struct table *table, const struct error *why)
{
    if (asking->refuse != NULL)
        asking->refuse(asking->context, table, why);
    else
        catalog_mark_unread(asking->arena, table, why);
}

// `failures` are as many as the tables; *answers counts those that did not fail.
static bool
ask_each(
    const struct table_by_table *asking, struct error *failures, size_t *answers, struct error *err)
{
    size_t refusals = 0;

    *answers = 0;
    for (size_t i = 0; i < asking->count; i++) {
        struct table *table = asking->tables[i];

        if (!is_wanted(table))
            continue;
        if (asking->ask(asking->context, table, &failures[i])) {
            *answers += 1;
        } else if (asking->is_lost(asking->context, &failures[i])) {
            *err = failures[i];
            return error_within(err, "table \"%s\"", table->name);
        } else if (++refusals == asking->probes && *answers == 0) {
            return true;
        }
    }
    return true;
}

bool
catalog_ask_table_by_table(
    const struct table_by_table *asking, bool *is_answered, struct error *err)
{
    struct error *failures = mem_calloc(asking->count + 1, sizeof *failures);
    size_t answers;
    bool done = ask_each(asking, failures, &answers, err);

    *is_answered = done && (answers > 0 || asking->is_last);
    for (size_t i = 0; *is_answered && i < asking->count; i++) {
        if (failures[i].kind != ERROR_NONE)
            mark(asking, asking->tables[i], &failures[i]);
    }
    free(failures);
    return done;
}
