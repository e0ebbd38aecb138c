#include "fake_mirror.h"

#include "target/source_digests.h"

#include "../unit/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

// Each is of the type of what it stands for.
__typeof__(comparison_open) __wrap_comparison_open;
__typeof__(comparison_close) __wrap_comparison_close;
__typeof__(comparison_read_mirror) __wrap_comparison_read_mirror;
__typeof__(comparison_set_mark) __wrap_comparison_set_mark;
__typeof__(comparison_take_back) __wrap_comparison_take_back;
__typeof__(comparison_add_gone) __wrap_comparison_add_gone;
__typeof__(comparison_find_differences) __wrap_comparison_find_differences;
__typeof__(comparison_pair) __wrap_comparison_pair;
__typeof__(comparison_keys_to_delete) __wrap_comparison_keys_to_delete;
__typeof__(comparison_duplicate_keys) __wrap_comparison_duplicate_keys;
__typeof__(comparison_remember_gone) __wrap_comparison_remember_gone;
__typeof__(comparison_keep_common) __wrap_comparison_keep_common;
__typeof__(target_begin) __wrap_target_begin;
__typeof__(target_commit) __wrap_target_commit;
__typeof__(target_rollback) __wrap_target_rollback;
__typeof__(comparison_apply) __wrap_comparison_apply;
__typeof__(table_run_save) __wrap_table_run_save;
__typeof__(tracking_save) __wrap_tracking_save;
__typeof__(comparison_open_candidates) __wrap_comparison_open_candidates;
__typeof__(copy_stream_send) __wrap_copy_stream_send;
__typeof__(copy_stream_finish) __wrap_copy_stream_finish;
__typeof__(copy_stream_close) __wrap_copy_stream_close;
__typeof__(comparison_open_source_digests) __wrap_comparison_open_source_digests;
__typeof__(comparison_match_source_digests) __wrap_comparison_match_source_digests;
__typeof__(comparison_next_wanted) __wrap_comparison_next_wanted;

static struct fake_mirror *mirror;

#define COMPARISON ((struct comparison *)mirror)
#define COPY ((struct copy_stream *)mirror)

void
fake_mirror_init(
    struct fake_mirror *made, const char *const *names, size_t column_count, size_t key_count)
{
    memset(made, 0, sizeof *made);
    fake_table_init(&made->rows, names, column_count, key_count, ORDER_DOCUMENTED);
    mirror = made;
    made->place = FAKE_IN_PLACE;
}

void
fake_mirror_release(struct fake_mirror *made)
{
    fake_table_release(&made->rows);
    mirror = NULL;
}

struct fake_mirror *
fake_mirror_current(void)
{
    return mirror;
}

bool
fake_mirror_fails(enum fake_step step, struct error *err)
{
    if (mirror->fails_at != step)
        return false;
    mirror->fails_at = FAKE_NO_STEP;
    (void)error_set(err, ERROR_TARGET, "PostgreSQL went away at step %d", (int)step);
    err->side = ERROR_SIDE_TARGET;
    err->retry = RETRY_LATER;
    return true;
}

// ---- rows --------------------------------------------------------------------------------------

struct cell
fake_cell(const char *value)
{
    return (struct cell){ .bytes = value, .size = value != NULL ? strlen(value) : 0 };
}

static void
cells_of(const struct fake_row *row, struct cell *cells)
{
    for (size_t i = 0; i < mirror->table->column_count; i++)
        cells[i] = fake_cell(row->values[i]);
}

uint64_t
fake_mirror_digest(const struct fake_row *row)
{
    struct cell cells[FAKE_COLUMNS_MAX];

    cells_of(row, cells);
    return digest_row(mirror->kind, mirror->table, cells);
}

static bool
has_same_key(const struct fake_row *a, const struct fake_row *b)
{
    const struct key *key = mirror->table->key;

    for (size_t i = 0; key != NULL && i < key->column_count; i++) {
        const char *left = a->values[key->columns[i]];
        const char *right = b->values[key->columns[i]];

        if (left == NULL || right == NULL || strcmp(left, right) != 0)
            return false;
    }
    return key != NULL;
}

void
fake_mirror_append(struct buffer *text, const struct fake_table *rows)
{
    struct cell cells[FAKE_COLUMNS_MAX];
    struct batch batch = {
        .cells = cells, .row_count = 1, .column_count = rows->table.column_count
    };

    for (size_t r = 0; r < rows->row_count; r++) {
        for (size_t i = 0; i < batch.column_count; i++)
            cells[i] = fake_cell(rows->rows[r].values[i]);
        fake_append_rows(text, &batch);
    }
}

void
fake_mirror_give_keys(struct arena *arena, const struct fake_row *const *rows, size_t count,
    struct cell **values, size_t *row_count)
{
    const struct key *key = mirror->table->key;
    size_t width = key != NULL ? key->column_count : 0;

    *row_count = key != NULL ? count : 0;
    *values = arena_calloc(arena, count * width, sizeof **values);
    for (size_t r = 0; r < *row_count; r++) {
        for (size_t i = 0; i < width; i++)
            (*values)[r * width + i] = fake_cell(rows[r]->values[key->columns[i]]);
    }
}

// ---- target/compare.h: one comparison ----------------------------------------------------------

bool
__wrap_comparison_open(struct target *target, const char *schema, const struct table *table,
    const struct digest_kind *kind, struct comparison **comparison, struct error *err)
{
    (void)target;
    (void)schema;
    (void)err;
    mirror->comparisons++;
    mirror->table = table;
    mirror->kind = kind;
    mirror->candidate_count = mirror->source_digest_count = mirror->wanted_count = 0;
    memset(mirror->is_paired, 0, sizeof mirror->is_paired);
    memset(mirror->is_gone, 0, sizeof mirror->is_gone);
    memset(mirror->is_updated, 0, sizeof mirror->is_updated);
    *comparison = COMPARISON;
    return true;
}

void
__wrap_comparison_close(struct comparison *comparison)
{
    (void)comparison;
}

bool
__wrap_comparison_read_mirror(struct comparison *comparison, struct digest_set *set, bool *is_full,
    int64_t *row_count, struct error *err)
{
    (void)comparison;
    assert_false(mirror->is_in_transaction);
    if (fake_mirror_fails(FAKE_READ_MIRROR, err))
        return false;
    *is_full = mirror->is_large;
    *row_count = (int64_t)mirror->rows.row_count;
    for (size_t r = 0; r < mirror->rows.row_count; r++)
        assert_true(digest_set_add(set, fake_mirror_digest(&mirror->rows.rows[r]), (uint32_t)r, 1));
    digest_set_freeze(set);
    return true;
}

bool
__wrap_comparison_add_gone(
    struct comparison *comparison, const struct digest_set *set, struct error *err)
{
    (void)comparison;
    (void)err;
    for (size_t i = 0; i < set->count; i++) {
        if (set->entries[i].struck_by == 0)
            mirror->is_gone[set->entries[i].block] = true;
    }
    return true;
}

// All of the source is among the candidates: those that the mirror has are struck off.
bool
__wrap_comparison_find_differences(struct comparison *comparison, struct error *err)
{
    size_t kept = 0;

    (void)comparison;
    (void)err;
    memset(mirror->is_gone, true, mirror->rows.row_count);
    for (size_t c = 0; c < mirror->candidate_count; c++) {
        size_t r = 0;

        while (r < mirror->rows.row_count &&
               (!mirror->is_gone[r] || fake_mirror_digest(&mirror->rows.rows[r]) !=
                                           fake_mirror_digest(&mirror->candidates[c])))
            r++;
        if (r < mirror->rows.row_count)
            mirror->is_gone[r] = false;
        else
            mirror->candidates[kept++] = mirror->candidates[c];
    }
    mirror->candidate_count = kept;
    return true;
}

static void
count_pairs(struct difference_counts *counts)
{
    *counts = (struct difference_counts){ .to_insert = (int64_t)mirror->candidate_count };
    for (size_t r = 0; r < mirror->rows.row_count; r++) {
        counts->to_update += mirror->is_gone[r] && mirror->is_updated[r];
        counts->to_delete += mirror->is_gone[r] && !mirror->is_updated[r];
    }
    counts->to_insert -= counts->to_update;
}

bool
__wrap_comparison_pair(struct comparison *comparison, struct difference_counts *counts,
    bool *is_current, struct error *err)
{
    (void)comparison;
    assert_false(mirror->is_copying);
    if (fake_mirror_fails(FAKE_PAIR, err))
        return false;
    for (size_t r = 0; r < mirror->rows.row_count; r++) {
        for (size_t c = 0; mirror->is_gone[r] && c < mirror->candidate_count; c++) {
            if (mirror->is_paired[c] || mirror->is_updated[r] ||
                !has_same_key(&mirror->candidates[c], &mirror->rows.rows[r]))
                continue;
            mirror->is_paired[c] = mirror->is_updated[r] = true;
        }
    }
    count_pairs(counts);
    *is_current = mirror->changes == 0;
    mirror->changes -= mirror->changes > 0;
    return true;
}

// ---- target/compare.h: before anything is removed ----------------------------------------------

bool
__wrap_comparison_keys_to_delete(struct comparison *comparison, struct arena *arena, size_t limit,
    bool only_unmet, struct cell **values, size_t *row_count, struct error *err)
{
    const struct fake_row *chosen[FAKE_MIRROR_ROWS_MAX];
    size_t count = 0;

    (void)comparison;
    (void)err;
    for (size_t r = 0; r < mirror->rows.row_count && count < limit; r++) {
        bool is_met = false;

        for (size_t k = 0; k < mirror->rows.row_count; k++)
            is_met = is_met || (!mirror->is_gone[k] &&
                                   has_same_key(&mirror->rows.rows[k], &mirror->rows.rows[r]));
        if (mirror->is_gone[r] && !mirror->is_updated[r] && !(only_unmet && is_met))
            chosen[count++] = &mirror->rows.rows[r];
    }
    fake_mirror_give_keys(arena, chosen, count, values, row_count);
    return true;
}

// Of candidates, or of rows that are being loaded: those whose key another one has as well.
void
fake_mirror_duplicates(struct arena *arena, struct cell **values, size_t *row_count)
{
    const struct fake_row *chosen[FAKE_MIRROR_ROWS_MAX];
    size_t count = 0;

    for (size_t c = 0; c < mirror->candidate_count; c++) {
        const struct fake_row *row = &mirror->candidates[c];
        bool is_duplicate = false;

        for (size_t k = 0; k < mirror->candidate_count; k++)
            is_duplicate = is_duplicate || (k != c && has_same_key(&mirror->candidates[k], row));
        for (size_t r = 0; r < mirror->rows.row_count; r++)
            is_duplicate =
                is_duplicate || (!mirror->is_gone[r] && has_same_key(&mirror->rows.rows[r], row));
        if (!mirror->is_paired[c] && is_duplicate)
            chosen[count++] = row;
    }
    fake_mirror_give_keys(arena, chosen, count, values, row_count);
}

bool
__wrap_comparison_duplicate_keys(struct comparison *comparison, struct arena *arena,
    struct cell **values, size_t *row_count, struct error *err)
{
    (void)comparison;
    (void)err;
    fake_mirror_duplicates(arena, values, row_count);
    return true;
}

bool
__wrap_comparison_remember_gone(struct comparison *comparison, struct error *err)
{
    (void)comparison;
    (void)err;
    memcpy(mirror->was_gone, mirror->is_gone, sizeof mirror->was_gone);
    return true;
}

bool
__wrap_comparison_keep_common(struct comparison *comparison, int64_t *kept, struct error *err)
{
    (void)comparison;
    (void)err;
    *kept = 0;
    for (size_t r = 0; r < mirror->rows.row_count; r++) {
        *kept += mirror->is_gone[r] && !mirror->was_gone[r];
        mirror->is_gone[r] = mirror->is_gone[r] && mirror->was_gone[r];
    }
    return true;
}

// ---- the transaction ---------------------------------------------------------------------------

bool
__wrap_target_begin(struct target *target, struct error *err)
{
    (void)target;
    (void)err;
    assert_false(mirror->is_in_transaction);
    assert_false(mirror->is_copying);
    mirror->is_in_transaction = true;
    mirror->begun_place = mirror->place;
    mirror->begun_count = mirror->rows.row_count;
    mirror->begun_column_count = mirror->rows.table.column_count;
    memcpy(mirror->begun_columns, mirror->rows.columns, sizeof mirror->begun_columns);
    return true;
}

bool
__wrap_target_commit(struct target *target, struct error *err)
{
    (void)target;
    assert_true(mirror->is_in_transaction);
    if (fake_mirror_fails(FAKE_COMMIT, err))
        return false;
    mirror->is_in_transaction = false;
    if (mirror->is_recorded) {
        mirror->writes++;
        mirror->record = mirror->saved;
    }
    mirror->is_recorded = false;
    return true;
}

void
__wrap_target_rollback(struct target *target)
{
    (void)target;
    if (mirror->is_in_transaction) {
        mirror->place = mirror->begun_place;
        mirror->rows.row_count = mirror->begun_count;
        mirror->rows.table.column_count = mirror->begun_column_count;
        memcpy(mirror->rows.columns, mirror->begun_columns, sizeof mirror->begun_columns);
    }
    mirror->is_in_transaction = mirror->is_recorded = false;
    mirror->is_copying = mirror->is_taking_digests = mirror->is_loading = false;
}

// Written at once; a test that has it fail later looks at what was recorded.
bool
__wrap_comparison_apply(struct comparison *comparison, const struct mirror_claim *claim,
    struct applied *applied, struct arrival_finding *finding, bool *is_current, struct error *err)
{
    struct difference_counts counts;
    size_t kept = 0;

    (void)comparison;
    (void)claim;
    (void)finding;
    assert_true(mirror->is_in_transaction);
    if (fake_mirror_fails(FAKE_APPLY, err))
        return false;
    count_pairs(&counts);
    applied->inserted = counts.to_insert;
    applied->updated = counts.to_update;
    applied->deleted = counts.to_delete;
    *is_current = true;
    for (size_t r = 0; r < mirror->rows.row_count; r++) {
        if (!mirror->is_gone[r])
            mirror->rows.rows[kept++] = mirror->rows.rows[r];
    }
    for (size_t c = 0; c < mirror->candidate_count; c++)
        mirror->rows.rows[kept++] = mirror->candidates[c];
    mirror->rows.row_count = kept;
    return true;
}

bool
__wrap_table_run_save(struct target *target, const struct mirror_claim *claim,
    const struct table_record *record, const struct table_result *result, struct error *err)
{
    (void)target;
    (void)claim;
    (void)record;
    assert_true(mirror->is_in_transaction);
    if (fake_mirror_fails(FAKE_RECORD, err))
        return false;
    mirror->result = *result;
    return true;
}

static struct key_position
copy_key(const struct key_position *key)
{
    struct arena *arena = &mirror->rows.arena;
    struct key_position copy = { .count = key->count };

    copy.values = arena_calloc(arena, KEY_COLUMNS_MAX, sizeof *copy.values);
    for (size_t i = 0; i < key->count; i++)
        copy.values[i] = fake_cell(arena_strndup(arena, key->values[i].bytes, key->values[i].size));
    return copy;
}

// As a later attempt reads it: nothing in it is borrowed.
static void
save_record(const struct table_record *record)
{
    struct arena *arena = &mirror->rows.arena;
    const struct part *parts = record->staging.parts.parts;

    mirror->saved = *record;
    if (record->staging.table != NULL)
        mirror->saved.staging.table = arena_strdup(arena, record->staging.table);
    mirror->saved.staging.parts.parts =
        arena_calloc(arena, record->staging.parts.count, sizeof *parts);
    for (size_t i = 0; i < record->staging.parts.count; i++) {
        const struct part *part = &parts[i];

        mirror->saved.staging.parts.parts[i] = (struct part){ .number = part->number,
            .rows = { .kind = part->rows.kind,
                .after = copy_key(&part->rows.after),
                .up_to = copy_key(&part->rows.up_to) },
            .state = part->state,
            .position = copy_key(&part->position),
            .row_count = part->row_count,
            .size_bytes = part->size_bytes };
    }
}

bool
__wrap_tracking_save(struct target *target, const struct mirror_claim *claim,
    const char *target_schema, const struct table_record *record, struct error *err)
{
    (void)target;
    (void)claim;
    (void)target_schema;
    (void)err;
    assert_true(mirror->is_in_transaction);
    save_record(record);
    mirror->is_recorded = true;
    return true;
}

// ---- what a part left --------------------------------------------------------------------------

enum { MARK_BASE = 1024 }; // more than there are rows

bool
__wrap_comparison_set_mark(
    struct comparison *comparison, struct comparison_mark *mark, struct error *err)
{
    (void)comparison;
    (void)err;
    assert_false(mirror->is_copying);
    mark->xid = (uint32_t)(mirror->candidate_count * MARK_BASE + mirror->source_digest_count);
    return true;
}

bool
__wrap_comparison_take_back(
    struct comparison *comparison, const struct comparison_mark *mark, struct error *err)
{
    (void)comparison;
    assert_false(mirror->is_copying);
    if (fake_mirror_fails(FAKE_TAKE_BACK, err))
        return false;
    mirror->candidate_count = mark->xid / MARK_BASE;
    mirror->source_digest_count = mark->xid % MARK_BASE;
    return true;
}

// ---- candidates --------------------------------------------------------------------------------

bool
__wrap_comparison_open_candidates(
    struct comparison *comparison, struct copy_stream **copy, struct error *err)
{
    (void)comparison;
    (void)err;
    assert_false(mirror->is_copying);
    mirror->is_copying = true;
    *copy = COPY;
    return true;
}

static void
keep_row(struct fake_row *kept, const struct cell *row, size_t count)
{
    memset(kept, 0, sizeof *kept);
    for (size_t i = 0; i < count; i++) {
        if (row[i].bytes != NULL)
            kept->values[i] = arena_strndup(&mirror->rows.arena, row[i].bytes, row[i].size);
    }
}

bool
__wrap_copy_stream_send(struct copy_stream *copy, const struct cell *row, struct error *err)
{
    assert_ptr_equal(copy, COPY);
    assert_in_range(mirror->candidate_count, 0, FAKE_MIRROR_ROWS_MAX - 1);
    assert_in_range(mirror->source_digest_count, 0, FAKE_MIRROR_ROWS_MAX - 1);
    if (fake_mirror_fails(FAKE_SEND, err))
        return false;
    if (mirror->is_loading)
        keep_row(&mirror->rows.rows[mirror->rows.row_count++], row, mirror->table->column_count);
    else if (mirror->is_taking_digests)
        keep_row(&mirror->source_digests[mirror->source_digest_count++], row,
            1 + mirror->table->key->column_count);
    else
        keep_row(&mirror->candidates[mirror->candidate_count++], row, mirror->table->column_count);
    return true;
}

bool
__wrap_copy_stream_finish(struct copy_stream *copy, int64_t *row_count, struct error *err)
{
    (void)copy;
    (void)err;
    *row_count = 0; // nobody here asks
    return true;
}

void
__wrap_copy_stream_close(struct copy_stream *copy)
{
    if (copy != NULL)
        mirror->is_copying = mirror->is_taking_digests = mirror->is_loading = false;
}

// ---- target/source_digests.h: rows known by digest and key alone
// -------------------------------------------

bool
__wrap_comparison_open_source_digests(struct comparison *comparison,
    const struct source_digest_shape *shape, struct copy_stream **copy, struct error *err)
{
    (void)shape;
    mirror->is_taking_digests = true;
    return __wrap_comparison_open_candidates(comparison, copy, err);
}

bool
__wrap_comparison_match_source_digests(
    struct comparison *comparison, int64_t *wanted, struct error *err)
{
    (void)comparison;
    (void)err;
    memset(mirror->is_gone, true, mirror->rows.row_count);
    for (size_t s = 0; s < mirror->source_digest_count; s++) {
        uint64_t digest = (uint64_t)strtoll(mirror->source_digests[s].values[0], NULL, 10);
        size_t r = 0;

        while (r < mirror->rows.row_count &&
               (!mirror->is_gone[r] || fake_mirror_digest(&mirror->rows.rows[r]) != digest))
            r++;
        if (r < mirror->rows.row_count)
            mirror->is_gone[r] = false;
        else
            mirror->wanted[mirror->wanted_count++] = s;
    }
    *wanted = (int64_t)mirror->wanted_count;
    return true;
}

bool
__wrap_comparison_next_wanted(struct comparison *comparison, struct arena *arena, int64_t *position,
    size_t limit, struct cell **values, size_t *row_count, struct error *err)
{
    size_t width = mirror->table->key->column_count;
    size_t from = (size_t)*position;

    (void)comparison;
    (void)err;
    *row_count = mirror->wanted_count - from < limit ? mirror->wanted_count - from : limit;
    *values = arena_calloc(arena, *row_count * width, sizeof **values);
    for (size_t r = 0; r < *row_count; r++) {
        for (size_t i = 0; i < width; i++)
            (*values)[r * width + i] =
                fake_cell(mirror->source_digests[mirror->wanted[from + r]].values[i + 1]);
    }
    *position += (int64_t)*row_count;
    return true;
}
