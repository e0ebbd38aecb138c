// Prints the canonical text of each line on standard input, for comparison with PostgreSQL:
//   canonical_lines KIND [SCALE] < texts    KIND is a number of enum value_kind
//   canonical_lines double|single < bits    the value's bits as hex digits, through canonical_float
#include "model/canonical.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = 64 * 1024 };

static size_t
print_bits(bool is_single, char *line)
{
    uint64_t bits = strtoull(line, NULL, 16);
    uint32_t half = (uint32_t)bits;
    double value;
    float single;

    memcpy(&value, &bits, sizeof value);
    memcpy(&single, &half, sizeof single);
    return canonical_float(is_single ? (double)single : value, is_single, line);
}

int
main(int argc, char **argv)
{
    static char line[LINE_SIZE + CANONICAL_SLACK];
    const char *kind = argc > 1 ? argv[1] : "0";
    int scale = argc > 2 ? (int)strtol(argv[2], NULL, 10) : -1;

    while (fgets(line, LINE_SIZE, stdin) != NULL) {
        size_t size = strcspn(line, "\n");

        line[size] = '\0';
        if (strcmp(kind, "double") == 0 || strcmp(kind, "single") == 0)
            size = print_bits(kind[0] == 's', line);
        else
            size = canonical_text(
                (enum value_kind)strtol(kind, NULL, 10), scale, line, size, sizeof line);
        (void)printf("%.*s\n", (int)size, line);
    }
    return 0;
}
