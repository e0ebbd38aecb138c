// A full .df and, behind the first form feed, a delta: read or refused with file and line, and what
// was read hangs together.
#include "fuzz.h"
#include "source/dump/df.h"

#include <string.h>

static void
check_table(const struct df_table *table)
{
    size_t primaries = 0;

    FUZZ_ASSERT(table->name != NULL && table->name[0] != '\0');
    for (const struct df_field *field = table->fields; field != NULL; field = field->next)
        FUZZ_ASSERT(field->name[0] != '\0' && field->type != NULL && !field->is_dropped);
    for (const struct df_index *index = table->indexes; index != NULL; index = index->next) {
        primaries += index->is_primary;
        for (const struct df_part *part = index->parts; part != NULL; part = part->next)
            FUZZ_ASSERT(part->field != NULL);
    }
    FUZZ_ASSERT(primaries <= 1);
}

static bool
read_part(struct df_schema *schema, const char *file, const char *bytes, size_t size)
{
    struct error err = { 0 };

    if (df_read(schema, file, bytes, size, NULL, &err))
        return true;
    FUZZ_ASSERT(err.kind == ERROR_SOURCE);
    FUZZ_ASSERT(strncmp(err.message, file, strlen(file)) == 0);
    return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *text = (const char *)bytes;
    const char *cut = memchr(bytes, '\f', size);
    size_t first = cut != NULL ? (size_t)(cut - text) : size;
    struct df_schema schema;
    struct arena arena;

    arena_init(&arena);
    df_init(&schema, &arena);
    if (read_part(&schema, "full.df", text, first) &&
        (cut == NULL || read_part(&schema, "delta.df", cut + 1, size - first - 1))) {
        for (const struct df_table *table = schema.tables; table != NULL; table = table->next)
            check_table(table);
    }
    arena_release(&arena);
    return 0;
}
