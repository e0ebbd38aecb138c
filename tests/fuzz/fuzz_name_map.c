// The first byte is the naming, the rest the name. A name must come out that PostgreSQL takes.
#include "fuzz.h"
#include "base/text.h"
#include "model/name_map.h"

#include <stdlib.h>
#include <string.h>

static void
check_name(const char *name)
{
    size_t size = strlen(name);

    FUZZ_ASSERT(size >= 1 && size <= 63);
    FUZZ_ASSERT(text_utf8_valid_size(name, size) == size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    enum naming naming;
    struct arena arena;
    const char *mapped;
    char *name;

    if (size < 1)
        return 0;
    naming = (enum naming)(bytes[0] % (NAMING_EXACT + 1));
    arena_init(&arena);
    name = arena_strndup(&arena, (const char *)bytes + 1, size - 1);
    mapped = name_map(&arena, naming, name);
    check_name(mapped);
    FUZZ_ASSERT(strcmp(name_map(&arena, naming, name), mapped) == 0);
    FUZZ_ASSERT(strcmp(name_map(&arena, naming, mapped), mapped) == 0);
    check_name(name_map_column(&arena, naming, name));
    arena_release(&arena);
    return 0;
}
