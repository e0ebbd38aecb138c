#include "read/limits.h"

bool
read_repeat(struct error *err, enum error_retry retry, const char *message)
{
    (void)error_set(err, ERROR_DATA, "%s", message);
    err->side = ERROR_SIDE_SOURCE;
    err->retry = retry;
    return false;
}

bool
reader_limits_hold(const struct reader_limits *limits, const struct batch *batch, struct error *err)
{
    return !batch->has_too_long || limits->is_large ||
           read_repeat(err, RETRY_WITH_ROOM, "a value has more bytes than fit now");
}
