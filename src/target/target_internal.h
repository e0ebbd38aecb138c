// Inside the target room only: how its files send statements.
#ifndef OE2PG_TARGET_TARGET_INTERNAL_H
#define OE2PG_TARGET_TARGET_INTERNAL_H

#include "base/arena.h"
#include "base/buffer.h"
#include "model/batch.h"
#include "target/target.h"

#include <libpq-fe.h>
#include <pthread.h>

enum { OFTEN_MAX = 32, NAME_BYTES = 64 };

// What the last failure named.
struct refused_by {
    char sqlstate[6];
    char constraint[NAME_BYTES];
    char column[NAME_BYTES];
};

struct target {
    PGconn *connection;
    const struct target_settings *settings;
    struct target_facts facts;
    char *user;
    char *database;
    char *unknown_time_outs; // NULL: none
    int mirror_id;           // the fence; 0: none yet
    int64_t run_id;
    PGcancel *cancel;
    pthread_mutex_t cancel_lock; // held while `cancel` is used or freed
    struct refused_by refused;
    struct buffer sql; // scratch for building statements
    // The statements that were executed here by target_execute_often(), in that order.
    struct often_executed {
        const char *sql;
        bool is_prepared;
    } often[OFTEN_MAX];
    size_t often_count;
};

// How long any statement waits for a lock that somebody else holds on a table or a row; then the
// table is tried again later. Shorter where a lock of ours would keep readers waiting behind it.
#define TARGET_LOCK_TIMEOUT "10s"

// Sets every time-out of the session that this server has, whatever was set for role, database or
// server, and reads it back (time_outs.c). *unknown is NULL or to be freed: those of this server
// that are in force and not known here.
bool time_outs_pin(struct target *target, char **unknown, struct error *err)
    __attribute__((warn_unused_result));

// Around what would keep readers waiting, in the transaction.
#define TARGET_SHORT_LOCK "SET LOCAL lock_timeout = '2s'; "
#define TARGET_USUAL_LOCK "; SET LOCAL lock_timeout = '" TARGET_LOCK_TIMEOUT "'"

// First half of the advisory lock's two numbers: "oe2p"; the second is the mirror's id.
#define ADVISORY_CLASS "1869820528"

enum { SQL_PARAMETERS_MAX = 40 };

// Text parameters of one statement; NULL is SQL NULL. Fill with the parameter functions in order.
struct sql_parameters {
    const char *values[SQL_PARAMETERS_MAX];
    char numbers[SQL_PARAMETERS_MAX][24]; // where integers are written
    int count;
};
void parameter_text(struct sql_parameters *parameters, const char *value);
void parameter_integer(struct sql_parameters *parameters, int64_t value);
void parameter_boolean(struct sql_parameters *parameters, bool value);

// Fills err from the connection's or the result's last message; returns false. Reads SQLSTATE and
// fields only; secrets are masked. `result` may be NULL.
bool pq_fail(struct target *target, const PGresult *result, struct error *err, const char *doing);

// A remedy that knows more than the SQLSTATE alone does: replaces the hint if the error's SQLSTATE
// begins with `prefix`. Returns false.
bool pq_remedy(struct error *err, const char *prefix, const char *hint);

// A fault point: when it strikes, the connection breaks under the call that follows.
void target_fault_point(struct target *target, const char *name);

// One statement with parameters; `doing` is "could not ..." for the error. *result (may be NULL
// when nobody wants it) is to be cleared by the caller.
bool target_execute(struct target *target, const char *doing, const char *sql,
    const struct sql_parameters *parameters, PGresult **result, struct error *err)
    __attribute__((warn_unused_result));
// The same for what is executed for each table: the second time it is prepared, so that PostgreSQL
// parses it once a session. `sql` must be a constant of the program: its address is its identity.
bool target_execute_often(struct target *target, const char *doing, const char *sql,
    const struct sql_parameters *parameters, PGresult **result, struct error *err)
    __attribute__((warn_unused_result));
// Several statements without parameters in one round trip; the last one's result.
bool target_script(struct target *target, const char *doing, const char *sql, PGresult **result,
    struct error *err) __attribute__((warn_unused_result));

// Runs what stands in the connection's scratch buffer.
bool target_run_built(struct target *target, const char *doing, PGresult **result,
    struct error *err) __attribute__((warn_unused_result));

// Many records as parameters: an array for each of their fields, the texts before the numbers, to
// be unnested side by side.
enum { SQL_ARRAYS_MAX = 8 };
struct sql_arrays {
    struct buffer fields[SQL_ARRAYS_MAX];
    size_t text_count;
    size_t count;
};
void sql_arrays_init(struct sql_arrays *arrays, size_t text_count, size_t number_count);
void sql_arrays_add(struct sql_arrays *arrays, const char *const *texts, const int64_t *numbers);
// Behind the last record. The parameters borrow the arrays.
bool sql_arrays_end(struct sql_arrays *arrays, struct sql_parameters *parameters, struct error *err)
    __attribute__((warn_unused_result));
void sql_arrays_release(struct sql_arrays *arrays);

// Whether there is a table, "oe2pg.column_way": an earlier program made the tracking tables without
// those that came later, and what only reads does not make them.
bool target_has_relation(struct target *target, const char *qualified, bool *exists,
    struct error *err) __attribute__((warn_unused_result));

// What an index (pg_index i) is but for its name: the same text, the same index.
#define INDEX_DEFINITION                                                                           \
    "(CASE WHEN i.indisunique THEN 'UNIQUE' ELSE 'INDEX' END || pg_catalog.substring("             \
    "pg_catalog.pg_get_indexdef(i.indexrelid), ' USING .*$'))"

// A non-negative row count from a command tag; -1 when there is none.
int64_t result_affected(const PGresult *result);
int64_t result_integer(const PGresult *result, int row, int column);
// "" for NULL.
const char *result_text(const PGresult *result, int row, int column);

// Appends "schema"."name" or "name", with quotes doubled.
bool sql_append_name(struct buffer *sql, const char *name);
bool sql_append_qualified(struct buffer *sql, const char *schema, const char *name);
// Appends 'text' as a standard-conforming literal.
bool sql_append_literal(struct buffer *sql, const char *text);
// One element of an array literal, quoted; NULL bare.
bool sql_append_element(struct buffer *out, const struct cell *value);
// Appends an array literal, to be a parameter of type text[].
bool sql_append_array(struct buffer *out, const struct cell *values, size_t count);
bool sql_append_name_array(struct buffer *out, const char *const *names, size_t count);
// The elements of a text[] as the server prints it, into `arena`; returns how many.
size_t sql_parse_array(struct arena *arena, const char *text, struct cell **values);
// Appends bytea input.
bool sql_append_hex(struct buffer *out, const char *bytes, size_t size);
// Empties and returns the connection's scratch buffer.
struct buffer *sql_start(struct target *target);

#endif
