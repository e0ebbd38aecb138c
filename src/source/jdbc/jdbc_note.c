#include "base/mem.h"
#include "source/jdbc/jdbc.h"

#include <stdlib.h>
#include <string.h>

struct jdbc_note *
jdbc_note_find(struct jdbc_source *source, const struct table *table)
{
    struct jdbc_note *note;

    for (note = source->notes; note != NULL; note = note->next) {
        if (strcmp(note->name, table->name) == 0 && strcmp(note->schema, table->schema) == 0)
            return note;
    }
    note = mem_calloc(1, sizeof *note);
    note->schema = mem_strdup(table->schema);
    note->name = mem_strdup(table->name);
    note->next = source->notes;
    source->notes = note;
    return note;
}

void
jdbc_note_free_all(struct jdbc_source *source)
{
    while (source->notes != NULL) {
        struct jdbc_note *note = source->notes;

        source->notes = note->next;
        free(note->schema);
        free(note->name);
        free(note);
    }
}
