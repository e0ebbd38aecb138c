// The first byte is the kind, the second the scale, the rest the value. What comes out must fit,
// and must be what it is made of when it goes in again.
#include "fuzz.h"
#include "model/canonical.h"

#include <stdlib.h>
#include <string.h>

enum { VALUE_MAX_BYTES = 4096 };

static void
check_stable(enum value_kind kind, int scale, const char *given, size_t size)
{
    char *text = malloc(size + CANONICAL_SLACK);

    FUZZ_ASSERT(text != NULL);
    memcpy(text, given, size);
    FUZZ_ASSERT(canonical_text(kind, scale, text, size, size + CANONICAL_SLACK) == size);
    FUZZ_ASSERT(memcmp(text, given, size) == 0);
    free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    enum value_kind kind;
    int scale;
    char *text;
    size_t out;

    if (size < 2 || size - 2 > VALUE_MAX_BYTES)
        return 0;
    kind = (enum value_kind)(bytes[0] % (VALUE_BINARY + 1));
    scale = (int)(int8_t)bytes[1];
    size -= 2;
    text = malloc(size + CANONICAL_SLACK); // exactly as large as promised, for the sanitizer
    FUZZ_ASSERT(text != NULL);
    memcpy(text, bytes + 2, size);
    out = canonical_text(kind, scale, text, size, size + CANONICAL_SLACK);
    FUZZ_ASSERT(out <= size + CANONICAL_SLACK);
    check_stable(kind, scale, text, out);
    if (canonical_is_plain(kind, scale, (const char *)bytes + 2, size))
        check_stable(kind, scale, (const char *)bytes + 2, size);
    free(text);
    return 0;
}
