#include "target/witness.h"

#include "target/target_internal.h"

#include <inttypes.h>
#include <string.h>

enum field {
    FIELD_SCHEMA,
    FIELD_TABLE,
    FIELD_STATE,
    FIELD_EVIDENCE,
    FIELD_POINT,
    FIELD_PROOFS,
    FIELD_MISSES,
    FIELD_WHOLE,
};

// What nobody here knows is believed in nothing.
static enum witness_state
state_of(const char *name)
{
    int state = 0;

    while (
        state < WITNESS_DEMOTED && strcmp(witness_state_name((enum witness_state)state), name) != 0)
        state++;
    return (enum witness_state)state;
}

bool
witness_read(struct target *target, struct arena *arena, const char *schema, const char *kind,
    struct witness_list *list, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    struct witness_record *records;
    PGresult *rows = NULL;
    bool exists;

    *list = (struct witness_list){ 0 };
    if (!target_has_relation(target, "oe2pg.witness", &exists, err))
        return false;
    if (!exists)
        return true;
    parameter_text(&parameters, schema);
    parameter_text(&parameters, kind);
    if (!target_execute(target, "could not read what is known of the source's witnesses",
            "SELECT w.source_schema, w.source_table, w.state, w.evidence, w.point, w.proofs,"
            " w.misses, COALESCE((extract(epoch FROM w.whole_at) * 1000)::bigint, 0)"
            " FROM oe2pg.witness w JOIN oe2pg.mirror m ON m.id = w.mirror_id"
            " WHERE m.target_schema = $1 AND w.kind = $2",
            &parameters, &rows, err))
        return false;
    records = arena_calloc(arena, (size_t)PQntuples(rows), sizeof *records);
    for (int row = 0; row < PQntuples(rows); row++)
        records[list->count++] = (struct witness_record){
            .source_schema = arena_strdup(arena, result_text(rows, row, FIELD_SCHEMA)),
            .source_table = arena_strdup(arena, result_text(rows, row, FIELD_TABLE)),
            .state = state_of(result_text(rows, row, FIELD_STATE)),
            .evidence = arena_strdup(arena, result_text(rows, row, FIELD_EVIDENCE)),
            .point = arena_strdup(arena, result_text(rows, row, FIELD_POINT)),
            .proofs = result_integer(rows, row, FIELD_PROOFS),
            .misses = result_integer(rows, row, FIELD_MISSES),
            .whole_ms = result_integer(rows, row, FIELD_WHOLE),
        };
    list->records = records;
    PQclear(rows);
    return true;
}

// ---- recording ---------------------------------------------------------------------------------

enum { TEXTS = 5, NUMBERS = 3 };

static void
append_record(struct sql_arrays *arrays, const struct witness_record *record)
{
    const char *const texts[TEXTS] = { record->source_schema, record->source_table,
        witness_state_name(record->state), record->evidence, record->point };
    const int64_t numbers[NUMBERS] = { record->proofs, record->misses, record->whole_ms };

    sql_arrays_add(arrays, texts, numbers);
}

static bool
save(struct target *target, const struct mirror_claim *claim, const char *kind,
    struct sql_arrays *arrays, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    parameter_integer(&parameters, claim->mirror_id);
    parameter_integer(&parameters, claim->run_id);
    parameter_text(&parameters, kind);
    if (!sql_arrays_end(arrays, &parameters, err))
        return false;
    return target_execute(target, "could not record what the source's witnesses say",
        "INSERT INTO oe2pg.witness AS w (mirror_id, source_schema, source_table, kind, state,"
        " evidence, point, proofs, misses, whole_at, run_id)"
        " SELECT $1, s, n, $3, t, e, p, proofs, misses,"
        " CASE WHEN at > 0 THEN pg_catalog.to_timestamp(at / 1000.0) END, $2"
        " FROM ROWS FROM (pg_catalog.unnest($4::text[]), pg_catalog.unnest($5::text[]),"
        " pg_catalog.unnest($6::text[]), pg_catalog.unnest($7::text[]),"
        " pg_catalog.unnest($8::text[]), pg_catalog.unnest($9::bigint[]),"
        " pg_catalog.unnest($10::bigint[]), pg_catalog.unnest($11::bigint[]))"
        " AS r (s, n, t, e, p, proofs, misses, at)"
        " ON CONFLICT (mirror_id, source_schema, source_table, kind) DO UPDATE SET"
        " state = excluded.state, evidence = excluded.evidence, point = excluded.point,"
        " proofs = excluded.proofs, misses = excluded.misses, whole_at = excluded.whole_at,"
        " run_id = excluded.run_id,"
        " since = CASE WHEN w.state = excluded.state THEN w.since ELSE excluded.since END",
        &parameters, NULL, err);
}

// The table's own record says the same, for people.
static bool
show_stamps(struct target *target, const struct mirror_claim *claim, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    parameter_integer(&parameters, claim->mirror_id);
    parameter_integer(&parameters, claim->run_id);
    return target_execute(target, "could not record how far a table was read by stamp",
        "UPDATE oe2pg.tracking t SET"
        " timestamp_column = pg_catalog.substr(w.point, pg_catalog.strpos(w.point, '|') + 1),"
        " watermark = NULLIF(pg_catalog.split_part(w.point, '|', 1), ''),"
        " timestamp_evidence = w.state || CASE WHEN w.evidence <> '' THEN ': ' || w.evidence"
        " ELSE '' END"
        " FROM oe2pg.witness w WHERE w.mirror_id = $1 AND w.run_id = $2"
        " AND w.kind = '" WITNESS_KIND_STAMP "' AND t.mirror_id = w.mirror_id"
        " AND t.source_schema = w.source_schema AND t.source_table = w.source_table",
        &parameters, NULL, err);
}

bool
witness_save(struct target *target, const struct mirror_claim *claim, const char *kind,
    const struct witness_record *records, size_t count, struct error *err)
{
    struct sql_arrays arrays;
    bool done;

    sql_arrays_init(&arrays, TEXTS, NUMBERS);
    for (size_t i = 0; i < count; i++)
        append_record(&arrays, &records[i]);
    done = target_begin(target, err) && save(target, claim, kind, &arrays, err) &&
           (strcmp(kind, WITNESS_KIND_STAMP) != 0 || show_stamps(target, claim, err)) &&
           target_commit(target, err);
    if (!done)
        target_rollback(target);
    sql_arrays_release(&arrays);
    return done;
}
