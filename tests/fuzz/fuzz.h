// What every fuzz target provides. With clang's -fsanitize=fuzzer it is a fuzzer; linked with
// replay.c it is a test that replays a corpus and mutations of it.
#ifndef OE2PG_TESTS_FUZZ_H
#define OE2PG_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define FUZZ_ASSERT(claim)                                                                         \
    do {                                                                                           \
        if (!(claim)) {                                                                            \
            (void)fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #claim);            \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif
