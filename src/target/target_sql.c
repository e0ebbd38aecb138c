// How the files of this room build and send statements.
#include "target/target_internal.h"

#include "base/fault.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

void
parameter_text(struct sql_parameters *parameters, const char *value)
{
    parameters->values[parameters->count++] = value;
}

void
parameter_integer(struct sql_parameters *parameters, int64_t value)
{
    char *place = parameters->numbers[parameters->count];

    (void)text_print(place, sizeof parameters->numbers[0], "%" PRId64, value);
    parameter_text(parameters, place);
}

void
parameter_boolean(struct sql_parameters *parameters, bool value)
{
    parameter_text(parameters, value ? "true" : "false");
}

static bool
is_success(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);

    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

static bool
finish(struct target *target, const char *doing, PGresult *answer, PGresult **result,
    struct error *err)
{
    if (!is_success(answer)) {
        pq_fail(target, answer, err, doing);
        PQclear(answer);
        return false;
    }
    if (result != NULL)
        *result = answer;
    else
        PQclear(answer);
    return true;
}

void
target_fault_point(struct target *target, const char *name)
{
    if (fault_point(name))
        (void)shutdown(PQsocket(target->connection), SHUT_RDWR);
}

bool
target_execute(struct target *target, const char *doing, const char *sql,
    const struct sql_parameters *parameters, PGresult **result, struct error *err)
{
    target_fault_point(target, doing);
    return finish(target, doing,
        PQexecParams(target->connection, sql, parameters != NULL ? parameters->count : 0, NULL,
            parameters != NULL ? parameters->values : NULL, NULL, NULL, 0),
        result, err);
}

// Where `sql` stands among the statements that are executed often; OFTEN_MAX when it came first
// just now, or has no place.
static size_t
find_often(struct target *target, const char *sql)
{
    for (size_t i = 0; i < target->often_count; i++)
        if (target->often[i].sql == sql)
            return i;
    if (target->often_count < OFTEN_MAX)
        target->often[target->often_count++] = (struct often_executed){ .sql = sql };
    return OFTEN_MAX;
}

bool
target_execute_often(struct target *target, const char *doing, const char *sql,
    const struct sql_parameters *parameters, PGresult **result, struct error *err)
{
    size_t place = find_often(target, sql);
    char name[32];

    if (place == OFTEN_MAX)
        return target_execute(target, doing, sql, parameters, result, err);
    target_fault_point(target, doing);
    (void)text_print(name, sizeof name, "oe2pg_%zu", place);
    if (!target->often[place].is_prepared) {
        if (!finish(target, doing, PQprepare(target->connection, name, sql, 0, NULL), NULL, err))
            return false;
        target->often[place].is_prepared = true;
    }
    return finish(target, doing,
        PQexecPrepared(
            target->connection, name, parameters->count, parameters->values, NULL, NULL, 0),
        result, err);
}

bool
target_script(
    struct target *target, const char *doing, const char *sql, PGresult **result, struct error *err)
{
    target_fault_point(target, doing);
    return finish(target, doing, PQexec(target->connection, sql), result, err);
}

bool
target_has_relation(struct target *target, const char *qualified, bool *exists, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;

    parameter_text(&parameters, qualified);
    if (!target_execute(target, "could not look whether a tracking table is there",
            "SELECT pg_catalog.to_regclass($1) IS NOT NULL", &parameters, &rows, err))
        return false;
    *exists = result_text(rows, 0, 0)[0] == 't';
    PQclear(rows);
    return true;
}

int64_t
result_affected(const PGresult *result)
{
    // PQcmdTuples takes a non-const result and does not change it.
    const char *text = PQcmdTuples((PGresult *)(uintptr_t)result);

    return text[0] != '\0' ? strtoll(text, NULL, 10) : -1;
}

int64_t
result_integer(const PGresult *result, int row, int column)
{
    return strtoll(PQgetvalue(result, row, column), NULL, 10);
}

const char *
result_text(const PGresult *result, int row, int column)
{
    return PQgetvalue(result, row, column);
}

static bool
append_quoted(struct buffer *sql, const char *text, char quote)
{
    buffer_append_byte(sql, quote);
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == quote)
            buffer_append_byte(sql, quote);
        buffer_append_byte(sql, *p);
    }
    return buffer_append_byte(sql, quote);
}

bool
sql_append_name(struct buffer *sql, const char *name)
{
    return append_quoted(sql, name, '"');
}

bool
sql_append_qualified(struct buffer *sql, const char *schema, const char *name)
{
    sql_append_name(sql, schema);
    buffer_append_byte(sql, '.');
    return sql_append_name(sql, name);
}

bool
sql_append_literal(struct buffer *sql, const char *text)
{
    return append_quoted(sql, text, '\'');
}

struct buffer *
sql_start(struct target *target)
{
    buffer_clear(&target->sql);
    return &target->sql;
}

// An array literal needs its own quoting inside the text: backslash before quote and backslash.
bool
sql_append_element(struct buffer *out, const struct cell *value)
{
    if (value->bytes == NULL)
        return buffer_append_text(out, "NULL");
    buffer_append_byte(out, '"');
    for (size_t at = 0; at < value->size; at++) {
        char byte = value->bytes[at];

        if (byte == '"' || byte == '\\')
            buffer_append_byte(out, '\\');
        buffer_append_byte(out, byte);
    }
    return buffer_append_byte(out, '"');
}

bool
sql_append_array(struct buffer *out, const struct cell *values, size_t count)
{
    buffer_append_byte(out, '{');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_append_byte(out, ',');
        sql_append_element(out, &values[i]);
    }
    return buffer_append_byte(out, '}');
}

bool
sql_append_name_array(struct buffer *out, const char *const *names, size_t count)
{
    buffer_append_byte(out, '{');
    for (size_t i = 0; i < count; i++) {
        buffer_append_text(out, i > 0 ? ",\"" : "\"");
        for (const char *p = names[i]; *p != '\0'; p++) {
            if (*p == '"' || *p == '\\')
                buffer_append_byte(out, '\\');
            buffer_append_byte(out, *p);
        }
        buffer_append_byte(out, '"');
    }
    return buffer_append_byte(out, '}');
}

// PostgreSQL's text form of a one-dimensional text array: elements quoted where needed, NULL bare.
static const char *
parse_element(struct arena *arena, const char *p, struct cell *value)
{
    char *out = arena_alloc(arena, strlen(p) + 1);
    size_t size = 0;
    bool is_quoted = *p == '"';

    if (is_quoted)
        p++;
    while (*p != '\0' && (is_quoted ? *p != '"' : *p != ',' && *p != '}')) {
        if (*p == '\\' && p[1] != '\0')
            p++;
        out[size++] = *p++;
    }
    if (is_quoted && *p == '"')
        p++;
    value->bytes = !is_quoted && strcmp(out, "NULL") == 0 ? NULL : out;
    value->size = value->bytes != NULL ? size : 0;
    return p;
}

size_t
sql_parse_array(struct arena *arena, const char *text, struct cell **values)
{
    size_t capacity = 0;
    size_t count = 0;

    *values = NULL;
    if (*text != '{' || text[1] == '}')
        return 0;
    for (const char *p = text; *p != '\0'; p++)
        capacity += *p == ',';
    *values = arena_calloc(arena, capacity + 1, sizeof **values);
    for (const char *p = text + 1; *p != '\0' && count <= capacity;) {
        p = parse_element(arena, p, &(*values)[count++]);
        if (*p != ',')
            break;
        p++;
    }
    return count;
}

// bytea input in hex.
bool
sql_append_hex(struct buffer *out, const char *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    char *place;

    if (!buffer_append_text(out, "\\x"))
        return false;
    place = size <= SIZE_MAX / 2 ? buffer_reserve(out, 2 * size) : NULL;
    if (place == NULL) {
        out->failed = true;
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        *place++ = digits[(unsigned char)bytes[i] >> 4];
        *place++ = digits[(unsigned char)bytes[i] & 0x0F];
    }
    *place = '\0';
    out->size += 2 * size;
    return true;
}

bool
target_run_built(struct target *target, const char *doing, PGresult **result, struct error *err)
{
    if (target->sql.failed)
        return error_set(err, ERROR_TABLE, "%s: the statement is too long", doing);
    return target_script(target, doing, buffer_text(&target->sql), result, err);
}

// ---- many records ------------------------------------------------------------------------------

void
sql_arrays_init(struct sql_arrays *arrays, size_t text_count, size_t number_count)
{
    arrays->text_count = text_count;
    arrays->count = text_count + number_count;
    for (size_t i = 0; i < arrays->count; i++)
        buffer_init(&arrays->fields[i], BUFFER_SQL_CAP);
}

void
sql_arrays_add(struct sql_arrays *arrays, const char *const *texts, const int64_t *numbers)
{
    for (size_t i = 0; i < arrays->count; i++) {
        struct buffer *field = &arrays->fields[i];

        buffer_append_byte(field, field->size == 0 ? '{' : ',');
        if (i < arrays->text_count)
            sql_append_element(
                field, &(const struct cell){ .bytes = texts[i], .size = strlen(texts[i]) });
        else
            buffer_printf(field, "%" PRId64, numbers[i - arrays->text_count]);
    }
}

bool
sql_arrays_end(struct sql_arrays *arrays, struct sql_parameters *parameters, struct error *err)
{
    bool done = true;

    for (size_t i = 0; i < arrays->count; i++) {
        done = (arrays->fields[i].size > 0 || buffer_append_byte(&arrays->fields[i], '{')) && done;
        done = buffer_append_byte(&arrays->fields[i], '}') && done;
        parameter_text(parameters, buffer_text(&arrays->fields[i]));
    }
    return done || error_set(err, ERROR_TABLE, "the texts that are to be recorded are too long");
}

void
sql_arrays_release(struct sql_arrays *arrays)
{
    for (size_t i = 0; i < arrays->count; i++)
        buffer_release(&arrays->fields[i]);
}
