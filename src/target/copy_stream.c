#include "target/copy_stream.h"

#include "base/mem.h"
#include "target/copy_encode.h"
#include "target/target_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// One libpq message; small enough that libpq's own buffer stays small, large enough that the
// per-message cost is lost in the copying.
enum { WINDOW_SIZE = 64 * 1024 };

struct copy_stream {
    struct target *target;
    const struct table *table;
    int64_t sent_rows;
    size_t used; // bytes in the window
    bool is_finished;
    char window[WINDOW_SIZE];
};

static bool
flush(struct copy_stream *copy, struct error *err)
{
    struct target *target = copy->target;

    target_fault_point(target, "send rows");
    if (copy->used > 0 && PQputCopyData(target->connection, copy->window, (int)copy->used) != 1) {
        // The server may have refused a row already sent: its reason is in the result.
        PGresult *result = PQgetResult(target->connection);

        pq_fail(target, result, err, "could not send rows");
        PQclear(result);
        return false;
    }
    // libpq keeps a lost connection to itself until somebody waits for a result, and takes all that
    // is sent until then.
    if (PQstatus(target->connection) != CONNECTION_OK)
        return pq_fail(target, NULL, err, "could not send rows");
    copy->used = 0;
    return true;
}

bool
copy_stream_open(struct target *target, const char *schema, const char *name,
    const struct table *table, struct copy_stream **copy, struct error *err)
{
    struct buffer *sql = sql_start(target);
    PGresult *result;
    struct copy_stream *made;

    buffer_append_text(sql, "COPY ");
    sql_append_qualified(sql, schema, name);
    buffer_append_text(sql, " (");
    for (size_t i = 0; i < table->column_count; i++) {
        if (i > 0)
            buffer_append_text(sql, ", ");
        sql_append_name(sql, table->columns[i].target_name);
    }
    buffer_append_text(sql, ") FROM STDIN (FORMAT binary)");
    if (sql->failed)
        return error_set(err, ERROR_TABLE, "the COPY statement is too long");
    target_fault_point(target, "start COPY");
    result = PQexec(target->connection, buffer_text(sql));
    if (PQresultStatus(result) != PGRES_COPY_IN) {
        pq_fail(target, result, err, "could not start COPY");
        PQclear(result);
        return false;
    }
    PQclear(result);
    made = mem_alloc(sizeof *made);
    memset(made, 0, offsetof(struct copy_stream, window));
    made->target = target;
    made->table = table;
    memcpy(made->window, copy_header, COPY_HEADER_SIZE);
    made->used = COPY_HEADER_SIZE;
    *copy = made;
    return true;
}

bool
copy_stream_send(struct copy_stream *copy, const struct cell *row, struct error *err)
{
    struct copy_encoder encoder;

    copy_encoder_start(&encoder, copy->table->columns, copy->table->column_count, row);
    for (;;) {
        copy->used += copy_encoder_write(
            &encoder, copy->window + copy->used, sizeof copy->window - copy->used);
        if (copy_encoder_is_done(&encoder))
            break;
        if (!flush(copy, err))
            return false;
    }
    copy->sent_rows++;
    return true;
}

// After COPY has ended, in whatever way, libpq wants every result read.
static void
drain(struct target *target)
{
    PGresult *result;

    while ((result = PQgetResult(target->connection)) != NULL) {
        bool is_copy = PQresultStatus(result) == PGRES_COPY_IN;

        PQclear(result);
        if (is_copy)
            break;
    }
}

bool
copy_stream_finish(struct copy_stream *copy, int64_t *row_count, struct error *err)
{
    struct target *target = copy->target;
    PGresult *result;
    bool done;

    if (sizeof copy->window - copy->used < COPY_TRAILER_SIZE && !flush(copy, err))
        return false;
    memcpy(copy->window + copy->used, copy_trailer, COPY_TRAILER_SIZE);
    copy->used += COPY_TRAILER_SIZE;
    if (!flush(copy, err))
        return false;
    copy->is_finished = true;
    target_fault_point(target, "end COPY");
    if (PQputCopyEnd(target->connection, NULL) != 1)
        return pq_fail(target, NULL, err, "could not end COPY");
    result = PQgetResult(target->connection);
    done = PQresultStatus(result) == PGRES_COMMAND_OK;
    if (!done)
        pq_fail(target, result, err, "PostgreSQL refused the rows");
    else
        *row_count = result_affected(result);
    PQclear(result);
    drain(target);
    if (done && *row_count != copy->sent_rows)
        return error_set(err, ERROR_TARGET, "%" PRId64 " rows were sent, PostgreSQL took %" PRId64,
            copy->sent_rows, *row_count);
    return done;
}

void
copy_stream_close(struct copy_stream *copy)
{
    if (copy == NULL)
        return;
    if (!copy->is_finished) {
        (void)PQputCopyEnd(copy->target->connection, "given up");
        drain(copy->target);
    }
    free(copy);
}
