#include "target/extras.h"

#include "target/target_internal.h"

// The fence is the lock of the mirror, which this very connection holds. A row that is as recorded
// is not touched: ON CONFLICT alone would lock it, which is a write.
static const char sequences_sql[] =
    "WITH given AS (SELECT s, n, NULLIF(v, '')::numeric AS v, NULLIF(i, '')::numeric AS i,"
    "  NULLIF(l, '')::numeric AS l, NULLIF(g, '')::numeric AS g, NULLIF(c, '')::boolean AS c"
    "  FROM ROWS FROM (pg_catalog.unnest($3::text[]), pg_catalog.unnest($4::text[]),"
    "  pg_catalog.unnest($5::text[]), pg_catalog.unnest($6::text[]),"
    "  pg_catalog.unnest($7::text[]), pg_catalog.unnest($8::text[]),"
    "  pg_catalog.unnest($9::text[])) AS r (s, n, v, i, l, g, c)),"
    " gone AS (DELETE FROM oe2pg.sequence o WHERE o.mirror_id = $1 AND NOT EXISTS"
    "  (SELECT FROM given WHERE s = o.source_schema AND n = o.name))"
    " INSERT INTO oe2pg.sequence (mirror_id, source_schema, name, current_value, increment,"
    " min_value, max_value, is_cycling, run_id)"
    " SELECT DISTINCT ON (s, n) $1, s, n, v, i, l, g, c, $2 FROM given WHERE NOT EXISTS"
    "  (SELECT FROM oe2pg.sequence o WHERE o.mirror_id = $1 AND o.source_schema = s AND o.name = n"
    "   AND (o.current_value, o.increment, o.min_value, o.max_value, o.is_cycling)"
    "   IS NOT DISTINCT FROM (v, i, l, g, c))"
    " ON CONFLICT (mirror_id, source_schema, name) DO UPDATE SET"
    " current_value = excluded.current_value, increment = excluded.increment,"
    " min_value = excluded.min_value, max_value = excluded.max_value,"
    " is_cycling = excluded.is_cycling, run_id = excluded.run_id, read_at = excluded.read_at";

static const char views_sql[] =
    "WITH given AS (SELECT s, n, NULLIF(d, '') AS d FROM ROWS FROM (pg_catalog.unnest($3::text[]),"
    "  pg_catalog.unnest($4::text[]), pg_catalog.unnest($5::text[])) AS r (s, n, d)),"
    " gone AS (DELETE FROM oe2pg.source_view o WHERE o.mirror_id = $1 AND NOT EXISTS"
    "  (SELECT FROM given WHERE s = o.source_schema AND n = o.name))"
    " INSERT INTO oe2pg.source_view (mirror_id, source_schema, name, definition, run_id)"
    " SELECT DISTINCT ON (s, n) $1, s, n, d, $2 FROM given WHERE NOT EXISTS"
    "  (SELECT FROM oe2pg.source_view o WHERE o.mirror_id = $1 AND o.source_schema = s"
    "   AND o.name = n AND o.definition IS NOT DISTINCT FROM d)"
    " ON CONFLICT (mirror_id, source_schema, name) DO UPDATE SET"
    " definition = excluded.definition, run_id = excluded.run_id, read_at = excluded.read_at";

static bool
save(struct target *target, const struct mirror_claim *claim, struct sql_arrays *arrays,
    const char *what, const char *sql, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    bool done;

    parameter_integer(&parameters, claim->mirror_id);
    parameter_integer(&parameters, claim->run_id);
    done = sql_arrays_end(arrays, &parameters, err) &&
           target_execute(target, what, sql, &parameters, NULL, err);
    sql_arrays_release(arrays);
    return done;
}

static const char *
or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static bool
save_sequences(struct target *target, const struct mirror_claim *claim,
    const struct source_extras *extras, struct error *err)
{
    enum { TEXTS = 7 };
    struct sql_arrays arrays;

    sql_arrays_init(&arrays, TEXTS, 0);
    for (size_t i = 0; i < extras->sequence_count; i++) {
        const struct source_sequence *sequence = &extras->sequences[i];
        const char *const texts[TEXTS] = { sequence->schema, sequence->name,
            or_empty(sequence->current), or_empty(sequence->increment), or_empty(sequence->least),
            or_empty(sequence->greatest), or_empty(sequence->is_cycling) };

        sql_arrays_add(&arrays, texts, NULL);
    }
    return save(
        target, claim, &arrays, "could not record the source's sequences", sequences_sql, err);
}

static bool
save_views(struct target *target, const struct mirror_claim *claim,
    const struct source_extras *extras, struct error *err)
{
    enum { TEXTS = 3 };
    struct sql_arrays arrays;

    sql_arrays_init(&arrays, TEXTS, 0);
    for (size_t i = 0; i < extras->view_count; i++) {
        const struct source_view *view = &extras->views[i];
        const char *const texts[TEXTS] = { view->schema, view->name, or_empty(view->definition) };

        sql_arrays_add(&arrays, texts, NULL);
    }
    return save(target, claim, &arrays, "could not record the source's views", views_sql, err);
}

bool
extras_save(struct target *target, const struct mirror_claim *claim,
    const struct source_extras *extras, struct error *err)
{
    return (!extras->are_sequences_read || save_sequences(target, claim, extras, err)) &&
           (!extras->are_views_read || save_views(target, claim, extras, err));
}
