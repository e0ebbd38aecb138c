// Replays each file of the corpus directories named, and a fixed number of mutations of each, made
// from a fixed seed: the same every time.
#include "fuzz.h"

#include <dirent.h>
#include <string.h>

enum { INPUT_MAX = 8192, MUTATIONS = 2000 };

static uint64_t
next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

// The copy has its exact size, so that a sanitizer sees the first byte read past its end.
static void
run_one(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);

    FUZZ_ASSERT(copy != NULL);
    memcpy(copy, bytes, size);
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static size_t
mutate(uint8_t *bytes, size_t size, uint64_t *state)
{
    static const uint8_t telling[] = { 0, '0', '9', '.', '-', '+', 'e', 'T', ':', '*', '?', '_',
        0x7f, 0x80, 0xc3, 0xa4, 0xe2, 0xf0, 0xff };
    size_t at = size > 0 ? next_random(state) % size : 0;
    uint8_t byte = next_random(state) % 2 == 0 ? telling[next_random(state) % sizeof telling]
                                               : (uint8_t)next_random(state);

    switch (next_random(state) % 4) {
    case 0: // another byte
        if (size > 0)
            bytes[at] = byte;
        return size;
    case 1: // one more
        if (size >= INPUT_MAX)
            return size;
        memmove(bytes + at + 1, bytes + at, size - at);
        bytes[at] = byte;
        return size + 1;
    case 2: // one less
        if (size == 0)
            return size;
        memmove(bytes + at, bytes + at + 1, size - at - 1);
        return size - 1;
    default: // the rest once more
        if (size - at > INPUT_MAX - size)
            return size;
        memcpy(bytes + size, bytes + at, size - at);
        return size + size - at;
    }
}

static void
replay(const char *path)
{
    static uint8_t bytes[INPUT_MAX];
    static uint8_t changed[INPUT_MAX];
    uint64_t state = UINT64_C(88172645463325252);
    FILE *file = fopen(path, "rb");
    size_t size;
    size_t changed_size;

    FUZZ_ASSERT(file != NULL);
    size = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    run_one(bytes, size);
    memcpy(changed, bytes, size);
    changed_size = size;
    for (int i = 0; i < MUTATIONS; i++) {
        if (i % 16 == 0) {
            memcpy(changed, bytes, size);
            changed_size = size;
        }
        changed_size = mutate(changed, changed_size, &state);
        run_one(changed, changed_size);
    }
}

static int
replay_directory(const char *name)
{
    DIR *directory = opendir(name);
    const struct dirent *entry;
    int count = 0;

    FUZZ_ASSERT(directory != NULL);
    while ((entry = readdir(directory)) != NULL) { // NOLINT(concurrency-mt-unsafe): one thread
        char path[4096];

        if (entry->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", name, entry->d_name);
        replay(path);
        count++;
    }
    (void)closedir(directory);
    return count;
}

int
main(int argc, char **argv)
{
    int count = 0;

    for (int i = 1; i < argc; i++)
        count += replay_directory(argv[i]);
    (void)printf("%d inputs and %d mutations of each\n", count, MUTATIONS);
    return count > 0 ? 0 : 1;
}
