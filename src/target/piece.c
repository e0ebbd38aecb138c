#include "target/piece.h"

#include "target/target_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// Of a statement: so many pieces, or fewer where their keys are long.
enum { PIECES_AT_A_TIME = 500, SAVED_BYTES = 1024 * 1024 };

static const char *const kinds[] = {
    [KEY_PART_ALL] = "all rows",
    [KEY_PART_NOT_NULL] = "whole keys",
    [KEY_PART_WITH_NULL] = "keys with NULL",
};
static const char *const states[] = {
    [PART_WAITING] = "waiting",
    [PART_BEGUN] = "begun",
    [PART_DONE] = "done",
};

enum {
    KIND_COUNT = sizeof kinds / sizeof kinds[0],
    STATE_COUNT = sizeof states / sizeof states[0]
};

// ---- reading -----------------------------------------------------------------------------------

// The first word for one that is not known: nobody else writes here.
static int
find_word(const char *const *words, int count, const char *word)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(words[i], word) == 0)
            return i;
    }
    return 0;
}

static void
read_key(struct arena *arena, const char *text, struct key_position *key)
{
    key->count = sql_parse_array(arena, text, &key->values);
}

// There may be very many of them: no text is made of each.
static void
read_row_ids(struct arena *arena, const char *text, struct row_ids *ids)
{
    size_t capacity = 1;
    int64_t *numbers;

    *ids = (struct row_ids){ .count = 0 };
    if (*text == '\0')
        return;
    for (const char *p = text; *p != '\0'; p++)
        capacity += *p == ',';
    numbers = arena_calloc(arena, capacity, sizeof *numbers);
    ids->ids = numbers;
    for (char *end = NULL; *text == '{' || *text == ','; text = end)
        numbers[ids->count++] = strtoll(text + 1, &end, 10);
}

static void
read_part(struct arena *arena, const PGresult *rows, int i, struct part *part)
{
    part->number = (int)result_integer(rows, i, 0);
    part->rows.kind = (enum key_part)find_word(kinds, KIND_COUNT, result_text(rows, i, 1));
    read_key(arena, result_text(rows, i, 2), &part->rows.after);
    read_key(arena, result_text(rows, i, 3), &part->rows.up_to);
    read_row_ids(arena, result_text(rows, i, 4), &part->rows.ids);
    part->state = (enum part_state)find_word(states, STATE_COUNT, result_text(rows, i, 5));
    read_key(arena, result_text(rows, i, 6), &part->position);
    part->row_count = result_integer(rows, i, 7);
    part->size_bytes = result_integer(rows, i, 8);
}

bool
piece_read(struct target *target, struct arena *arena, int mirror_id,
    const struct table_record *record, struct part_list *parts, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;

    parameter_integer(&parameters, mirror_id);
    parameter_text(&parameters, record->source_schema);
    parameter_text(&parameters, record->source_table);
    if (!target_execute(target, "could not read the table's parts",
            "SELECT piece, kind, lower_bound, upper_bound, row_ids, state, position, rows, bytes"
            " FROM oe2pg.piece WHERE mirror_id = $1 AND source_schema = $2 AND source_table = $3"
            " ORDER BY piece",
            &parameters, &rows, err))
        return false;
    parts->count = (size_t)PQntuples(rows);
    parts->parts = arena_calloc(arena, parts->count, sizeof *parts->parts);
    for (size_t i = 0; i < parts->count; i++)
        read_part(arena, rows, (int)i, &parts->parts[i]);
    PQclear(rows);
    return true;
}

// ---- saving ------------------------------------------------------------------------------------

// Each column of the pieces that are still to be sent, as an array literal that is not ended yet.
// Of a column that holds arrays the elements are the texts of array literals: arrays in an array
// would all have to be of one length.
enum piece_column { NUMBER, KIND, LOWER, UPPER, IDS, STATE, POSITION, ROWS, BYTES, COLUMN_COUNT };

struct unsaved {
    struct buffer columns[COLUMN_COUNT];
    struct buffer text; // scratch
    size_t count;
};

static void
unsaved_init(struct unsaved *unsaved)
{
    unsaved->count = 0;
    buffer_init(&unsaved->text, BUFFER_SQL_CAP);
    for (int i = 0; i < COLUMN_COUNT; i++)
        buffer_init(&unsaved->columns[i], BUFFER_SQL_CAP);
}

static void
unsaved_release(struct unsaved *unsaved)
{
    buffer_release(&unsaved->text);
    for (int i = 0; i < COLUMN_COUNT; i++)
        buffer_release(&unsaved->columns[i]);
}

static void
add_element(struct unsaved *unsaved, enum piece_column column, const struct cell *value)
{
    struct buffer *literal = &unsaved->columns[column];

    (void)buffer_append_byte(literal, unsaved->count == 0 ? '{' : ',');
    (void)sql_append_element(literal, value);
}

static void
add_text(struct unsaved *unsaved, enum piece_column column, const char *text)
{
    add_element(unsaved, column, &(struct cell){ .bytes = text, .size = strlen(text) });
}

static void
add_integer(struct unsaved *unsaved, enum piece_column column, int64_t value)
{
    buffer_clear(&unsaved->text);
    (void)buffer_printf(&unsaved->text, "%" PRId64, value);
    add_text(unsaved, column, buffer_text(&unsaved->text));
}

static void
add_key(struct unsaved *unsaved, enum piece_column column, const struct key_position *key)
{
    struct cell value = { .bytes = NULL };

    if (key->count > 0) {
        buffer_clear(&unsaved->text);
        (void)sql_append_array(&unsaved->text, key->values, key->count);
        value = (struct cell){ .bytes = buffer_text(&unsaved->text), .size = unsaved->text.size };
    }
    add_element(unsaved, column, &value);
}

static void
add_row_ids(struct unsaved *unsaved, enum piece_column column, const struct row_ids *ids)
{
    struct cell value = { .bytes = NULL };

    if (ids->count > 0) {
        buffer_clear(&unsaved->text);
        for (size_t i = 0; i < ids->count; i++)
            (void)buffer_printf(&unsaved->text, "%c%" PRId64, i == 0 ? '{' : ',', ids->ids[i]);
        (void)buffer_append_byte(&unsaved->text, '}');
        value = (struct cell){ .bytes = buffer_text(&unsaved->text), .size = unsaved->text.size };
    }
    add_element(unsaved, column, &value);
}

static void
add_part(struct unsaved *unsaved, const struct part *part)
{
    add_integer(unsaved, NUMBER, part->number);
    add_text(unsaved, KIND, kinds[part->rows.kind]);
    add_key(unsaved, LOWER, &part->rows.after);
    add_key(unsaved, UPPER, &part->rows.up_to);
    add_row_ids(unsaved, IDS, &part->rows.ids);
    add_text(unsaved, STATE, states[part->state]);
    add_key(unsaved, POSITION, &part->position);
    add_integer(unsaved, ROWS, part->row_count);
    add_integer(unsaved, BYTES, part->size_bytes);
    unsaved->count++;
}

// is_null_part and is_done are what there was before kind and state: people's queries know them.
static const char save_statement[] =
    "INSERT INTO oe2pg.piece AS p (mirror_id, source_schema, source_table, piece, kind,"
    " is_null_part, lower_bound, upper_bound, row_ids, state, is_done, position, rows, bytes)"
    " SELECT $1::integer, $2, $3, piece, kind, kind = 'keys with NULL', lower_bound::text[],"
    "  upper_bound::text[], row_ids::bigint[], state, state = 'done', position::text[], rows, bytes"
    "  FROM ROWS FROM (pg_catalog.unnest($4::integer[]), pg_catalog.unnest($5::text[]),"
    "  pg_catalog.unnest($6::text[]), pg_catalog.unnest($7::text[]), pg_catalog.unnest($8::text[]),"
    "  pg_catalog.unnest($9::text[]), pg_catalog.unnest($10::text[]),"
    "  pg_catalog.unnest($11::bigint[]), pg_catalog.unnest($12::bigint[]))"
    "  AS u (piece, kind, lower_bound, upper_bound, row_ids, state, position, rows, bytes)"
    " ON CONFLICT (mirror_id, source_schema, source_table, piece) DO UPDATE SET"
    " kind = excluded.kind, is_null_part = excluded.is_null_part,"
    " lower_bound = excluded.lower_bound, upper_bound = excluded.upper_bound,"
    " row_ids = excluded.row_ids, state = excluded.state, is_done = excluded.is_done,"
    " position = excluded.position, rows = excluded.rows, bytes = excluded.bytes"
    " WHERE (p.kind, p.lower_bound, p.upper_bound, p.row_ids, p.state, p.position, p.rows, p.bytes)"
    " IS DISTINCT FROM (excluded.kind, excluded.lower_bound, excluded.upper_bound,"
    " excluded.row_ids, excluded.state, excluded.position, excluded.rows, excluded.bytes)";

static void
add_table(struct sql_parameters *parameters, const struct mirror_claim *claim,
    const struct table_record *record)
{
    parameter_integer(parameters, claim->mirror_id);
    parameter_text(parameters, record->source_schema);
    parameter_text(parameters, record->source_table);
}

static bool
send(struct unsaved *unsaved, struct target *target, const struct mirror_claim *claim,
    const struct table_record *record, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    bool has_failed = unsaved->text.failed;

    if (unsaved->count == 0)
        return true;
    add_table(&parameters, claim, record);
    for (int i = 0; i < COLUMN_COUNT; i++) {
        (void)buffer_append_byte(&unsaved->columns[i], '}');
        has_failed = has_failed || unsaved->columns[i].failed;
        parameter_text(&parameters, buffer_text(&unsaved->columns[i]));
    }
    if (has_failed)
        return error_set(err, ERROR_DATA, "the key values of a row are too long to be recorded");
    if (!target_execute(target, "could not record how far the load came", save_statement,
            &parameters, NULL, err))
        return false;
    unsaved->count = 0;
    for (int i = 0; i < COLUMN_COUNT; i++)
        buffer_clear(&unsaved->columns[i]);
    return true;
}

static bool
is_enough(const struct unsaved *unsaved)
{
    size_t size = 0;

    for (int i = 0; i < COLUMN_COUNT; i++)
        size += unsaved->columns[i].size;
    return unsaved->count == PIECES_AT_A_TIME || size >= SAVED_BYTES;
}

// Of parts that were recorded before and are no longer the table's.
static bool
remove_others(struct target *target, const struct mirror_claim *claim,
    const struct table_record *record, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    add_table(&parameters, claim, record);
    parameter_integer(&parameters, (int64_t)record->staging.parts.count);
    return target_execute(target, "could not record how far the load came",
        "DELETE FROM oe2pg.piece WHERE mirror_id = $1 AND source_schema = $2"
        " AND source_table = $3 AND piece > $4",
        &parameters, NULL, err);
}

bool
piece_save(struct target *target, const struct mirror_claim *claim,
    const struct table_record *record, struct error *err)
{
    struct unsaved unsaved;
    bool done = remove_others(target, claim, record, err);

    unsaved_init(&unsaved);
    for (size_t i = 0; done && i < record->staging.parts.count; i++) {
        add_part(&unsaved, &record->staging.parts.parts[i]);
        done = !is_enough(&unsaved) || send(&unsaved, target, claim, record, err);
    }
    done = done && send(&unsaved, target, claim, record, err);
    unsaved_release(&unsaved);
    return done;
}
