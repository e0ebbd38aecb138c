#include "target/quarantine.h"

#include "base/text.h"
#include "target/copy_stream.h"
#include "target/target_internal.h"

#include <string.h>

// Key values are shown as text; a byte that is no text there (the key itself may be what is bad)
// would make the INSERT fail, so such a key is left out and the digest names the row.
static bool
keys_are_text(const struct quarantine_entry *entry)
{
    const struct key *key = entry->table->key;

    for (size_t i = 0; i < key->column_count; i++) {
        const struct cell *value = &entry->key_values[i];

        if (value->bytes != NULL && text_utf8_valid_size(value->bytes, value->size) != value->size)
            return false;
    }
    return true;
}

static void
append_key(const struct quarantine_entry *entry, struct buffer *columns, struct buffer *values)
{
    const struct key *key = entry->table->key;
    const char *names[KEY_COLUMNS_MAX];

    for (size_t i = 0; i < key->column_count; i++)
        names[i] = entry->table->columns[key->columns[i]].name;
    sql_append_name_array(columns, names, key->column_count);
    sql_append_array(values, entry->key_values, key->column_count);
}

static void
append_row_id(const char *row_id, struct buffer *columns, struct buffer *values)
{
    const struct cell value = { .bytes = row_id, .size = strlen(row_id) };

    sql_append_name_array(columns, (const char *[]){ QUARANTINE_ROW_ID }, 1);
    sql_append_array(values, &value, 1);
}

// libpq builds a statement with its parameters in memory, and keeps that memory: a long value goes
// by COPY, which is sent in pieces, and the statement takes it from there.
#define LONG_VALUE "oe2pg_quarantined"
enum { PARAMETER_BYTES_MAX = 64 * 1024 };

static bool
send_long_value(struct target *target, const struct quarantine_entry *entry, struct error *err)
{
    struct column column = { .target_name = "value", .kind = VALUE_TEXT }; // its bytes as they are
    const struct table table = { .columns = &column, .column_count = 1 };
    const struct cell value = { .bytes = entry->bytes, .size = entry->size };
    struct copy_stream *copy = NULL;
    int64_t row_count;
    bool done;

    if (!target_script(target, "could not create a temporary table",
            "CREATE TEMPORARY TABLE IF NOT EXISTS " LONG_VALUE " (value bytea) ON COMMIT DROP;"
            " TRUNCATE pg_temp." LONG_VALUE,
            NULL, err) ||
        !copy_stream_open_texts(target, LONG_VALUE, &table, &copy, err))
        return false;
    done = copy_stream_send(copy, &value, err) && copy_stream_finish(copy, &row_count, err);
    copy_stream_close(copy);
    return done;
}

// An entry is found by its whole row, or, when that changed elsewhere, by its key: each has an
// index. Without statistics the table's own index would look as good as either. Parameters 1 to 8
// say which entry it is (name_entry).
#define SAME                                                                                       \
    "same AS MATERIALIZED (SELECT id FROM oe2pg.quarantine"                                        \
    "  WHERE row_digest = $8 AND resolved_at IS NULL"                                              \
    "  UNION ALL SELECT id FROM oe2pg.quarantine"                                                  \
    "  WHERE pg_catalog.hash_array_extended(key_values, 0) ="                                      \
    "   pg_catalog.hash_array_extended($4::text[], 0) AND resolved_at IS NULL)"
#define IS_THE_ENTRY(value)                                                                        \
    " WHERE id = ANY (ARRAY(SELECT id FROM same))"                                                 \
    "  AND mirror_id + 0 = $1 AND source_schema || '' = $2 AND source_table || '' = $3"            \
    "  AND key_values IS NOT DISTINCT FROM $4::text[]"                                             \
    "  AND column_name IS NOT DISTINCT FROM $5"                                                    \
    "  AND reason = $6 AND value IS NOT DISTINCT FROM " value
#define SAVE(value)                                                                                \
    "WITH " SAME ", known AS (UPDATE oe2pg.quarantine SET last_run_id = $12, detail = $9,"         \
    "  last_seen_at = pg_catalog.now()" IS_THE_ENTRY(                                              \
        value) "  RETURNING first_run_id),"                                                        \
               " fresh AS (INSERT INTO oe2pg.quarantine (mirror_id, source_schema, source_table,"  \
               "  key_columns, key_values, column_name, reason, detail, value, value_bytes, "      \
               "row_digest,"                                                                       \
               "  first_run_id, last_run_id)"                                                      \
               "  SELECT $1, $2, $3, $10, $4, $5, $6, $9, " value ", $11, $8, $12, $12"            \
               "  WHERE NOT EXISTS (SELECT FROM known) RETURNING id)"                              \
               " SELECT (SELECT pg_catalog.count(*) FROM fresh) +"                                 \
               "  (SELECT pg_catalog.count(*) FROM known WHERE first_run_id = $12)"
#define FIND(value)                                                                                \
    "WITH " SAME " SELECT id FROM oe2pg.quarantine" IS_THE_ENTRY(value) " ORDER BY id LIMIT 1"
#define SHORT_ONE "$7::bytea"
#define LONG_ONE "COALESCE($7::bytea, (SELECT l.value FROM pg_temp." LONG_VALUE " l))"

// What a statement needs of an entry, as text.
struct entry_texts {
    struct buffer key_columns;
    struct buffer key_values;
    struct buffer value; // in hex; empty: there is none, or it is long
    bool is_long;        // it is in the temporary table
};

static void
release_texts(struct entry_texts *texts)
{
    buffer_release(&texts->key_columns);
    buffer_release(&texts->key_values);
    buffer_release(&texts->value);
}

// Release in any case.
static bool
make_texts(struct entry_texts *texts, const struct quarantine_entry *entry, struct error *err)
{
    texts->is_long = entry->bytes != NULL && entry->size > PARAMETER_BYTES_MAX;
    buffer_init(&texts->key_columns, BUFFER_SQL_CAP);
    buffer_init(&texts->key_values, BUFFER_SQL_CAP);
    buffer_init(&texts->value, BUFFER_SQL_CAP);
    if (entry->row_id != NULL)
        append_row_id(entry->row_id, &texts->key_columns, &texts->key_values);
    else if (entry->key_values != NULL && entry->table->key != NULL && keys_are_text(entry))
        append_key(entry, &texts->key_columns, &texts->key_values);
    if (entry->bytes != NULL && !texts->is_long)
        sql_append_hex(&texts->value, entry->bytes, entry->size);
    if (texts->key_columns.failed || texts->key_values.failed || texts->value.failed)
        return error_set(err, ERROR_DATA, "a key is too long for the quarantine");
    return true;
}

static const char *
text_or_null(struct buffer *text)
{
    return text->size > 0 ? buffer_text(text) : NULL;
}

static void
name_entry(struct sql_parameters *parameters, const struct mirror_claim *claim,
    const struct quarantine_entry *entry, struct entry_texts *texts)
{
    parameter_integer(parameters, claim->mirror_id);
    parameter_text(parameters, entry->table->schema);
    parameter_text(parameters, entry->table->name);
    parameter_text(parameters, text_or_null(&texts->key_values));
    parameter_text(parameters, entry->column);
    parameter_text(parameters, entry->reason);
    parameter_text(parameters, text_or_null(&texts->value));
    parameter_integer(parameters, (int64_t)entry->row_digest);
}

static bool
save(struct target *target, const struct mirror_claim *claim, const struct quarantine_entry *entry,
    struct entry_texts *texts, bool *is_new, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *row = NULL;

    name_entry(&parameters, claim, entry, texts);
    parameter_text(&parameters, entry->detail);
    parameter_text(&parameters, text_or_null(&texts->key_columns));
    if (entry->bytes == NULL && entry->size == 0)
        parameter_text(&parameters, NULL); // nothing is known of it
    else
        parameter_integer(&parameters, (int64_t)entry->size);
    parameter_integer(&parameters, claim->run_id);
    if (!target_execute(target, "could not put a value into quarantine",
            texts->is_long ? SAVE(LONG_ONE) : SAVE(SHORT_ONE), &parameters, &row, err))
        return false;
    *is_new = result_integer(row, 0, 0) > 0;
    PQclear(row);
    return true;
}

bool
quarantine_save(struct target *target, const struct mirror_claim *claim,
    const struct quarantine_entry *entry, bool *is_new, struct error *err)
{
    struct entry_texts texts;
    bool done = make_texts(&texts, entry, err) &&
                (!texts.is_long || send_long_value(target, entry, err)) &&
                save(target, claim, entry, &texts, is_new, err);

    release_texts(&texts);
    return done;
}

static bool
find(struct target *target, const struct mirror_claim *claim, const struct quarantine_entry *entry,
    struct entry_texts *texts, int64_t *id, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;

    name_entry(&parameters, claim, entry, texts);
    if (!target_execute(target, "could not look for a value in quarantine",
            texts->is_long ? FIND(LONG_ONE) : FIND(SHORT_ONE), &parameters, &rows, err))
        return false;
    *id = PQntuples(rows) > 0 ? result_integer(rows, 0, 0) : 0;
    PQclear(rows);
    return true;
}

bool
quarantine_find(struct target *target, const struct mirror_claim *claim,
    const struct quarantine_entry *entry, int64_t *id, struct error *err)
{
    struct entry_texts texts;
    bool done = make_texts(&texts, entry, err) &&
                (!texts.is_long || send_long_value(target, entry, err)) &&
                find(target, claim, entry, &texts, id, err);

    release_texts(&texts);
    return done;
}

bool
quarantine_resolve_unmet(struct target *target, const struct mirror_claim *claim,
    const struct table *table, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    parameter_integer(&parameters, claim->mirror_id);
    parameter_text(&parameters, table->schema);
    parameter_text(&parameters, table->name);
    parameter_integer(&parameters, claim->run_id);
    return target_execute_often(target, "could not close quarantine entries",
        "UPDATE oe2pg.quarantine SET resolved_at = pg_catalog.now()"
        " WHERE mirror_id = $1 AND source_schema = $2 AND source_table = $3"
        " AND last_run_id <> $4 AND resolved_at IS NULL",
        &parameters, NULL, err);
}

bool
quarantine_count(struct target *target, const struct mirror_claim *claim, const struct table *table,
    int64_t *count, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *row = NULL;

    parameter_integer(&parameters, claim->mirror_id);
    parameter_text(&parameters, table->schema);
    parameter_text(&parameters, table->name);
    if (!target_execute(target, "could not read the quarantine",
            "SELECT COALESCE(pg_catalog.sum(COALESCE(value_count, 1)), 0)::bigint"
            " FROM oe2pg.quarantine WHERE mirror_id = $1"
            " AND source_schema = $2 AND source_table = $3 AND resolved_at IS NULL",
            &parameters, &row, err))
        return false;
    *count = result_integer(row, 0, 0);
    PQclear(row);
    return true;
}

void
quarantine_row_text(struct buffer *text, const struct table *table, const struct cell *row)
{
    buffer_append_byte(text, '{');
    for (size_t c = 0; c < table->column_count; c++) {
        if (c > 0)
            buffer_append_byte(text, ',');
        if (table->columns[c].kind != VALUE_BINARY || row[c].bytes == NULL) {
            sql_append_element(text, &row[c]);
            continue;
        }
        // In an array a backslash needs another before it.
        buffer_append_text(text, "\"\\");
        sql_append_hex(text, row[c].bytes, row[c].size);
        buffer_append_byte(text, '"');
    }
    buffer_append_byte(text, '}');
}

bool
quarantine_known_rows(struct target *target, struct arena *arena, int mirror_id,
    const struct table *table, uint64_t **digests, size_t *count, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;

    parameter_integer(&parameters, mirror_id);
    parameter_text(&parameters, table->schema);
    parameter_text(&parameters, table->name);
    if (!target_execute(target, "could not read the quarantine",
            "SELECT row_digest FROM oe2pg.quarantine WHERE mirror_id = $1 AND source_schema = $2"
            " AND source_table = $3 AND column_name IS NULL AND resolved_at IS NULL"
            " AND row_digest IS NOT NULL ORDER BY id LIMIT 100000",
            &parameters, &rows, err))
        return false;
    *count = (size_t)PQntuples(rows);
    *digests = arena_calloc(arena, *count, sizeof **digests);
    for (size_t i = 0; i < *count; i++)
        (*digests)[i] = (uint64_t)result_integer(rows, (int)i, 0);
    PQclear(rows);
    return true;
}

// The last parameter is the names of the key's columns.
static bool
execute_with_key(struct target *target, struct sql_parameters *parameters,
    const struct table *table, const char *sql, PGresult **rows, struct error *err)
{
    const char *names[KEY_COLUMNS_MAX];
    struct buffer array;
    bool done;

    for (size_t i = 0; i < table->key->column_count; i++)
        names[i] = table->columns[table->key->columns[i]].name;
    buffer_init(&array, BUFFER_SQL_CAP);
    sql_append_name_array(&array, names, table->key->column_count);
    parameter_text(parameters, buffer_text(&array));
    done = target_execute(target, "could not read the quarantine", sql, parameters, rows, err);
    buffer_release(&array);
    return done;
}

static void
take_values(struct arena *arena, const PGresult *rows, int row, size_t count, struct cell *values)
{
    for (size_t i = 0; i < count; i++) {
        const char *text = PQgetvalue(rows, row, (int)i);

        values[i].size = (size_t)PQgetlength(rows, row, (int)i);
        values[i].bytes = arena_strndup(arena, text, values[i].size);
    }
}

static size_t
keys_max(size_t column_count)
{
    size_t rows = QUARANTINE_VALUES_MAX / (column_count > 0 ? column_count : 1);

    return rows < QUARANTINE_KEYS_MAX ? rows : QUARANTINE_KEYS_MAX;
}

bool
quarantine_known_values(struct target *target, struct arena *arena, int mirror_id,
    const struct table *table, struct cell **values, size_t *row_count, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    size_t key_count = table->key->column_count;
    PGresult *rows = NULL;
    struct buffer sql;
    bool done;

    buffer_init(&sql, BUFFER_SQL_CAP);
    buffer_append_text(&sql, "SELECT DISTINCT ");
    for (size_t i = 0; i < key_count; i++)
        buffer_printf(&sql, "%skey_values[%zu]", i > 0 ? ", " : "", i + 1);
    buffer_printf(&sql,
        " FROM oe2pg.quarantine WHERE mirror_id = $1 AND source_schema = $2"
        " AND source_table = $3 AND reason IN ('too_wide', 'truncated', 'unreadable')"
        " AND key_columns = $4::text[] AND pg_catalog.array_position(key_values, NULL) IS NULL"
        " AND resolved_at IS NULL ORDER BY 1 LIMIT %zu",
        keys_max(key_count));
    parameter_integer(&parameters, mirror_id);
    parameter_text(&parameters, table->schema);
    parameter_text(&parameters, table->name);
    done = execute_with_key(target, &parameters, table, buffer_text(&sql), &rows, err);
    buffer_release(&sql);
    if (!done)
        return false;
    *row_count = (size_t)PQntuples(rows);
    *values = arena_calloc(arena, *row_count * key_count, sizeof **values);
    for (size_t r = 0; r < *row_count; r++)
        take_values(arena, rows, (int)r, key_count, *values + r * key_count);
    PQclear(rows);
    return true;
}

bool
quarantine_known_row_ids(struct target *target, struct arena *arena, int mirror_id,
    const struct table *table, const char ***ids, size_t *count, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;
    char sql[400];

    (void)text_print(sql, sizeof sql,
        "SELECT DISTINCT key_values[1] FROM oe2pg.quarantine WHERE mirror_id = $1"
        " AND source_schema = $2 AND source_table = $3"
        " AND reason IN ('too_wide', 'truncated', 'unreadable')"
        " AND key_columns = ARRAY['%s'] AND resolved_at IS NULL ORDER BY 1 LIMIT %d",
        QUARANTINE_ROW_ID, (int)QUARANTINE_ROW_IDS_MAX);
    parameter_integer(&parameters, mirror_id);
    parameter_text(&parameters, table->schema);
    parameter_text(&parameters, table->name);
    if (!target_execute(target, "could not read the quarantine", sql, &parameters, &rows, err))
        return false;
    *count = (size_t)PQntuples(rows);
    *ids = arena_calloc(arena, *count, sizeof **ids);
    for (size_t r = 0; r < *count; r++)
        (*ids)[r] = arena_strdup(arena, PQgetvalue(rows, (int)r, 0));
    PQclear(rows);
    return true;
}

bool
quarantine_touch_row(struct target *target, const struct mirror_claim *claim,
    const struct table *table, uint64_t digest, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    parameter_integer(&parameters, claim->mirror_id);
    parameter_text(&parameters, table->schema);
    parameter_text(&parameters, table->name);
    parameter_integer(&parameters, (int64_t)digest);
    parameter_integer(&parameters, claim->run_id);
    return target_execute(target, "could not mark a quarantined row as seen",
        "UPDATE oe2pg.quarantine SET last_run_id = $5, last_seen_at = pg_catalog.now()"
        " WHERE mirror_id + 0 = $1 AND source_schema || '' = $2 AND source_table || '' = $3"
        " AND row_digest = $4"
        " AND column_name IS NULL AND resolved_at IS NULL",
        &parameters, NULL, err);
}
