// Pattern and name, cut at the first NUL: matching, distance, UTF-8 and masking must agree with
// themselves and end.
#include "fuzz.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static void
check_mask(const char *text, const char *secret)
{
    size_t capacity = strlen(text) + 1;
    char *masked = malloc(capacity);

    FUZZ_ASSERT(masked != NULL);
    memcpy(masked, text, capacity);
    text_mask(masked, capacity, secret);
    FUZZ_ASSERT(strlen(masked) < capacity);
    FUZZ_ASSERT(
        strlen(secret) < 3 || strchr(secret, '*') != NULL || strstr(masked, secret) == NULL);
    free(masked);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const uint8_t *cut = memchr(bytes, 0, size);
    char *pattern;
    char *name;
    size_t prefix;

    if (cut == NULL || size > 4096)
        return 0;
    pattern = strdup((const char *)bytes);
    name = strndup((const char *)cut + 1, size - (size_t)(cut + 1 - bytes));
    FUZZ_ASSERT(pattern != NULL && name != NULL);
    FUZZ_ASSERT(text_match("*", name));
    FUZZ_ASSERT(text_match(name, name) || strpbrk(name, "*?") != NULL);
    FUZZ_ASSERT(strpbrk(pattern, "*?") != NULL ||
                text_match(pattern, name) == text_equal_nocase(pattern, name));
    FUZZ_ASSERT(text_distance(pattern, name) == text_distance(name, pattern));
    prefix = text_utf8_prefix(name, 20);
    FUZZ_ASSERT(prefix <= 20 && prefix <= strlen(name));
    FUZZ_ASSERT(text_utf8_valid_size(name, strlen(name)) <= strlen(name));
    check_mask(name, pattern);
    check_mask(pattern, name);
    free(pattern);
    free(name);
    return 0;
}
