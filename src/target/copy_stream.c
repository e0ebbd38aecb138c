#include "target/copy_stream.h"

#include "base/mem.h"
#include "base/text.h"
#include "target/copy_encode.h"
#include "target/held.h"
#include "target/target_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// One libpq message; small enough that libpq's own buffer stays small, large enough that the
// per-message cost is lost in the copying.
enum { WINDOW_SIZE = 64 * 1024 };

struct copy_stream {
    struct target *target;
    struct copy_shape shape;
    struct mirror_type *types; // of the shape
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

// COPY ... FROM STDIN is under way behind it.
static bool
start(struct copy_stream *copy, const char *schema, const char *name, struct error *err)
{
    struct target *target = copy->target;
    struct buffer *sql = sql_start(target);
    PGresult *result;
    bool done;

    buffer_append_text(sql, "COPY ");
    sql_append_qualified(sql, schema, name);
    buffer_append_text(sql, " (");
    for (size_t i = 0; i < copy->shape.column_count; i++) {
        if (i > 0)
            buffer_append_text(sql, ", ");
        sql_append_name(sql, copy->shape.columns[i].target_name);
    }
    buffer_append_text(sql, copy->shape.is_text ? ") FROM STDIN" : ") FROM STDIN (FORMAT binary)");
    if (sql->failed)
        return error_set(err, ERROR_TABLE, "the COPY statement is too long");
    target_fault_point(target, "start COPY");
    result = PQexec(target->connection, buffer_text(sql));
    done = PQresultStatus(result) == PGRES_COPY_IN;
    if (!done)
        pq_fail(target, result, err, "could not start COPY");
    PQclear(result);
    if (!done || copy->shape.is_text)
        return done;
    memcpy(copy->window, copy_header, COPY_HEADER_SIZE);
    copy->used = COPY_HEADER_SIZE;
    return true;
}

static struct copy_stream *
make(struct target *target, const struct table *table)
{
    struct copy_stream *made = mem_alloc(sizeof *made);

    memset(made, 0, offsetof(struct copy_stream, window));
    made->target = target;
    made->types = mem_calloc(table->column_count, sizeof *made->types);
    made->shape = (struct copy_shape){
        .columns = table->columns,
        .types = made->types,
        .column_count = table->column_count,
    };
    return made;
}

static void
release(struct copy_stream *copy)
{
    free(copy->types);
    free(copy);
}

bool
copy_stream_open_texts(struct target *target, const char *name, const struct table *table,
    struct copy_stream **copy, struct error *err)
{
    struct copy_stream *made = make(target, table);

    if (!start(made, "pg_temp", name, err)) {
        release(made);
        return false;
    }
    *copy = made;
    return true;
}

// Of a table that is text alone nobody needs to ask.
static bool
has_native(const struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (!mirror_type_is_text(&table->columns[i].held))
            return true;
    }
    return false;
}

// What has no binary form here.
static bool
has_array(const struct copy_shape *shape)
{
    for (size_t i = 0; i < shape->column_count; i++) {
        if (shape->types[i].is_array)
            return true;
    }
    return false;
}

bool
copy_stream_open(struct target *target, const char *schema, const char *name,
    const struct table *table, struct copy_stream **copy, struct error *err)
{
    struct copy_stream *made = make(target, table);
    bool are_known = true;

    if ((has_native(table) &&
            !held_read(target, schema, name, table, made->types, &are_known, err))) {
        release(made);
        return false;
    }
    made->shape.is_text = !are_known || has_array(&made->shape);
    if (!start(made, schema, name, err)) {
        release(made);
        return false;
    }
    *copy = made;
    return true;
}

// The column is of another type than when the rows were looked at: as if PostgreSQL refused it.
static bool
refuse(const struct copy_stream *copy, const struct copy_encoder *encoder, struct error *err)
{
    error_set(err, ERROR_TABLE, "a value is none of the type of column \"%s\" of the mirror",
        copy->shape.columns[encoder->column].target_name);
    err->side = ERROR_SIDE_TARGET;
    (void)text_print(err->sqlstate, sizeof err->sqlstate, "22P03");
    return false;
}

bool
copy_stream_send(struct copy_stream *copy, const struct cell *row, struct error *err)
{
    struct copy_encoder encoder;

    copy_encoder_start(&encoder, &copy->shape, row);
    for (;;) {
        copy->used += copy_encoder_write(
            &encoder, copy->window + copy->used, sizeof copy->window - copy->used);
        if (copy_encoder_is_done(&encoder))
            break;
        if (encoder.does_not_fit)
            return refuse(copy, &encoder, err);
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
    if (!copy->shape.is_text) {
        memcpy(copy->window + copy->used, copy_trailer, COPY_TRAILER_SIZE);
        copy->used += COPY_TRAILER_SIZE;
    }
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
    release(copy);
}
