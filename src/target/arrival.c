#include "target/arrival.h"

#include "target/compare_internal.h"
#include "target/type.h"

#include <string.h>

// ---- what people made of the table -------------------------------------------------------------

// Triggers and rules count with all that they are: a function with another body may do otherwise.
// So does a domain, with what it checks: a definition is what decides what becomes of a value.
static const char *const shape_sql =
    "WITH t AS (SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
    "  ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2),"
    " g AS (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(g.tgname), ', ' ORDER BY g.tgname)"
    "   FILTER (WHERE g.tgenabled IN ('O', 'A')) AS names,"
    "  pg_catalog.string_agg(pg_catalog.concat(pg_catalog.pg_get_triggerdef(g.oid), g.tgenabled,"
    "   pg_catalog.pg_get_functiondef(g.tgfoid)), ';' ORDER BY g.tgname) AS bodies"
    "  FROM pg_catalog.pg_trigger g JOIN t ON g.tgrelid = t.oid WHERE NOT g.tgisinternal),"
    " r AS (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(r.rulename), ', '"
    "   ORDER BY r.rulename) FILTER (WHERE r.ev_enabled IN ('O', 'A')) AS names,"
    "  pg_catalog.string_agg(pg_catalog.concat(pg_catalog.pg_get_ruledef(r.oid), r.ev_enabled),"
    "   ';' ORDER BY r.rulename) AS bodies"
    "  FROM pg_catalog.pg_rewrite r JOIN t ON r.ev_class = t.oid WHERE r.ev_type <> '1')"
    " SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),"
    "  a.atttypid = 'pg_catalog.text'::pg_catalog.regtype AND a.attgenerated = ''"
    "   AND a.attidentity <> 'a', a.attgenerated <> '' OR a.attidentity = 'a',"
    "  pg_catalog.concat_ws(' ', pg_catalog.format_type(a.atttypid, a.atttypmod),"
    "   a.attgenerated, a.attidentity,"
    "   (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid) FROM pg_catalog.pg_attrdef d"
    "    WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.attgenerated <> ''),"
    "   (SELECT pg_catalog.concat_ws(' ', pg_catalog.format_type(y.typbasetype, y.typtypmod),"
    "     (SELECT pg_catalog.string_agg(pg_catalog.pg_get_constraintdef(k.oid), ' '"
    "      ORDER BY k.conname) FROM pg_catalog.pg_constraint k WHERE k.contypid = y.oid))"
    "    FROM pg_catalog.pg_type y WHERE y.oid = a.atttypid AND y.typtype = 'd'),"
    "   pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to("
    "    pg_catalog.concat(g.bodies, r.bodies), 'UTF8')), 'hex')),"
    "  g.names, r.names, a.atttypid::bigint, a.atttypmod"
    " FROM pg_catalog.pg_attribute a JOIN t ON a.attrelid = t.oid, g, r"
    " WHERE a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";

static const char *
copy_text(struct arena *arena, const PGresult *rows, int row, int column)
{
    return PQgetisnull(rows, row, column) ? NULL
                                          : arena_strdup(arena, result_text(rows, row, column));
}

bool
arrival_is_kept(const struct arrival_column *column, const struct table *table)
{
    struct mirror_type type;

    if (column->is_text || column->is_computed)
        return column->is_text;
    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *held = &table->columns[i];

        if (strcmp(held->target_name, column->name) == 0)
            return !mirror_type_is_text(&held->held) &&
                   target_type_hold(held, column->oid, column->modifier, &type) &&
                   target_type_is_same(&held->held, &type);
    }
    return false;
}

bool
arrival_read_shape(struct target *target, struct arena *arena, const char *schema,
    const struct table *table, struct arrival_shape *shape, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;

    parameter_text(&parameters, schema);
    parameter_text(&parameters, table->target_name);
    if (!target_execute_often(target, "could not read what the mirrored table is made of",
            shape_sql, &parameters, &rows, err))
        return false;
    *shape = (struct arrival_shape){ .column_count = (size_t)PQntuples(rows) };
    shape->columns = arena_calloc(arena, shape->column_count, sizeof *shape->columns);
    for (int i = 0; i < PQntuples(rows); i++) {
        shape->columns[i] = (struct arrival_column){
            .name = copy_text(arena, rows, i, 0),
            .type = copy_text(arena, rows, i, 1),
            .is_text = result_text(rows, i, 2)[0] == 't',
            .is_computed = result_text(rows, i, 3)[0] == 't',
            .definition = copy_text(arena, rows, i, 4),
            .oid = (uint32_t)result_integer(rows, i, 7),
            .modifier = (int32_t)result_integer(rows, i, 8),
        };
        shape->triggers = copy_text(arena, rows, i, 5);
        shape->rules = copy_text(arena, rows, i, 6);
    }
    PQclear(rows);
    shape->is_plain = shape->triggers == NULL && shape->rules == NULL;
    for (size_t i = 0; i < shape->column_count; i++)
        shape->is_plain = shape->is_plain && arrival_is_kept(&shape->columns[i], table);
    return true;
}

const struct arrival_column *
arrival_find(const struct arrival_shape *shape, const char *name)
{
    for (size_t i = 0; i < shape->column_count; i++) {
        if (strcmp(shape->columns[i].name, name) == 0)
            return &shape->columns[i];
    }
    return NULL;
}

bool
arrival_look(struct target *target, struct arena *arena, const char *schema,
    const struct table *table, bool *is_plain, struct error *err)
{
    struct arrival_shape shape;

    if (!arrival_read_shape(target, arena, schema, table, &shape, err))
        return false;
    *is_plain = shape.is_plain;
    return true;
}

bool
arrival_read_entries(struct target *target, struct arena *arena, int mirror_id,
    const struct table *table, struct arrival_entry **entries, size_t *count, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;

    parameter_integer(&parameters, mirror_id);
    parameter_text(&parameters, table->schema);
    parameter_text(&parameters, table->name);
    if (!target_execute(target, "could not read the quarantine",
            "SELECT column_name, detail, pg_catalog.convert_from(value, 'UTF8'),"
            " resolved_at IS NULL FROM oe2pg.quarantine WHERE mirror_id = $1"
            " AND source_schema = $2 AND source_table = $3 AND reason = '" ARRIVAL_REASON "'"
            " AND column_name IS NOT NULL ORDER BY id",
            &parameters, &rows, err))
        return false;
    *count = (size_t)PQntuples(rows);
    *entries = arena_calloc(arena, *count, sizeof **entries);
    for (size_t i = 0; i < *count; i++)
        (*entries)[i] = (struct arrival_entry){
            .column = copy_text(arena, rows, (int)i, 0),
            .why = copy_text(arena, rows, (int)i, 1),
            .definition = copy_text(arena, rows, (int)i, 2),
            .is_open = result_text(rows, (int)i, 3)[0] == 't',
        };
    PQclear(rows);
    return true;
}

// ---- before anything is written ----------------------------------------------------------------

static const struct arrival_column *
column_at(const struct comparison *comparison, size_t i)
{
    return arrival_find(&comparison->shape, comparison->table->columns[i].target_name);
}

// A cast that is written out cuts what is too long for its type, where to assign it would fail: the
// column is then found by check_type, and left out, rather than the row by its refusal.
void
compare_append_new_value(struct buffer *sql, const struct comparison *comparison, size_t i)
{
    const struct arrival_column *column = column_at(comparison, i);

    buffer_append_text(sql, "c.");
    sql_append_name(sql, comparison->table->columns[i].target_name);
    if (column != NULL && !column->is_text && !column->is_computed)
        buffer_printf(sql, "::%s", column->type);
}

void
compare_append_update(struct buffer *sql, const struct comparison *comparison)
{
    const struct table *table = comparison->table;

    buffer_append_text(sql, "UPDATE ONLY ");
    sql_append_qualified(sql, comparison->schema, table->target_name);
    buffer_append_text(sql, " m SET ");
    for (size_t i = 0; i < table->column_count; i++) {
        buffer_append_text(sql, i > 0 ? ", " : "");
        sql_append_name(sql, table->columns[i].target_name);
        buffer_append_text(sql, " = ");
        compare_append_new_value(sql, comparison, i);
    }
}

void
compare_append_insert(struct buffer *sql, const struct comparison *comparison)
{
    const struct table *table = comparison->table;

    buffer_append_text(sql, "INSERT INTO ");
    sql_append_qualified(sql, comparison->schema, table->target_name);
    for (size_t i = 0; i < table->column_count; i++) {
        buffer_append_text(sql, i > 0 ? ", " : " AS m (");
        sql_append_name(sql, table->columns[i].target_name);
    }
    for (size_t i = 0; i < table->column_count; i++) {
        buffer_append_text(sql, i > 0 ? ", " : ") SELECT ");
        compare_append_new_value(sql, comparison, i);
    }
}

static void
note(struct comparison *comparison, struct arrival_finding *finding, size_t i, const char *what)
{
    const struct arrival_column *column = column_at(comparison, i);

    finding->why[i] = arena_printf(finding->arena, "column \"%s\" of \"%s\".\"%s\" %s",
        column->name, comparison->schema, comparison->table->target_name, what);
    finding->definition[i] = column->definition;
    finding->count++;
}

static bool
run_script(struct comparison *comparison, const char *sql, struct error *err)
{
    return target_script(
        comparison->target, "could not look at a column of the mirrored table", sql, NULL, err);
}

// Whether all new values are the same after they were the column's type. One that is none of it at
// all (class 22) is not; one that a constraint of a domain refuses (23) is that row's affair.
static bool
check_type(struct comparison *comparison, size_t i, bool *is_held, struct error *err)
{
    const char *name = comparison->table->columns[i].target_name;
    struct buffer *sql;
    PGresult *row = NULL;

    *is_held = true;
    if (!run_script(comparison, "SAVEPOINT one_column", err))
        return false;
    sql = sql_start(comparison->target);
    buffer_append_text(sql, "SELECT pg_catalog.bool_and((");
    compare_append_new_value(sql, comparison, i);
    buffer_append_byte(sql, ')');
    target_type_append_cast(sql);
    buffer_append_text(sql, " IS NOT DISTINCT FROM c.");
    sql_append_name(sql, name);
    buffer_append_text(sql, " COLLATE pg_catalog.\"C\") FROM pg_temp." CHANGE
                            " x JOIN pg_temp." CANDIDATE " c ON c.ctid = x.fresh");
    if (compare_run(comparison, "could not look at a column of the mirrored table", &row, err)) {
        *is_held = result_text(row, 0, 0)[0] != 'f';
        PQclear(row);
        return run_script(comparison, "RELEASE SAVEPOINT one_column", err);
    }
    if (strncmp(err->sqlstate, "22", 2) != 0 && strncmp(err->sqlstate, "23", 2) != 0)
        return false;
    *is_held = strncmp(err->sqlstate, "23", 2) == 0;
    error_clear(err);
    return run_script(
        comparison, "ROLLBACK TO SAVEPOINT one_column; RELEASE SAVEPOINT one_column", err);
}

bool
compare_check_types(
    struct comparison *comparison, struct arrival_finding *finding, struct error *err)
{
    for (size_t i = 0; i < comparison->table->column_count; i++) {
        const struct arrival_column *column = column_at(comparison, i);
        bool is_held = true;

        if (column == NULL || arrival_is_kept(column, comparison->table))
            continue;
        if (column->is_computed) {
            note(comparison, finding, i, "is generated: nothing can be written to it");
            continue;
        }
        if (!check_type(comparison, i, &is_held, err))
            return false;
        if (!is_held)
            note(comparison, finding, i,
                arena_printf(finding->arena,
                    "is %s, in which the source's values are not kept as they are", column->type));
    }
    return true;
}

// ---- what was written --------------------------------------------------------------------------

// Of a table that is made of what was sent, with nothing that acts on it, PostgreSQL keeps what it
// is given; that is known under the lock, and costs no digest a row. Under rules there is no
// RETURNING.
static bool
is_kept_in_mind(const struct comparison *comparison)
{
    return !comparison->shape.is_plain && comparison->shape.rules == NULL;
}

void
compare_begin_writing(struct buffer *sql, const struct comparison *comparison)
{
    if (is_kept_in_mind(comparison))
        buffer_append_text(sql, "WITH w AS (");
}

void
compare_end_writing(struct buffer *sql, const struct comparison *comparison)
{
    if (!is_kept_in_mind(comparison))
        return;
    buffer_append_text(sql, " RETURNING m.ctid AS place, ");
    compare_append_digest(sql, &comparison->kind, comparison->table, NULL, "m");
    buffer_append_text(
        sql, " AS digest) INSERT INTO pg_temp." WRITTEN " SELECT place, digest FROM w");
}

bool
compare_make_written(struct comparison *comparison, struct error *err)
{
    return target_script(comparison->target, "could not create a temporary table",
        "DROP TABLE IF EXISTS pg_temp." WRITTEN "; CREATE TEMPORARY TABLE " WRITTEN
        " (place tid NOT NULL, digest bigint NOT NULL) ON COMMIT DROP",
        NULL, err);
}

// The rows that were to be written, as c.
static void
append_sent(struct buffer *sql, bool has_refused)
{
    buffer_append_text(
        sql, " FROM pg_temp." CHANGE " x JOIN pg_temp." CANDIDATE " c ON c.ctid = x.fresh");
    if (has_refused)
        buffer_append_text(
            sql, " WHERE NOT EXISTS (SELECT FROM pg_temp." REFUSED " r WHERE r.fresh = x.fresh)");
}

// The rows that were written, as m; a trigger that fired later may have made other ones of them.
static void
append_arrived(struct buffer *sql, const struct comparison *comparison)
{
    buffer_append_text(sql, " FROM pg_temp." WRITTEN " w JOIN ONLY ");
    sql_append_qualified(sql, comparison->schema, comparison->table->target_name);
    buffer_append_text(sql, " m ON m.ctid = w.place");
}

// A rule may do anything with what is written, and RETURNING does not tell: the whole table is
// looked at for rows like those that were sent.
static void
append_check_under_rules(struct buffer *sql, const struct comparison *comparison, bool has_refused)
{
    buffer_append_text(sql, "SELECT NOT EXISTS (SELECT ");
    compare_append_digest(sql, &comparison->kind, comparison->table, NULL, "c");
    append_sent(sql, has_refused);
    buffer_append_text(sql, " EXCEPT ALL SELECT ");
    compare_append_digest(sql, &comparison->kind, comparison->table, NULL, "m");
    buffer_append_text(sql, " FROM ONLY ");
    sql_append_qualified(sql, comparison->schema, comparison->table->target_name);
    buffer_append_text(sql, " m)");
}

// Sums of digests are equal when the rows are, in whatever order.
static void
append_check(struct buffer *sql, const struct comparison *comparison, bool has_refused)
{
    buffer_append_text(sql, "SELECT (SELECT ROW(pg_catalog.count(*), pg_catalog.sum(");
    compare_append_digest(sql, &comparison->kind, comparison->table, NULL, "c");
    buffer_append_text(sql, "))");
    append_sent(sql, has_refused);
    buffer_append_text(sql, ") IS NOT DISTINCT FROM (SELECT ROW(pg_catalog.count(*),"
                            " pg_catalog.sum(");
    if (comparison->shape.triggers == NULL) {
        buffer_append_text(sql, "w.digest)) FROM pg_temp." WRITTEN " w)");
        return;
    }
    compare_append_digest(sql, &comparison->kind, comparison->table, NULL, "m");
    buffer_append_text(sql, "))");
    append_arrived(sql, comparison);
    buffer_append_byte(sql, ')');
}

// One row of a sum a column, over the rows that are called `alias`.
static void
append_column_sums(struct buffer *sql, const struct comparison *comparison, const char *alias)
{
    for (size_t i = 0; i < comparison->table->column_count; i++) {
        uint16_t number = (uint16_t)i;
        const struct key only = { .columns = &number, .column_count = 1 };

        buffer_append_text(sql, i > 0 ? ", pg_catalog.sum(" : "SELECT pg_catalog.sum(");
        compare_append_digest(sql, &comparison->kind, comparison->table, &only, alias);
        buffer_append_byte(sql, ')');
    }
}

// Where all rows are in their places, a column whose sum is another one did not arrive.
static bool
find_columns(struct comparison *comparison, bool has_refused, struct arrival_finding *finding,
    struct error *err)
{
    struct buffer *sql = sql_start(comparison->target);
    PGresult *sums = NULL;

    append_column_sums(sql, comparison, "c");
    append_sent(sql, has_refused);
    buffer_append_text(sql, " UNION ALL ");
    append_column_sums(sql, comparison, "m");
    append_arrived(sql, comparison);
    if (!compare_run(comparison, "could not look for the column that did not arrive", &sums, err))
        return false;
    for (size_t i = 0; i < comparison->table->column_count; i++) {
        if (strcmp(result_text(sums, 0, (int)i), result_text(sums, 1, (int)i)) != 0)
            note(comparison, finding, i,
                comparison->shape.triggers != NULL
                    ? arena_printf(finding->arena, "is changed by a trigger of the table (%s)",
                          comparison->shape.triggers)
                    : "does not keep what is written to it");
    }
    PQclear(sums);
    return true;
}

// No single column is to blame, so none can be left out.
bool
compare_refuse_makers(const struct comparison *comparison, const char *what, struct error *err)
{
    const struct arrival_shape *shape = &comparison->shape;
    bool has_rules = shape->rules != NULL;

    error_set(err, ERROR_TABLE, "%s of \"%s\".\"%s\" (%s) %s", has_rules ? "a rule" : "a trigger",
        comparison->schema, comparison->table->target_name,
        has_rules                 ? shape->rules
        : shape->triggers != NULL ? shape->triggers
                                  : "unknown",
        what);
    return error_hint(err, has_rules ? "ALTER TABLE ... DISABLE RULE ..., or DROP RULE: what is to "
                                       "happen besides can be done by a trigger AFTER the change."
                                     : "ALTER TABLE ... DISABLE TRIGGER ..., or let it leave "
                                       "mirrored columns and rows as they are.");
}

// A trigger that writes a row again, after it was written, moves it: its place leads nowhere, and
// columns cannot be compared.
static bool
count_arrived(struct comparison *comparison, bool *are_there, struct error *err)
{
    struct buffer *sql = sql_start(comparison->target);
    PGresult *row = NULL;

    buffer_append_text(sql, "SELECT pg_catalog.count(*) = (SELECT pg_catalog.count(*) FROM"
                            " pg_temp." WRITTEN ")");
    append_arrived(sql, comparison);
    if (!compare_run(comparison, "could not look at what was written", &row, err))
        return false;
    *are_there = result_text(row, 0, 0)[0] == 't';
    PQclear(row);
    return true;
}

bool
compare_check_written(struct comparison *comparison, bool has_refused,
    struct arrival_finding *finding, struct error *err)
{
    struct buffer *sql = sql_start(comparison->target);
    bool has_rules = comparison->shape.rules != NULL;
    PGresult *row = NULL;
    bool is_right;
    bool are_there;

    if (comparison->shape.is_plain)
        return true;
    if (has_rules)
        append_check_under_rules(sql, comparison, has_refused);
    else
        append_check(sql, comparison, has_refused);
    if (!compare_run(comparison, "could not look at what was written", &row, err))
        return false;
    is_right = result_text(row, 0, 0)[0] == 't';
    PQclear(row);
    if (is_right)
        return true;
    if (has_rules)
        return compare_refuse_makers(comparison, "changes what is written", err);
    if (!count_arrived(comparison, &are_there, err))
        return false;
    if (are_there && !find_columns(comparison, has_refused, finding, err))
        return false;
    return finding->count > 0 ||
           compare_refuse_makers(comparison, "writes rows again that were just written", err);
}
