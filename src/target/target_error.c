// PostgreSQL's failures as struct error: SQLSTATE decides, words never do.
#include "target/target_internal.h"

#include "base/sqlstate.h"
#include "base/text.h"

#include <string.h>

// Masked before it is cut to a message: half a secret would not be found.
enum { TEXT_BYTES = 8192 };

// What takes the place of the server's words where they may quote a value.
static const char *
own_words(const char *sqlstate)
{
    return strncmp(sqlstate, "22", 2) == 0   ? "PostgreSQL refused a value"
           : strncmp(sqlstate, "23", 2) == 0 ? "PostgreSQL refused a row"
                                             : "a trigger or function in PostgreSQL refused";
}

// A function of somebody's may say anything, with any SQLSTATE. The source files of PostgreSQL's
// procedural languages begin with "pl"; those of its planner do too.
static bool
is_from_function(const PGresult *result)
{
    const char *file = result != NULL ? PQresultErrorField(result, PG_DIAG_SOURCE_FILE) : NULL;

    return file != NULL && strncmp(file, "pl", 2) == 0 && strncmp(file, "plan", 4) != 0;
}

static bool
stands_in(const char *line, size_t size, const char *text, size_t text_size)
{
    for (size_t at = 0; at + size <= text_size; at++) {
        if (memcmp(text + at, line, size) == 0)
            return true;
    }
    return false;
}

// libpq's own words are lines: one an attempt, with and without TLS or address by address, each
// with advice on a line of its own that begins with a tab. What is left is each line once.
static void
join_lines(const char *text, char *out, size_t size)
{
    size_t at = 0;

    out[0] = '\0';
    while (*text != '\0') {
        size_t line = strcspn(text, "\n");

        if (line > 0 && *text != '\t' && !stands_in(text, line, out, at))
            at += text_print(out + at, size - at, "%s%.*s", at > 0 ? "; " : "", (int)line, text);
        text += line + (text[line] == '\n');
    }
}

// The server's DETAIL may quote a row's values, so it is not taken.
static void
describe(
    const PGresult *result, const char *fallback, const char *sqlstate, char *text, size_t size)
{
    const char *primary =
        result != NULL ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    const char *column = result != NULL ? PQresultErrorField(result, PG_DIAG_COLUMN_NAME) : NULL;
    const char *constraint =
        result != NULL ? PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME) : NULL;
    const char *detail = NULL;
    const char *table = NULL;

    if (sqlstate_may_quote_values(sqlstate) || is_from_function(result)) {
        primary = own_words(sqlstate);
        table = result != NULL ? PQresultErrorField(result, PG_DIAG_TABLE_NAME) : NULL;
    }
    // The one detail that names objects and no values: what depends on the one to be dropped.
    if (result != NULL && strcmp(sqlstate, "2BP01") == 0)
        detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
    (void)text_print(text, size, "%s%s%s%s%s%s%s%s%s%s%s", primary != NULL ? primary : fallback,
        detail != NULL ? ": " : "", detail != NULL ? detail : "", table != NULL ? ", table " : "",
        table != NULL ? table : "", column != NULL ? ", column " : "", column != NULL ? column : "",
        constraint != NULL ? ", constraint " : "", constraint != NULL ? constraint : "",
        sqlstate[0] != '\0' ? ", SQLSTATE " : "", sqlstate);
}

static void
note_refusal(struct refused_by *refused, const PGresult *result, const char *sqlstate)
{
    const char *constraint =
        result != NULL ? PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME) : NULL;
    const char *column = result != NULL ? PQresultErrorField(result, PG_DIAG_COLUMN_NAME) : NULL;

    (void)text_print(refused->sqlstate, sizeof refused->sqlstate, "%s", sqlstate);
    (void)text_print(refused->constraint, sizeof refused->constraint, "%s",
        constraint != NULL ? constraint : "");
    (void)text_print(refused->column, sizeof refused->column, "%s", column != NULL ? column : "");
}

bool
pq_fail(struct target *target, const PGresult *result, struct error *err, const char *doing)
{
    const char *state = result != NULL ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    bool lost = PQstatus(target->connection) != CONNECTION_OK;
    char sqlstate[6];
    char text[TEXT_BYTES];
    char own[TEXT_BYTES];
    struct sqlstate_meaning meaning;

    (void)text_print(sqlstate, sizeof sqlstate, "%s", state != NULL ? state : lost ? "08006" : "");
    note_refusal(&target->refused, result, sqlstate);
    join_lines(PQerrorMessage(target->connection), own, sizeof own);
    describe(result, own, sqlstate, text, sizeof text);
    for (size_t i = 0; i < target->settings->secret_count; i++)
        text_mask(text, sizeof text, target->settings->secrets[i]);
    meaning = sqlstate_find(sqlstate, ERROR_SIDE_TARGET);
    if (lost && meaning.kind != ERROR_TARGET)
        meaning = sqlstate_find("08006", ERROR_SIDE_TARGET);
    error_set(err, meaning.kind, "%s: %s", doing, text);
    (void)text_print(err->sqlstate, sizeof err->sqlstate, "%s", sqlstate);
    err->side = ERROR_SIDE_TARGET;
    err->retry = meaning.retry;
    if (meaning.hint != NULL)
        error_hint(err, "%s", meaning.hint);
    return false;
}

bool
pq_remedy(struct error *err, const char *prefix, const char *hint)
{
    if (strncmp(err->sqlstate, prefix, strlen(prefix)) == 0) {
        err->hint[0] = '\0';
        error_hint(err, "%s", hint);
    }
    return false;
}
