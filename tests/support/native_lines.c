// Each line on standard input as a native value, as oe2pg sends it: COPY BINARY of rows (number of
// the line from 0 as int4, value), without those that the type does not hold.
//   native_lines BASE [PRECISION SCALE] < texts    BASE is a number of enum mirror_base
#include "target/copy_encode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = 64 * 1024, WINDOW = 512 };

static void
send(const struct copy_shape *shape, const struct cell *row)
{
    struct copy_encoder encoder;
    char window[WINDOW];

    copy_encoder_start(&encoder, shape, row);
    while (!copy_encoder_is_done(&encoder)) {
        size_t size = copy_encoder_write(&encoder, window, sizeof window);

        (void)fwrite(window, 1, size, stdout);
    }
}

int
main(int argc, char **argv)
{
    static char line[LINE_SIZE];
    static const struct column columns[2] = { { .kind = VALUE_INTEGER }, { .kind = VALUE_TEXT } };
    struct mirror_type types[2] = { { .base = MIRROR_INT4 } };
    const struct copy_shape shape = { columns, types, 2, false };
    int number = 0;

    types[1].base = (enum mirror_base)strtol(argc > 1 ? argv[1] : "0", NULL, 10);
    types[1].is_limited = argc > 3;
    if (argc > 3) {
        types[1].precision = (int)strtol(argv[2], NULL, 10);
        types[1].scale = (int)strtol(argv[3], NULL, 10);
    }
    (void)fwrite(copy_header, 1, COPY_HEADER_SIZE, stdout);
    for (; fgets(line, LINE_SIZE, stdin) != NULL; number++) {
        char digits[16];
        const struct cell row[2] = {
            { .bytes = digits, .size = (size_t)snprintf(digits, sizeof digits, "%d", number) },
            { .bytes = line, .size = strcspn(line, "\n") },
        };
        struct native_value value;

        if (native_read(&types[1], &row[1], &value))
            send(&shape, row);
    }
    (void)fwrite(copy_trailer, 1, COPY_TRAILER_SIZE, stdout);
    return 0;
}
