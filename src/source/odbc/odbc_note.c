#include "base/mem.h"
#include "source/odbc/odbc.h"

#include <stdlib.h>
#include <string.h>

struct odbc_note *
odbc_note_find(struct odbc_source *source, const struct table *table)
{
    struct odbc_note *note;

    for (note = source->notes; note != NULL; note = note->next) {
        if (note->column_count == table->column_count && strcmp(note->name, table->name) == 0 &&
            strcmp(note->schema, table->schema) == 0)
            return note;
    }
    note = mem_calloc(1, sizeof *note);
    note->schema = mem_strdup(table->schema);
    note->name = mem_strdup(table->name);
    note->column_count = table->column_count;
    note->is_long = mem_calloc(table->column_count + 1, sizeof *note->is_long);
    note->has_odd_texts = source->base.code_page.is_read_as_bytes;
    note->next = source->notes;
    source->notes = note;
    return note;
}

struct product_reading
odbc_reading(const struct odbc_source *source, const struct odbc_note *note)
{
    return (struct product_reading){ .code_page = source->base.identity.code_page,
        .secret = source->secret,
        .has_odd_texts = note != NULL && note->has_odd_texts,
        .has_odd_reals = note != NULL && note->has_odd_reals };
}

void
odbc_note_free_all(struct odbc_source *source)
{
    while (source->notes != NULL) {
        struct odbc_note *next = source->notes->next;

        free(source->notes->schema);
        free(source->notes->name);
        free(source->notes->is_long);
        free(source->notes);
        source->notes = next;
    }
}
