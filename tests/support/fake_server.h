// PostgreSQL's answers from a script, for error paths and for statements that are to be read, in
// programs whose target_execute, target_execute_often and target_script are this one's (--wrap; see
// tests/meson.build). A real server is used for all that a real server can show.
#ifndef OE2PG_TESTS_FAKE_SERVER_H
#define OE2PG_TESTS_FAKE_SERVER_H

#include "target/target_internal.h"

enum { FAKE_ANSWERS_MAX = 16, FAKE_ANSWER_ROWS_MAX = 8, FAKE_ANSWER_COLUMNS_MAX = 9 };

struct fake_answer {
    const char *sqlstate; // NULL: it is not refused
    size_t row_count;
    size_t column_count;
    const char *cells[FAKE_ANSWER_ROWS_MAX][FAKE_ANSWER_COLUMNS_MAX]; // NULL: NULL
};

struct fake_server {
    struct target target;                                // for what is under test
    const struct fake_answer *answers[FAKE_ANSWERS_MAX]; // in this order; NULL: no rows
    size_t statement_count;
    struct buffer statements; // one a line
};

// One at a time in a program.
void fake_server_init(struct fake_server *server);
void fake_server_release(struct fake_server *server);

#endif
