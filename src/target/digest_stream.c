#include "target/digest_stream.h"

// COPY BINARY: after a header of 19 bytes, rows of a field count (2 bytes) and fields, each with
// its size (4 bytes) in front: an int2 when there are more sets than one, a tid (4 + 2 bytes) and a
// bigint.
enum { HEADER_SIZE = 19, NUMBER_SIZE = 4 + 2, ROW_SIZE = 2 + 4 + 6 + 4 + 8, TRAILER_SIZE = 2 };

struct stream {
    struct digest_set *const *sets;
    size_t set_count;
    bool is_full;
    bool is_readable;
};

static uint32_t
get_uint32(const char *bytes)
{
    const unsigned char *p = (const unsigned char *)bytes;

    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

// `fields` is behind the field count and the number.
static void
take_row(struct stream *stream, size_t number, const char *fields)
{
    uint32_t block = get_uint32(fields + 4);
    uint16_t offset = (uint16_t)(get_uint32(fields + 6) & 0xFFFF);
    uint64_t digest = (uint64_t)get_uint32(fields + 14) << 32 | get_uint32(fields + 18);

    if (get_uint32(fields) != 6 || get_uint32(fields + 10) != 8 || number >= stream->set_count)
        stream->is_readable = false;
    else if (!stream->is_full)
        stream->is_full = !digest_set_add(stream->sets[number], digest, block, offset);
}

static void
take_rows(struct stream *stream, const char *bytes, size_t size)
{
    size_t number_size = stream->set_count > 1 ? NUMBER_SIZE : 0;
    size_t row_size = ROW_SIZE + number_size;

    for (; size >= row_size; bytes += row_size, size -= row_size) {
        size_t number = number_size > 0 ? get_uint32(bytes + 4) & 0xFFFF : 0;

        take_row(stream, number, bytes + 2 + number_size);
    }
    if (size != 0 && size != TRAILER_SIZE)
        stream->is_readable = false;
}

static bool
receive(struct target *target, struct stream *stream, struct error *err)
{
    bool is_first = true;
    char *bytes;
    int size;

    while ((size = PQgetCopyData(target->connection, &bytes, 0)) > 0) {
        size_t skip = is_first ? HEADER_SIZE : 0;

        is_first = false;
        if ((size_t)size < skip)
            stream->is_readable = false;
        else
            take_rows(stream, bytes + skip, (size_t)size - skip);
        PQfreemem(bytes);
    }
    if (size == -2)
        return pq_fail(target, NULL, err, "could not read the mirror's digests");
    if (!stream->is_readable)
        return error_set(err, ERROR_TABLE, "PostgreSQL sent digests in an unknown form");
    return true;
}

static bool
start(struct target *target, struct error *err)
{
    struct buffer copy;
    PGresult *result = NULL;
    bool done;

    buffer_init(&copy, BUFFER_SQL_CAP);
    // The rows may come in any order, and computing them costs more than handing them over: where
    // PostgreSQL has workers to spare, they take their share.
    buffer_append_text(&copy, "SET LOCAL parallel_tuple_cost = 0; ");
    buffer_printf(&copy, "COPY (%s) TO STDOUT (FORMAT binary)", buffer_text(&target->sql));
    done = !copy.failed && !target->sql.failed;
    if (!done) {
        error_set(err, ERROR_TABLE, "the digest statement is too long");
    } else {
        target_fault_point(target, "read the mirror's digests");
        result = PQexec(target->connection, buffer_text(&copy));
        done = PQresultStatus(result) == PGRES_COPY_OUT;
        if (!done)
            pq_fail(target, result, err, "could not read the mirror's digests");
        PQclear(result);
    }
    buffer_release(&copy);
    return done;
}

bool
digest_stream_read(struct target *target, struct digest_set *const *sets, size_t set_count,
    bool *is_full, int64_t *row_count, struct error *err)
{
    struct stream stream = { .sets = sets, .set_count = set_count, .is_readable = true };
    PGresult *result;
    bool done;

    if (!start(target, err))
        return false;
    target_fault_point(target, "receive the mirror's digests");
    if (!receive(target, &stream, err))
        return false;
    result = PQgetResult(target->connection);
    done = PQresultStatus(result) == PGRES_COMMAND_OK;
    if (done)
        *row_count = result_affected(result);
    else
        pq_fail(target, result, err, "could not read the mirror's digests");
    PQclear(result);
    while ((result = PQgetResult(target->connection)) != NULL)
        PQclear(result);
    *is_full = stream.is_full;
    return done;
}
