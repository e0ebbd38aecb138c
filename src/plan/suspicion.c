#include "plan/suspicion.h"

#include <inttypes.h>
#include <string.h>

static struct selected_table *
find_taken(struct selection *selection, const struct suspect *suspect)
{
    for (size_t i = 0; i < selection->table_count; i++) {
        struct selected_table *entry = &selection->tables[i];

        if (entry->verdict == SELECTION_TAKEN &&
            strcmp(entry->table->name, suspect->source_table) == 0 &&
            strcmp(entry->table->schema, suspect->source_schema) == 0)
            return entry;
    }
    return NULL;
}

static void
refuse(struct arena *arena, const struct suspect *suspect, struct selection *selection,
    struct selected_table *entry)
{
    struct error *reason = arena_alloc(arena, sizeof *reason);

    error_clear(reason);
    error_set(reason, ERROR_TABLE,
        "table \"%s\": the process died %" PRId64 " times while it had this table alone in hand, "
        "in run %" PRId64 " last (%s); it is not read again",
        entry->table->name, suspect->deaths, suspect->run_id, suspect->phase);
    error_hint(reason,
        "A driver that crashes ends the whole process, and so do kill -9 and a machine out of "
        "memory: see the system's log, and try another version of the driver. Then try again: "
        "oe2pg --table \"%s\"",
        entry->table->name);
    entry->verdict = SELECTION_REFUSED;
    entry->refusal = reason;
    selection->taken_count--;
    selection->refused_count++;
}

// Without --table no pattern selected it.
static bool
is_named(const struct selected_table *entry)
{
    return entry->pattern != NULL;
}

void
suspicion_apply(
    struct arena *arena, const struct suspect *suspects, size_t count, struct selection *selection)
{
    for (size_t i = 0; i < count; i++) {
        struct selected_table *entry = find_taken(selection, &suspects[i]);

        if (entry == NULL)
            continue;
        if (suspects[i].deaths >= SUSPICION_DEATHS && !is_named(entry))
            refuse(arena, &suspects[i], selection, entry);
        else
            entry->is_suspect = true;
    }
}
