#include "target/object.h"

#include "base/text.h"
#include "target/target_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_words[] = { "table", "not null", "check", "index", "comment" };
static const char *const state_words[] = { "as declared", "weaker", "left out", "somebody's" };

_Static_assert(sizeof kind_words / sizeof kind_words[0] == OBJECT_KIND_COUNT, "a word missing");
_Static_assert(sizeof state_words / sizeof state_words[0] == OBJECT_STATE_COUNT, "a word missing");

const char *
object_kind_word(enum object_kind kind)
{
    return kind_words[kind];
}

const char *
object_state_word(enum object_state state)
{
    return state_words[state];
}

static size_t
find_word(const char *const *words, size_t count, const char *word)
{
    size_t i = 0;

    while (i < count && strcmp(words[i], word) != 0)
        i++;
    return i;
}

// ---- reading -----------------------------------------------------------------------------------

// An index is the one that was made while its definition is, whatever it is called by now; REINDEX
// CONCURRENTLY puts another one under its name.
static const char *const read_sql =
    "SELECT o.kind, o.source_name, COALESCE(x.name, o.name), o.declared, o.state, o.reason,"
    " o.definition, COALESCE(x.oid, o.object_oid)::bigint, o.is_due,"
    " CASE o.kind WHEN 'index' THEN x.oid IS NOT NULL"
    "  WHEN 'not null' THEN EXISTS (SELECT FROM pg_catalog.pg_attribute a"
    "   WHERE a.attrelid = t.oid AND a.attname = o.name AND a.attnotnull)"
    "  WHEN 'check' THEN EXISTS (SELECT FROM pg_catalog.pg_constraint k"
    "   WHERE k.conrelid = t.oid AND k.conname = o.name)"
    "  ELSE true END"
    " FROM oe2pg.object o"
    " LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = $4"
    " LEFT JOIN pg_catalog.pg_class t ON t.relnamespace = n.oid AND t.relname = $5"
    " LEFT JOIN LATERAL (SELECT c.oid, c.relname AS name"
    "  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
    "  WHERE o.kind = 'index' AND i.indrelid = t.oid AND i.indisvalid"
    "   AND (c.oid = o.object_oid OR c.relname = o.name)"
    "   AND (o.definition IS NULL OR o.definition = " INDEX_DEFINITION ")"
    "  ORDER BY c.oid = o.object_oid DESC LIMIT 1) x ON true"
    " WHERE o.mirror_id = $1 AND o.source_schema = $2 AND o.source_table = $3"
    " ORDER BY o.kind, o.source_name";

enum {
    FIELD_KIND,
    FIELD_SOURCE_NAME,
    FIELD_NAME,
    FIELD_DECLARED,
    FIELD_STATE,
    FIELD_REASON,
    FIELD_DEFINITION,
    FIELD_OID,
    FIELD_IS_DUE,
    FIELD_IS_THERE,
};

static const char *
text_or_null(struct arena *arena, const PGresult *rows, int row, int field)
{
    return PQgetisnull(rows, row, field) ? NULL
                                         : arena_strdup(arena, result_text(rows, row, field));
}

static struct mirror_object
take_object(struct arena *arena, const PGresult *rows, int row)
{
    size_t kind = find_word(kind_words, OBJECT_KIND_COUNT, result_text(rows, row, FIELD_KIND));
    size_t state = find_word(state_words, OBJECT_STATE_COUNT, result_text(rows, row, FIELD_STATE));

    return (struct mirror_object){
        .kind = (enum object_kind)kind,
        .source_name = arena_strdup(arena, result_text(rows, row, FIELD_SOURCE_NAME)),
        .name = arena_strdup(arena, result_text(rows, row, FIELD_NAME)),
        .declared = arena_strdup(arena, result_text(rows, row, FIELD_DECLARED)),
        .state = state < OBJECT_STATE_COUNT ? (enum object_state)state : OBJECT_LEFT_OUT,
        .reason = text_or_null(arena, rows, row, FIELD_REASON),
        .definition = text_or_null(arena, rows, row, FIELD_DEFINITION),
        .oid = (uint32_t)result_integer(rows, row, FIELD_OID),
        .is_due = result_text(rows, row, FIELD_IS_DUE)[0] == 't',
        .is_there = result_text(rows, row, FIELD_IS_THERE)[0] == 't',
    };
}

static void
name_table(
    struct sql_parameters *parameters, const struct mirror_claim *claim, const struct table *table)
{
    parameters->count = 0;
    parameter_integer(parameters, claim->mirror_id);
    parameter_text(parameters, table->schema);
    parameter_text(parameters, table->name);
}

bool
object_read(struct target *target, struct arena *arena, const struct mirror_claim *claim,
    const char *schema, const struct table *table, struct object_list *objects, struct error *err)
{
    struct sql_parameters parameters;
    PGresult *rows = NULL;

    name_table(&parameters, claim, table);
    parameter_text(&parameters, schema);
    parameter_text(&parameters, table->target_name);
    if (!target_execute_often(
            target, "could not read which objects were made", read_sql, &parameters, &rows, err))
        return false;
    objects->count = 0;
    objects->list = arena_calloc(arena, (size_t)PQntuples(rows), sizeof *objects->list);
    for (int row = 0; row < PQntuples(rows); row++) {
        struct mirror_object object = take_object(arena, rows, row);

        if (object.kind < OBJECT_KIND_COUNT)
            objects->list[objects->count++] = object;
    }
    PQclear(rows);
    return true;
}

// ---- writing -----------------------------------------------------------------------------------

bool
object_save(struct target *target, const struct mirror_claim *claim, const struct table *table,
    const struct mirror_object *object, struct error *err)
{
    struct sql_parameters parameters;

    name_table(&parameters, claim, table);
    parameter_text(&parameters, object_kind_word(object->kind));
    parameter_text(&parameters, object->source_name);
    parameter_text(&parameters, object->name);
    parameter_text(&parameters, object->declared);
    parameter_text(&parameters, object_state_word(object->state));
    parameter_text(&parameters, object->reason);
    parameter_integer(&parameters, object->oid);
    parameter_text(&parameters, object->definition);
    parameter_boolean(&parameters, object->is_due);
    parameter_integer(&parameters, claim->run_id);
    return target_execute_often(target, "could not record an object",
        "INSERT INTO oe2pg.object (mirror_id, source_schema, source_table, kind, source_name, name,"
        " declared, state, reason, object_oid, definition, is_due, run_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULLIF($10::oid, 0), $11, $12, $13)"
        " ON CONFLICT (mirror_id, source_schema, source_table, kind, source_name) DO UPDATE"
        " SET name = excluded.name, declared = excluded.declared, state = excluded.state,"
        "  reason = excluded.reason, object_oid = excluded.object_oid,"
        "  definition = excluded.definition, is_due = excluded.is_due, run_id = excluded.run_id,"
        "  since = excluded.since",
        &parameters, NULL, err);
}

bool
object_forget(struct target *target, const struct mirror_claim *claim, const struct table *table,
    const struct mirror_object *object, struct error *err)
{
    struct sql_parameters parameters;

    name_table(&parameters, claim, table);
    parameter_text(&parameters, object_kind_word(object->kind));
    parameter_text(&parameters, object->source_name);
    return target_execute(target, "could not forget an object",
        "DELETE FROM oe2pg.object WHERE mirror_id = $1 AND source_schema = $2 AND source_table = $3"
        " AND kind = $4 AND source_name = $5",
        &parameters, NULL, err);
}

bool
object_forget_all(struct target *target, const struct mirror_claim *claim,
    const struct table *table, struct error *err)
{
    struct sql_parameters parameters;

    name_table(&parameters, claim, table);
    return target_execute_often(target, "could not forget the table's objects",
        "DELETE FROM oe2pg.object WHERE mirror_id = $1 AND source_schema = $2 AND source_table = "
        "$3",
        &parameters, NULL, err);
}

bool
object_mark_due(struct target *target, const struct mirror_claim *claim, const struct table *table,
    struct error *err)
{
    struct sql_parameters parameters;

    name_table(&parameters, claim, table);
    return target_execute_often(target, "could not mark the table's objects",
        "UPDATE oe2pg.object SET is_due = true WHERE mirror_id = $1 AND source_schema = $2"
        " AND source_table = $3 AND state IN ('weaker', 'left out') AND NOT is_due",
        &parameters, NULL, err);
}

// ---- who refused a row -------------------------------------------------------------------------

static bool
has_column(const struct mirror_object *object, const char *quoted)
{
    return strncmp(object->declared, "PRIMARY KEY", strlen("PRIMARY KEY")) == 0 &&
           strstr(object->declared, quoted) != NULL;
}

// A primary key holds its columns' NOT NULL: it goes before them. An index row of more than a page
// is refused without the index's name: then each of them may be it.
static bool
is_refusing(const struct mirror_object *object, const struct refused_by *refused,
    const char *quoted, bool is_null)
{
    if (!object->is_there ||
        (object->state != OBJECT_AS_DECLARED && object->state != OBJECT_WEAKER))
        return false;
    if (is_null)
        return object->kind == OBJECT_INDEX
                   ? object->state == OBJECT_AS_DECLARED && has_column(object, quoted)
                   : object->kind == OBJECT_NOT_NULL && strcmp(object->name, refused->column) == 0;
    if (object->kind != OBJECT_INDEX && object->kind != OBJECT_CHECK)
        return false;
    return strcmp(object->name, refused->constraint) == 0 ||
           (object->kind == OBJECT_INDEX && refused->constraint[0] == '\0' &&
               strcmp(refused->sqlstate, "54000") == 0);
}

bool
object_find_refusing(struct target *target, struct arena *arena, const struct mirror_claim *claim,
    const char *schema, const struct table *table, const struct mirror_object **object,
    struct error *err)
{
    const struct refused_by refused = target->refused;
    bool is_null = strcmp(refused.sqlstate, "23502") == 0;
    const char *quoted = text_sql_name(arena, refused.column, '"');
    struct object_list objects;

    *object = NULL;
    if (!object_read(target, arena, claim, schema, table, &objects, err))
        return false;
    // "index" is read before "not null".
    for (size_t i = 0; i < objects.count && *object == NULL; i++) {
        if (is_refusing(&objects.list[i], &refused, quoted, is_null))
            *object = &objects.list[i];
    }
    return true;
}

// ---- of all tables -----------------------------------------------------------------------------

static const char *const summary_sql =
    "SELECT o.source_schema, o.source_table,"
    " pg_catalog.max(o.declared) FILTER (WHERE o.kind = 'table'),"
    " pg_catalog.bool_or(o.is_due OR o.kind = 'check'"
    "  OR (o.object_oid IS NOT NULL AND c.oid IS NULL)"
    "  OR (o.kind = 'not null' AND o.state = 'as declared' AND NOT COALESCE(a.attnotnull, false)))"
    " FROM oe2pg.object o JOIN oe2pg.mirror m ON m.id = o.mirror_id"
    " LEFT JOIN oe2pg.tracking k ON (k.mirror_id, k.source_schema, k.source_table)"
    "  = (o.mirror_id, o.source_schema, o.source_table)"
    " LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = m.target_schema"
    " LEFT JOIN pg_catalog.pg_class t ON t.relnamespace = n.oid AND t.relname = k.target_table"
    " LEFT JOIN pg_catalog.pg_class c ON c.oid = o.object_oid"
    " LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attname = o.name"
    "  AND o.kind = 'not null'"
    " WHERE m.target_schema = $1 GROUP BY 1, 2 ORDER BY o.source_table COLLATE pg_catalog.\"C\","
    " o.source_schema COLLATE pg_catalog.\"C\"";

enum { SUMMARY_SCHEMA, SUMMARY_TABLE, SUMMARY_FINGERPRINT, SUMMARY_IS_DUE };

bool
object_summarise(struct target *target, struct arena *arena, const char *schema,
    struct object_summaries *summaries, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;
    bool exists;

    *summaries = (struct object_summaries){ 0 };
    if (!target_has_relation(target, "oe2pg.object", &exists, err))
        return false;
    if (!exists)
        return true;
    parameter_text(&parameters, schema);
    if (!target_execute(
            target, "could not read which objects were made", summary_sql, &parameters, &rows, err))
        return false;
    summaries->count = (size_t)PQntuples(rows);
    summaries->list = arena_calloc(arena, summaries->count, sizeof *summaries->list);
    for (int row = 0; row < PQntuples(rows); row++)
        summaries->list[row] = (struct object_summary){
            .source_schema = arena_strdup(arena, result_text(rows, row, SUMMARY_SCHEMA)),
            .source_table = arena_strdup(arena, result_text(rows, row, SUMMARY_TABLE)),
            .fingerprint = strtoull(result_text(rows, row, SUMMARY_FINGERPRINT), NULL, 16),
            .is_due = result_text(rows, row, SUMMARY_IS_DUE)[0] == 't',
        };
    PQclear(rows);
    return true;
}
