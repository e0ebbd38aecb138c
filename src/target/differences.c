#include "target/differences.h"

#include "target/compare_internal.h"

#include <stdlib.h>

enum {
    FIELD_KIND, // fixed columns of the list before the key's
    FIELD_DIGEST,
    FIELD_PLACE,
    FIELD_FIRST_KEY,
    KEY_BYTES_MAX = 1024 * 1024, // of all keys in a list
};

// A key is the same on both sides, or there on one.
static void
append_key(struct buffer *sql, const struct table *table, size_t i)
{
    const char *name = table->columns[table->key->columns[i]].target_name;

    buffer_append_text(sql, "COALESCE(m.");
    sql_append_name(sql, name);
    buffer_append_text(sql, "::text, c.");
    sql_append_name(sql, name);
    buffer_append_text(sql, "::text)");
}

// Of the keys listed up to each row.
static void
append_key_bytes(struct buffer *sql, const struct table *table)
{
    buffer_append_text(sql, "pg_catalog.sum(0");
    for (size_t i = 0; table->key != NULL && i < table->key->column_count; i++) {
        buffer_append_text(sql, " + COALESCE(pg_catalog.octet_length(");
        append_key(sql, table, i);
        buffer_append_text(sql, "), 0)");
    }
    buffer_append_text(sql, ") OVER (ORDER BY d.kind, d.place, d.fresh ROWS UNBOUNDED PRECEDING)");
}

static void
build_list(struct comparison *comparison, size_t limit)
{
    const struct table *table = comparison->table;
    struct buffer *sql = sql_start(comparison->target);

    buffer_append_text(sql, "SELECT kind, digest, COALESCE(place::text, '')");
    for (size_t i = 0; table->key != NULL && i < table->key->column_count; i++)
        buffer_printf(sql, ", k%zu", i);
    buffer_append_text(sql, " FROM (SELECT d.*");
    for (size_t i = 0; table->key != NULL && i < table->key->column_count; i++) {
        buffer_append_text(sql, ", ");
        append_key(sql, table, i);
        buffer_printf(sql, " AS k%zu", i);
    }
    buffer_append_text(sql, ", ");
    append_key_bytes(sql, table);
    buffer_printf(sql,
        " AS key_bytes FROM (SELECT *, CASE WHEN place IS NULL THEN 1 WHEN fresh IS NULL THEN 2"
        " ELSE 0 END AS kind FROM pg_temp." CHANGE
        " ORDER BY kind, place, fresh LIMIT %zu) d LEFT JOIN ONLY ",
        limit);
    sql_append_qualified(sql, comparison->schema, table->target_name);
    buffer_printf(sql,
        " m ON m.ctid = d.place LEFT JOIN pg_temp." CANDIDATE
        " c ON c.ctid = d.fresh) l WHERE key_bytes <= %d ORDER BY kind, place, fresh",
        KEY_BYTES_MAX);
}

static struct cell
copy_cell(struct arena *arena, const PGresult *rows, int row, int column)
{
    struct cell cell = { .bytes = NULL };

    if (PQgetisnull(rows, row, column))
        return cell;
    cell.size = (size_t)PQgetlength(rows, row, column);
    cell.bytes = arena_strndup(arena, result_text(rows, row, column), cell.size);
    return cell;
}

static void
take_difference(const PGresult *rows, int row, size_t key_count, struct arena *arena,
    struct difference *difference)
{
    int64_t kind = result_integer(rows, row, FIELD_KIND);
    struct cell *key = key_count > 0 ? arena_calloc(arena, key_count, sizeof *key) : NULL;

    for (size_t i = 0; i < key_count; i++)
        key[i] = copy_cell(arena, rows, row, FIELD_FIRST_KEY + (int)i);
    *difference = (struct difference){
        .kind = kind == 0   ? DIFFERENCE_CHANGED
                : kind == 1 ? DIFFERENCE_MISSING
                            : DIFFERENCE_SURPLUS,
        .key = key,
        .mirror_digest = (uint64_t)result_integer(rows, row, FIELD_DIGEST),
        .place = arena_strdup(arena, result_text(rows, row, FIELD_PLACE)),
    };
}

bool
differences_list(struct comparison *comparison, struct arena *arena, size_t limit,
    struct difference **differences, size_t *count, struct error *err)
{
    const struct table *table = comparison->table;
    size_t key_count = table->key != NULL ? table->key->column_count : 0;
    PGresult *rows = NULL;

    *count = 0;
    if (!comparison->has_change)
        return true;
    build_list(comparison, limit);
    if (!compare_run(comparison, "could not list the differences", &rows, err))
        return false;
    *count = (size_t)PQntuples(rows);
    *differences = arena_calloc(arena, *count, sizeof **differences);
    for (size_t i = 0; i < *count; i++)
        take_difference(rows, (int)i, key_count, arena, &(*differences)[i]);
    PQclear(rows);
    return true;
}

enum row_part { PART_DIGEST, PART_SIZE, PART_START, PARTS };

static void
append_part(struct comparison *comparison, enum row_part part, size_t i, size_t start_chars)
{
    static const char *const functions[] = { "", "pg_catalog.octet_length(", "pg_catalog.left(" };
    const struct table *table = comparison->table;
    struct buffer *sql = &comparison->target->sql;
    uint16_t position = (uint16_t)i;
    const struct key alone = { .columns = &position, .column_count = 1 };

    if (part == PART_DIGEST) {
        compare_append_digest(sql, &comparison->kind, table, &alone, "m");
        return;
    }
    buffer_printf(sql, "%sm.", functions[part]);
    sql_append_name(sql, table->columns[i].target_name);
    buffer_append_text(sql, "::text");
    if (part == PART_START)
        buffer_printf(sql, ", %zu", start_chars);
    buffer_append_byte(sql, ')');
}

// One row a column: a table may have more columns than a result can have twice over.
static void
build_row(struct comparison *comparison, const struct difference *difference, size_t start_chars)
{
    const struct table *table = comparison->table;
    struct buffer *sql = sql_start(comparison->target);

    buffer_append_text(sql, "SELECT ");
    for (enum row_part part = PART_DIGEST; part < PARTS; part++) {
        buffer_append_text(
            sql, part > 0 ? ", pg_catalog.unnest(ARRAY[" : "pg_catalog.unnest(ARRAY[");
        for (size_t i = 0; i < table->column_count; i++) {
            buffer_append_text(sql, i > 0 ? ", " : "");
            append_part(comparison, part, i, start_chars);
        }
        buffer_append_text(sql, "])");
    }
    buffer_append_text(sql, " FROM ONLY ");
    sql_append_qualified(sql, comparison->schema, table->target_name);
    buffer_append_text(sql, " m WHERE m.ctid = ");
    sql_append_literal(sql, difference->place);
    buffer_append_text(sql, "::tid");
}

bool
differences_read_row(struct comparison *comparison, struct arena *arena,
    const struct difference *difference, size_t start_chars, struct mirror_value **values,
    struct error *err)
{
    enum { FIELD_VALUE_DIGEST, FIELD_SIZE, FIELD_START };
    size_t count = comparison->table->column_count;
    PGresult *rows = NULL;

    *values = NULL;
    build_row(comparison, difference, start_chars);
    if (!compare_run(comparison, "could not read a row that differs", &rows, err))
        return false;
    if ((size_t)PQntuples(rows) == count)
        *values = arena_calloc(arena, count, sizeof **values);
    for (size_t i = 0; *values != NULL && i < count; i++)
        (*values)[i] = (struct mirror_value){
            .is_null = PQgetisnull(rows, (int)i, FIELD_START),
            .start = copy_cell(arena, rows, (int)i, FIELD_START),
            .size = (size_t)result_integer(rows, (int)i, FIELD_SIZE),
            .digest = (uint64_t)result_integer(rows, (int)i, FIELD_VALUE_DIGEST),
        };
    PQclear(rows);
    return true;
}

bool
verification_save(struct target *target, const struct mirror_claim *claim,
    const struct table *table, const struct verification *verification, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    parameter_integer(&parameters, claim->mirror_id);
    parameter_text(&parameters, table->schema);
    parameter_text(&parameters, table->name);
    parameter_integer(&parameters, claim->run_id);
    parameter_boolean(&parameters, verification->is_equal);
    parameter_integer(&parameters, verification->row_count);
    parameter_integer(&parameters, verification->missing);
    parameter_integer(&parameters, verification->changed);
    parameter_integer(&parameters, verification->surplus);
    parameter_integer(&parameters, verification->moving);
    parameter_integer(&parameters, verification->quarantined);
    parameter_integer(&parameters, verification->unrecorded);
    return target_execute(target, "could not keep the verification",
        "WITH stamp AS (UPDATE oe2pg.tracking SET verified_at = pg_catalog.now()"
        "  WHERE mirror_id = $1 AND source_schema = $2 AND source_table = $3 AND $5::boolean)"
        " INSERT INTO oe2pg.verification (mirror_id, source_schema, source_table, run_id, is_equal,"
        " rows, missing, changed, surplus, moving, quarantined, unrecorded)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
        " ON CONFLICT (mirror_id, source_schema, source_table) DO UPDATE SET"
        " run_id = excluded.run_id, verified_at = excluded.verified_at,"
        " is_equal = excluded.is_equal, rows = excluded.rows, missing = excluded.missing,"
        " changed = excluded.changed, surplus = excluded.surplus, moving = excluded.moving,"
        " quarantined = excluded.quarantined, unrecorded = excluded.unrecorded",
        &parameters, NULL, err);
}
