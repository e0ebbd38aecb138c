// What is told of a comparison and kept beside the rows: what verify lists and records, and
// quarantine, which knows of earlier runs what the mirror says.
#include "fake_mirror.h"

#include "target/object.h"
#include "target/ddl.h"
#include "target/gathered.h"
#include "target/quarantine.h"

#include "../unit/cmocka_all.h"

#include <string.h>

__typeof__(ddl_find) __wrap_ddl_find;
__typeof__(differences_list) __wrap_differences_list;
__typeof__(differences_read_row) __wrap_differences_read_row;
__typeof__(verification_save) __wrap_verification_save;
__typeof__(quarantine_known_rows) __wrap_quarantine_known_rows;
__typeof__(quarantine_known_values) __wrap_quarantine_known_values;
__typeof__(quarantine_known_row_ids) __wrap_quarantine_known_row_ids;
__typeof__(quarantine_save) __wrap_quarantine_save;
__typeof__(gathered_read) __wrap_gathered_read;
__typeof__(gathered_save) __wrap_gathered_save;
__typeof__(quarantine_resolve_unmet) __wrap_quarantine_resolve_unmet;
__typeof__(object_forget_all) __wrap_object_forget_all;
__typeof__(object_mark_due) __wrap_object_mark_due;

// ---- verify ------------------------------------------------------------------------------------

bool
__wrap_ddl_find(struct target *target, struct arena *arena, const char *schema, const char *name,
    struct relation *relation, struct error *err)
{
    const struct fake_mirror *mirror = fake_mirror_current();
    const struct table *table = &mirror->rows.table;
    const char **columns = arena_calloc(arena, table->column_count, sizeof *columns);

    (void)target;
    (void)name;
    (void)err;
    for (size_t i = 0; i < table->column_count; i++)
        columns[i] = table->columns[i].target_name;
    *relation = (struct relation){ .columns = columns, .column_count = table->column_count };
    relation->exists =
        mirror->place == (strcmp(schema, STAGING_SCHEMA) == 0 ? FAKE_STAGED : FAKE_IN_PLACE);
    return true;
}

static void
add_difference(struct arena *arena, struct difference *differences, size_t *count,
    enum difference_kind kind, const struct fake_row *row)
{
    struct cell *key = NULL;
    size_t key_count;

    fake_mirror_give_keys(arena, &row, 1, &key, &key_count);
    differences[(*count)++] = (struct difference){ .kind = kind,
        .key = key_count > 0 ? key : NULL,
        .mirror_digest = kind != DIFFERENCE_MISSING ? fake_mirror_digest(row) : 0,
        .place = "" };
}

bool
__wrap_differences_list(struct comparison *comparison, struct arena *arena, size_t limit,
    struct difference **differences, size_t *count, struct error *err)
{
    (void)comparison;
    (void)limit;
    (void)err;
    *differences = arena_calloc(arena, 2 * FAKE_MIRROR_ROWS_MAX, sizeof **differences);
    *count = 0;
    for (size_t r = 0; r < fake_mirror_current()->rows.row_count; r++) {
        if (fake_mirror_current()->is_gone[r])
            add_difference(arena, *differences, count,
                fake_mirror_current()->is_updated[r] ? DIFFERENCE_CHANGED : DIFFERENCE_SURPLUS,
                &fake_mirror_current()->rows.rows[r]);
    }
    for (size_t c = 0; c < fake_mirror_current()->candidate_count; c++) {
        if (!fake_mirror_current()->is_paired[c])
            add_difference(arena, *differences, count, DIFFERENCE_MISSING,
                &fake_mirror_current()->candidates[c]);
    }
    return true;
}

// The row whose digest it is, where it is still there.
bool
__wrap_differences_read_row(struct comparison *comparison, struct arena *arena,
    const struct difference *difference, size_t start_chars, struct mirror_value **values,
    struct error *err)
{
    (void)comparison;
    (void)start_chars;
    (void)err;
    *values = NULL;
    for (size_t r = 0; r < fake_mirror_current()->rows.row_count; r++) {
        const struct fake_row *row = &fake_mirror_current()->rows.rows[r];

        if (fake_mirror_digest(row) != difference->mirror_digest)
            continue;
        *values = arena_calloc(arena, fake_mirror_current()->table->column_count, sizeof **values);
        for (size_t i = 0; i < fake_mirror_current()->table->column_count; i++) {
            struct cell cell = fake_cell(row->values[i]);

            (*values)[i] = (struct mirror_value){ .is_null = cell.bytes == NULL,
                .start = cell,
                .size = cell.size,
                .digest = digest_value(fake_mirror_current()->kind,
                    &fake_mirror_current()->table->columns[i], &cell) };
        }
    }
    return true;
}

bool
__wrap_verification_save(struct target *target, const struct mirror_claim *claim,
    const struct table *table, const struct verification *verification, struct error *err)
{
    (void)target;
    (void)claim;
    (void)table;
    assert_true(fake_mirror_current()->is_in_transaction);
    if (fake_mirror_fails(FAKE_RECORD, err))
        return false;
    fake_mirror_current()->verification = *verification;
    fake_mirror_current()->is_recorded = true;
    return true;
}

// ---- quarantine -------------------------------------------------------------------------------

bool
__wrap_quarantine_known_rows(struct target *target, struct arena *arena, int mirror_id,
    const struct table *table, uint64_t **digests, size_t *count, struct error *err)
{
    const struct fake_mirror *mirror = fake_mirror_current();

    (void)target;
    (void)mirror_id;
    (void)table;
    (void)err;
    *count = mirror->known_row_count;
    *digests = arena_calloc(arena, *count, sizeof **digests);
    for (size_t i = 0; i < *count; i++)
        (*digests)[i] = mirror->known_rows[i];
    return true;
}

bool
__wrap_quarantine_known_values(struct target *target, struct arena *arena, int mirror_id,
    const struct table *table, struct cell **values, size_t *row_count, struct error *err)
{
    (void)target;
    (void)arena;
    (void)mirror_id;
    (void)table;
    (void)err;
    *values = NULL;
    *row_count = 0;
    return true;
}

bool
__wrap_quarantine_known_row_ids(struct target *target, struct arena *arena, int mirror_id,
    const struct table *table, const char ***ids, size_t *count, struct error *err)
{
    (void)target;
    (void)arena;
    (void)mirror_id;
    (void)table;
    (void)err;
    *ids = NULL;
    *count = 0;
    return true;
}

bool
__wrap_quarantine_save(struct target *target, const struct mirror_claim *claim,
    const struct quarantine_entry *entry, bool *is_new, struct error *err)
{
    (void)target;
    (void)claim;
    (void)entry;
    (void)err;
    assert_true(fake_mirror_current()->is_in_transaction);
    fake_mirror_current()->quarantined++;
    *is_new = true;
    return true;
}

bool
__wrap_quarantine_resolve_unmet(struct target *target, const struct mirror_claim *claim,
    const struct table *table, struct error *err)
{
    (void)target;
    (void)claim;
    (void)table;
    (void)err;
    return true;
}

bool
__wrap_gathered_read(struct target *target, const struct mirror_claim *claim,
    const struct table *table, bool *is_gathered, struct error *err)
{
    (void)target;
    (void)claim;
    (void)table;
    (void)is_gathered;
    (void)err;
    return true;
}

bool
__wrap_gathered_save(struct target *target, const struct mirror_claim *claim,
    const struct gathered_values *values, bool *is_new, struct error *err)
{
    (void)target;
    (void)claim;
    (void)values;
    (void)err;
    *is_new = true;
    return true;
}

// ---- objects: none are wanted ------------------------------------------------------------------

bool
__wrap_object_forget_all(struct target *target, const struct mirror_claim *claim,
    const struct table *table, struct error *err)
{
    (void)target;
    (void)claim;
    (void)table;
    (void)err;
    return true;
}

bool
__wrap_object_mark_due(struct target *target, const struct mirror_claim *claim,
    const struct table *table, struct error *err)
{
    return __wrap_object_forget_all(target, claim, table, err);
}
