// Rows on standard input as oe2pg sends them by COPY, in the one form or the other, after it saw
// that each value fits: what that costs is measured by bench/bench_types.py.
//   copy_forms binary|text BASE[:PRECISION:SCALE]... < rows
// A row is a line of values with tabs between them, \N for NULL, without escapes. BASE is a number
// of enum mirror_base.
#include "target/copy_encode.h"
#include "target/type.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MAX = 64, LINE_SIZE = 64 * 1024, WINDOW = 64 * 1024 };

struct window {
    char bytes[WINDOW];
    size_t used;
};

static void
flush(struct window *window)
{
    (void)fwrite(window->bytes, 1, window->used, stdout);
    window->used = 0;
}

// The kind is that of a text, so that a bytea would be its characters.
static struct column
read_column(const char *word)
{
    struct column column = { .kind = VALUE_TEXT };
    char *end;

    column.held.base = (enum mirror_base)strtol(word, &end, 10);
    column.held.is_limited = *end == ':';
    if (column.held.is_limited) {
        column.held.precision = (int)strtol(end + 1, &end, 10);
        column.held.scale = *end == ':' ? (int)strtol(end + 1, NULL, 10) : 0;
    }
    return column;
}

static void
split(char *line, struct cell *row, size_t count)
{
    char *at = line;

    line[strcspn(line, "\n")] = '\0';
    for (size_t i = 0; i < count; i++) {
        size_t size = strcspn(at, "\t");
        bool is_null = size == 2 && memcmp(at, "\\N", 2) == 0;

        row[i] = (struct cell){ .bytes = is_null ? NULL : at, .size = is_null ? 0 : size };
        at += size + (at[size] == '\t');
    }
}

static bool
send(const struct copy_shape *shape, const struct cell *row, struct window *window)
{
    struct copy_encoder encoder;

    for (size_t i = 0; i < shape->column_count; i++) {
        if (target_type_refusal(&shape->columns[i], &row[i]) != NULL)
            return false;
    }
    copy_encoder_start(&encoder, shape, row);
    while (!copy_encoder_is_done(&encoder)) {
        size_t written = copy_encoder_write(
            &encoder, window->bytes + window->used, sizeof window->bytes - window->used);

        window->used += written;
        if (!copy_encoder_is_done(&encoder))
            flush(window);
    }
    return true;
}

int
main(int argc, char **argv)
{
    static struct window window;
    static char line[LINE_SIZE];
    struct column columns[COLUMNS_MAX];
    struct mirror_type types[COLUMNS_MAX];
    struct cell row[COLUMNS_MAX];
    struct copy_shape shape = { columns, types, 0, argc > 1 && strcmp(argv[1], "text") == 0 };

    for (int i = 2; i < argc && shape.column_count < COLUMNS_MAX; i++) {
        columns[shape.column_count] = read_column(argv[i]);
        types[shape.column_count] = columns[shape.column_count].held;
        shape.column_count++;
    }
    if (!shape.is_text)
        (void)fwrite(copy_header, 1, COPY_HEADER_SIZE, stdout);
    while (fgets(line, LINE_SIZE, stdin) != NULL) {
        split(line, row, shape.column_count);
        if (!send(&shape, row, &window)) {
            (void)fprintf(stderr, "a value does not fit: %s\n", line);
            return 1;
        }
    }
    flush(&window);
    if (!shape.is_text)
        (void)fwrite(copy_trailer, 1, COPY_TRAILER_SIZE, stdout);
    return 0;
}
