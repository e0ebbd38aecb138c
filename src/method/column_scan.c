#include "method/column_scan.h"

#include "model/narrow.h"

#include <string.h>

// Where hardly a value of a column comes, one of the first rows tells it: a source that makes the
// whole of a result before it gives any of it does so for these.
enum { FIRST_LOOK_ROWS = 500 };

static bool
read_all(struct task *task, const struct read_request *request, struct column_sight *sight,
    struct error *err)
{
    struct cursor *cursor = NULL;
    const struct batch *batch;
    bool done = source_open_cursor(task->source, request, &cursor, err);

    do {
        done = done && !task_is_cancelled(task, err) && cursor_fetch(cursor, &batch, err);
        task_add_progress(task, 0, 0);
    } while (done && batch->row_count > 0);
    sight->is_whole = done;
    sight->trouble = source_trouble(task->source);
    cursor_close(cursor);
    if (!done && hunt_may_help(err)) {
        error_clear(err);
        return true;
    }
    return done;
}

static struct read_request
request_for(struct narrow *narrow, bool is_first_look)
{
    struct read_request request = { .table = &narrow->table, .part = KEY_PART_ALL };

    if (is_first_look) {
        request.part = KEY_PART_NOT_NULL;
        request.key = narrow->table.key;
        request.row_limit = FIRST_LOOK_ROWS;
    } else {
        narrow->table.key = NULL;
    }
    return request;
}

bool
column_scan(struct task *task, const struct table *table, const bool *is_left_out,
    bool is_first_look, struct column_sight *sight, struct error *err)
{
    struct read_request request;
    struct narrow narrow;
    bool done;

    narrow_init(&narrow, table, is_left_out);
    request = request_for(&narrow, is_first_look);
    done = task_begin_reading(task, &narrow.table, err);
    if (done) {
        request.batch_rows = task->reading.batch_rows;
        request.batch_bytes = task->reading.batch_bytes;
        request.value_bytes = task->reading.value_bytes;
        done = read_all(task, &request, sight, err);
        task_end_reading(task);
    }
    if (done && sight->trouble.column >= 0)
        sight->trouble.column = narrow.origin[sight->trouble.column];
    narrow_release(&narrow);
    return done;
}
