#include "model/method_kind.h"

static const char *const names[METHOD_COUNT] = {
    [METHOD_LOAD] = "load",
    [METHOD_COMPARE] = "full",
    [METHOD_VERIFY] = "verify",
    [METHOD_STAMP] = "timestamp",
};

const char *
method_name(enum method_kind kind)
{
    return names[kind];
}
