#include "fake_server.h"

#include "../unit/cmocka_all.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static struct fake_server *the_server;

bool __wrap_target_execute(struct target *target, const char *doing, const char *sql,
    const struct sql_parameters *parameters, PGresult **result, struct error *err);
bool __wrap_target_execute_often(struct target *target, const char *doing, const char *sql,
    const struct sql_parameters *parameters, PGresult **result, struct error *err);
bool __wrap_target_script(struct target *target, const char *doing, const char *sql,
    PGresult **result, struct error *err);

void
fake_server_init(struct fake_server *server)
{
    memset(server, 0, sizeof *server);
    buffer_init(&server->target.sql, BUFFER_SQL_CAP);
    buffer_init(&server->statements, BUFFER_SQL_CAP);
    the_server = server;
}

void
fake_server_release(struct fake_server *server)
{
    buffer_release(&server->target.sql);
    buffer_release(&server->statements);
    the_server = NULL;
}

static PGresult *
make_result(const struct fake_answer *answer)
{
    PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    char name[] = "x"; // libpq copies it, and does not say so
    PGresAttDesc columns[FAKE_ANSWER_COLUMNS_MAX];

    memset(columns, 0, sizeof columns);
    for (size_t i = 0; i < FAKE_ANSWER_COLUMNS_MAX; i++)
        columns[i].name = name;
    assert_int_equal(PQsetResultAttrs(result, (int)answer->column_count, columns), 1);
    for (size_t r = 0; r < answer->row_count; r++) {
        for (size_t c = 0; c < answer->column_count; c++) {
            const char *cell = answer->cells[r][c];

            assert_int_equal(PQsetvalue(result, (int)r, (int)c, (char *)(uintptr_t)cell,
                                 cell != NULL ? (int)strlen(cell) : -1),
                1);
        }
    }
    return result;
}

static bool
answer_next(const char *doing, const char *sql, PGresult **result, struct error *err)
{
    static const struct fake_answer nothing = { .row_count = 0 };
    const struct fake_answer *answer;

    assert_in_range(the_server->statement_count, 0, FAKE_ANSWERS_MAX - 1);
    answer = the_server->answers[the_server->statement_count++];
    (void)buffer_printf(&the_server->statements, "%s\n", sql);
    if (answer == NULL)
        answer = &nothing;
    if (answer->sqlstate != NULL) {
        (void)error_set(err, ERROR_TABLE, "%s: refused", doing);
        err->side = ERROR_SIDE_TARGET;
        (void)snprintf(err->sqlstate, sizeof err->sqlstate, "%s", answer->sqlstate);
        return false;
    }
    if (result != NULL)
        *result = make_result(answer);
    return true;
}

bool
__wrap_target_execute(struct target *target, const char *doing, const char *sql,
    const struct sql_parameters *parameters, PGresult **result, struct error *err)
{
    (void)target;
    (void)parameters;
    return answer_next(doing, sql, result, err);
}

bool
__wrap_target_execute_often(struct target *target, const char *doing, const char *sql,
    const struct sql_parameters *parameters, PGresult **result, struct error *err)
{
    (void)target;
    (void)parameters;
    return answer_next(doing, sql, result, err);
}

bool
__wrap_target_script(
    struct target *target, const char *doing, const char *sql, PGresult **result, struct error *err)
{
    (void)target;
    return answer_next(doing, sql, result, err);
}
