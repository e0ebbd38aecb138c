// Records parts of every form in oe2pg.piece, reads them back, and takes all of it back:
//   piece_again CONNECTION MIRROR_ID SOURCE_TABLE
// The table has a record. What is not as it was recorded is printed, and the status is 1.
#include "target/piece.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS = 1203, KEY_SIZE = 3, IDS = 3000 };

static struct arena arena;
static struct part parts[PARTS];

static struct cell
text_cell(const char *text)
{
    return (struct cell){ .bytes = text, .size = text != NULL ? strlen(text) : 0 };
}

// What an array's text has to quote.
static struct key_position
make_key(int number)
{
    static const char *const odd[] = { "", "NULL", "null", "a,b", "{\"}", "\\", "' \n\t",
        "\xC3\xA4", " ", "\\N", "\"", "100.50" };
    struct cell *values = arena_calloc(&arena, KEY_SIZE, sizeof *values);

    values[0] = text_cell(arena_printf(&arena, "%d", number));
    values[1] = text_cell(odd[number % (int)(sizeof odd / sizeof odd[0])]);
    values[2] = number % 5 == 0 ? (struct cell){ .bytes = NULL } : text_cell("x");
    return (struct key_position){ values, KEY_SIZE };
}

static void
make_parts(void)
{
    int64_t *ids = arena_calloc(&arena, IDS, sizeof *ids);

    for (int i = 0; i < IDS; i++)
        ids[i] = (int64_t)i * 1234567 - 100;
    for (int i = 0; i < PARTS; i++) {
        struct part *part = &parts[i];

        *part = (struct part){ .number = i + 1,
            .rows.kind = (enum key_part)(i % 3),
            .state = (enum part_state)(i / 3 % 3),
            .row_count = i,
            .size_bytes = INT64_C(5000000000) * i };
        if (i % 2 == 0)
            part->rows.after = make_key(i);
        if (i % 4 < 2)
            part->rows.up_to = make_key(i + 1);
        if (i % 7 == 0)
            part->position = make_key(i + 2);
        if (i % 100 == 3)
            part->rows.ids = (struct row_ids){ ids, i == 3 ? IDS : 1 };
    }
}

static bool
is_same_key(const struct key_position *a, const struct key_position *b)
{
    for (size_t i = 0; i < a->count && i < b->count; i++) {
        const struct cell *x = &a->values[i];
        const struct cell *y = &b->values[i];

        if ((x->bytes == NULL) != (y->bytes == NULL) || x->size != y->size ||
            (x->bytes != NULL && memcmp(x->bytes, y->bytes, x->size) != 0))
            return false;
    }
    return a->count == b->count;
}

static bool
is_same(const struct part *a, const struct part *b)
{
    return a->number == b->number && a->rows.kind == b->rows.kind && a->state == b->state &&
           a->row_count == b->row_count && a->size_bytes == b->size_bytes &&
           is_same_key(&a->rows.after, &b->rows.after) &&
           is_same_key(&a->rows.up_to, &b->rows.up_to) && is_same_key(&a->position, &b->position) &&
           a->rows.ids.count == b->rows.ids.count &&
           (a->rows.ids.count == 0 ||
               memcmp(a->rows.ids.ids, b->rows.ids.ids, a->rows.ids.count * sizeof(int64_t)) == 0);
}

// Saved, and read back, with as many parts as there are now.
static bool
check(struct target *target, const struct mirror_claim *claim, struct table_record *record,
    struct error *err)
{
    struct part_list found;

    if (!piece_save(target, claim, record, err) ||
        !piece_read(target, &arena, claim->mirror_id, record, &found, err))
        return false;
    if (found.count != record->staging.parts.count)
        return error_set(err, ERROR_TABLE, "%zu parts came back of %zu", found.count,
            record->staging.parts.count);
    for (size_t i = 0; i < found.count; i++) {
        if (!is_same(&found.parts[i], &parts[i]))
            return error_set(err, ERROR_TABLE, "part %zu is not as it was recorded", i + 1);
    }
    return true;
}

// All, all in other states, and fewer.
static bool
check_all(struct target *target, const struct mirror_claim *claim, struct table_record *record,
    struct error *err)
{
    bool done;

    record->staging.parts = (struct part_list){ parts, PARTS };
    make_parts();
    done = check(target, claim, record, err);
    for (int i = 0; i < PARTS; i++) {
        parts[i].state = PART_DONE;
        parts[i].position.count = 0;
        parts[i].rows.up_to = make_key(i);
    }
    done = done && check(target, claim, record, err);
    record->staging.parts.count = 2;
    done = done && check(target, claim, record, err);
    record->staging.parts.count = 0;
    return done && check(target, claim, record, err);
}

int
main(int argc, char **argv)
{
    struct target_settings settings = { .timeout_s = 10, .schema = "mirror" };
    struct mirror_claim claim = { 0 };
    struct table_record record = { .source_schema = "" };
    struct target *target = NULL;
    struct error err;
    bool done;

    if (argc != 4)
        return 2;
    settings.conn_string = argv[1];
    claim.mirror_id = (int)strtol(argv[2], NULL, 10);
    record.source_table = argv[3];
    error_clear(&err);
    arena_init(&arena);
    done = target_open(&settings, "piece_again", &target, &err) && target_begin(target, &err) &&
           check_all(target, &claim, &record, &err);
    target_close(target);
    arena_release(&arena);
    if (!done)
        (void)fprintf(stderr, "%s\n", err.message);
    return done ? 0 : 1;
}
