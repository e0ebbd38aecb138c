#include "target/column_ways.h"

#include "target/target_internal.h"

#include <string.h>

static struct column *
find_column(const struct catalog *catalog, const char *schema, const char *table, const char *name)
{
    for (size_t i = 0; i < catalog->table_count; i++) {
        const struct table *one = catalog->tables[i];

        if (strcmp(one->name, table) != 0 || strcmp(one->schema, schema) != 0)
            continue;
        for (size_t k = 0; k < one->column_count; k++) {
            if (strcmp(one->columns[k].name, name) == 0)
                return &one->columns[k];
        }
    }
    return NULL;
}

// ---- reading -----------------------------------------------------------------------------------

enum field {
    FIELD_SCHEMA,
    FIELD_TABLE,
    FIELD_COLUMN,
    FIELD_WAY,
    FIELD_REASON,
    FIELD_TYPE,
    FIELD_WIDTH,
    FIELD_LONGEST,
    FIELD_IS_EXACT,
    FIELD_ROWS,
    FIELD_SLICE_WIDTH,
    FIELD_SLICE_COUNT,
    FIELD_BEGINS_LEFT,
    FIELD_VERSION,
    FIELD_COUNTS_BYTES,
};
// The last one is not in tables of before, which plan and check read as well.
#define FIELDS                                                                                     \
    "c.source_schema, c.source_table, c.column_name, c.way, c.reason, c.declared_type,"            \
    " c.declared_width, COALESCE(c.longest, 0), c.longest_is_exact,"                               \
    " COALESCE(c.rows_concerned, -1), COALESCE(c.slice_width, 0), COALESCE(c.slice_count, 0),"     \
    " c.begins_left, c.server_version,"                                                            \
    " COALESCE((pg_catalog.to_jsonb(c) ->> 'counts_bytes')::boolean, false)"

static size_t
size_of(const PGresult *rows, int row, enum field field)
{
    int64_t number = result_integer(rows, row, (int)field);

    return number > 0 ? (size_t)number : 0;
}

// Slices that say nothing about their size cannot be asked for.
static bool
is_usable(const struct column_way *way)
{
    switch (way->kind) {
    case WAY_SLICES:
        return way->slice_width > 0 && way->slice_count > 0 &&
               way->slice_count <= COLUMN_WAY_SLICES_MAX;
    case WAY_ELEMENTS:
        return way->slice_count > 0 && way->slice_count <= COLUMN_WAY_SLICES_MAX;
    case WAY_ROWS:
    case WAY_CAST:
    case WAY_CUT:
    case WAY_SHORT:
    case WAY_LEFT_OUT:
        break;
    }
    return true;
}

static bool
is_of(const struct column *column, const PGresult *rows, int row)
{
    return column != NULL && column->width == size_of(rows, row, FIELD_WIDTH) &&
           strcmp(column->type_name, result_text(rows, row, FIELD_TYPE)) == 0;
}

static void
tell_column(struct arena *arena, struct column *column, const PGresult *rows, int row)
{
    struct column_way *way = arena_calloc(arena, 1, sizeof *way);

    if (!column_way_find(result_text(rows, row, FIELD_WAY), &way->kind))
        return;
    way->reason = arena_strdup(arena, result_text(rows, row, FIELD_REASON));
    way->declared_width = column->width;
    way->longest = size_of(rows, row, FIELD_LONGEST);
    way->is_longest_exact = result_text(rows, row, FIELD_IS_EXACT)[0] == 't';
    way->rows = result_integer(rows, row, FIELD_ROWS);
    way->slice_width = size_of(rows, row, FIELD_SLICE_WIDTH);
    way->slice_count = size_of(rows, row, FIELD_SLICE_COUNT);
    way->begins_left = result_text(rows, row, FIELD_BEGINS_LEFT)[0] == 't';
    way->counts_bytes = result_text(rows, row, FIELD_COUNTS_BYTES)[0] == 't';
    if (is_usable(way))
        column->way = way;
}

bool
column_ways_read(struct target *target, struct arena *arena, const char *schema,
    const struct source_identity *source, struct catalog *catalog, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;
    bool exists;

    if (!target_has_relation(target, "oe2pg.column_way", &exists, err))
        return false;
    if (!exists)
        return true;
    parameter_text(&parameters, schema);
    parameter_text(&parameters, source->version);
    if (!target_execute(target, "could not read how columns are read",
            "SELECT " FIELDS " FROM oe2pg.column_way c JOIN oe2pg.mirror m ON m.id = c.mirror_id"
            " WHERE m.target_schema = $1 AND c.server_version = $2",
            &parameters, &rows, err))
        return false;
    for (int row = 0; row < PQntuples(rows); row++) {
        struct column *column = find_column(catalog, result_text(rows, row, FIELD_SCHEMA),
            result_text(rows, row, FIELD_TABLE), result_text(rows, row, FIELD_COLUMN));

        if (is_of(column, rows, row))
            tell_column(arena, column, rows, row);
    }
    PQclear(rows);
    return true;
}

// ---- forgetting --------------------------------------------------------------------------------

static bool
delete_way(struct target *target, const struct mirror_claim *claim, const char *schema,
    const char *table, const char *column, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    parameter_integer(&parameters, claim->mirror_id);
    parameter_text(&parameters, schema);
    parameter_text(&parameters, table);
    parameter_text(&parameters, column);
    return target_execute(target, "could not forget how a column was read",
        "DELETE FROM oe2pg.column_way WHERE mirror_id = $1 AND source_schema = $2"
        " AND source_table = $3 AND column_name = $4",
        &parameters, NULL, err);
}

// A table that the source does not show now may only be out of sight.
static bool
forget_rows(struct target *target, const struct mirror_claim *claim, const struct catalog *catalog,
    const PGresult *rows, struct error *err)
{
    for (int row = 0; row < PQntuples(rows); row++) {
        const char *schema = result_text(rows, row, FIELD_SCHEMA);
        const char *table = result_text(rows, row, FIELD_TABLE);
        const char *name = result_text(rows, row, FIELD_COLUMN);
        const struct column *column = find_column(catalog, schema, table, name);

        if (column != NULL && column->way == NULL &&
            !delete_way(target, claim, schema, table, name, err))
            return false;
    }
    return true;
}

static bool
has_stale(const struct catalog *catalog, const PGresult *rows)
{
    for (int row = 0; row < PQntuples(rows); row++) {
        const struct column *column = find_column(catalog, result_text(rows, row, FIELD_SCHEMA),
            result_text(rows, row, FIELD_TABLE), result_text(rows, row, FIELD_COLUMN));

        if (column != NULL && column->way == NULL)
            return true;
    }
    return false;
}

bool
column_ways_forget_stale(struct target *target, const struct mirror_claim *claim,
    const struct catalog *catalog, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;
    bool done;

    parameter_integer(&parameters, claim->mirror_id);
    if (!target_execute(target, "could not read how columns are read",
            "SELECT " FIELDS " FROM oe2pg.column_way c WHERE c.mirror_id = $1", &parameters, &rows,
            err))
        return false;
    done = !has_stale(catalog, rows) ||
           (target_begin(target, err) && forget_rows(target, claim, catalog, rows, err) &&
               target_commit(target, err));
    PQclear(rows);
    if (!done)
        target_rollback(target);
    return done;
}

// ---- recording ---------------------------------------------------------------------------------

static bool
insert_way(struct target *target, const struct mirror_claim *claim,
    const struct source_identity *source, const struct table *table, const struct column *column,
    struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    const struct column_way *way = column->way;

    parameter_integer(&parameters, claim->mirror_id);
    parameter_text(&parameters, table->schema);
    parameter_text(&parameters, table->name);
    parameter_text(&parameters, column_at_source(column)->name);
    parameter_text(&parameters, column_way_word(way->kind));
    parameter_text(&parameters, way->reason);
    parameter_text(&parameters, column_at_source(column)->type_name);
    parameter_integer(&parameters, (int64_t)way->declared_width);
    parameter_integer(&parameters, (int64_t)way->longest);
    parameter_boolean(&parameters, way->is_longest_exact);
    parameter_integer(&parameters, way->rows);
    parameter_integer(&parameters, (int64_t)way->slice_width);
    parameter_integer(&parameters, (int64_t)way->slice_count);
    parameter_boolean(&parameters, way->begins_left);
    parameter_text(&parameters, source->version);
    parameter_integer(&parameters, claim->run_id);
    parameter_boolean(&parameters, way->counts_bytes);
    return target_execute(target, "could not record how a column is read",
        "INSERT INTO oe2pg.column_way (mirror_id, source_schema, source_table, column_name, way,"
        " reason, declared_type, declared_width, longest, longest_is_exact, rows_concerned,"
        " slice_width, slice_count, begins_left, server_version, run_id, counts_bytes)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULLIF($9::bigint, 0), $10,"
        "  NULLIF($11::bigint, -1), NULLIF($12::bigint, 0), NULLIF($13::bigint, 0), $14, $15, $16, "
        "$17)"
        " ON CONFLICT (mirror_id, source_schema, source_table, column_name) DO UPDATE"
        " SET way = excluded.way, reason = excluded.reason,"
        "  declared_type = excluded.declared_type, declared_width = excluded.declared_width,"
        "  longest = excluded.longest, longest_is_exact = excluded.longest_is_exact,"
        "  rows_concerned = excluded.rows_concerned, slice_width = excluded.slice_width,"
        "  slice_count = excluded.slice_count, begins_left = excluded.begins_left,"
        "  server_version = excluded.server_version, run_id = excluded.run_id,"
        "  since = excluded.since, probed_at = excluded.probed_at,"
        "  counts_bytes = excluded.counts_bytes",
        &parameters, NULL, err);
}

bool
column_way_save(struct target *target, const struct mirror_claim *claim,
    const struct source_identity *source, const struct table *table, size_t column,
    struct error *err)
{
    const struct column *saved = &table->columns[column];
    struct sql_parameters parameters = { .count = 0 };

    if (!(saved->way != NULL ? insert_way(target, claim, source, table, saved, err)
                             : delete_way(target, claim, table->schema, table->name,
                                   column_at_source(saved)->name, err)))
        return false;
    parameter_integer(&parameters, claim->mirror_id);
    parameter_text(&parameters, table->schema);
    parameter_text(&parameters, table->name);
    return target_execute(target, "could not forget how far a load came",
        "DELETE FROM oe2pg.piece WHERE mirror_id = $1 AND source_schema = $2"
        " AND source_table = $3",
        &parameters, NULL, err);
}

bool
column_way_save_sight(struct target *target, const struct mirror_claim *claim,
    const struct table *table, size_t column, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    const struct column_way *way = table->columns[column].way;

    parameter_integer(&parameters, claim->mirror_id);
    parameter_text(&parameters, table->schema);
    parameter_text(&parameters, table->name);
    parameter_text(&parameters, table->columns[column].name);
    parameter_integer(&parameters, (int64_t)way->longest);
    parameter_boolean(&parameters, way->is_longest_exact);
    parameter_integer(&parameters, way->rows);
    return target_execute(target, "could not record what was seen of a column",
        "UPDATE oe2pg.column_way SET longest = NULLIF($5::bigint, 0), longest_is_exact = $6,"
        " rows_concerned = NULLIF($7::bigint, -1) WHERE mirror_id = $1 AND source_schema = $2"
        " AND source_table = $3 AND column_name = $4",
        &parameters, NULL, err);
}

bool
column_ways_save_probe(struct target *target, const struct mirror_claim *claim,
    const struct table *table, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    parameter_integer(&parameters, claim->mirror_id);
    parameter_text(&parameters, table->schema);
    parameter_text(&parameters, table->name);
    parameter_text(&parameters, column_way_word(WAY_LEFT_OUT));
    parameter_text(&parameters, column_way_word(WAY_SHORT));
    return target_execute(target, "could not record when a column was asked for",
        "UPDATE oe2pg.column_way SET probed_at = pg_catalog.now() WHERE mirror_id = $1"
        " AND source_schema = $2 AND source_table = $3 AND way IN ($4, $5)",
        &parameters, NULL, err);
}
