// What a preview is made of.
#ifndef OE2PG_PLAN_PREVIEW_INPUT_H
#define OE2PG_PLAN_PREVIEW_INPUT_H

#include "base/arena.h"
#include "model/preview.h"
#include "model/settings.h"
#include "model/state.h"
#include "plan/plan.h"
#include "plan/selection.h"

struct preview_input {
    const struct settings *settings;
    const struct selection *selection;
    const struct plan *plan;
    const struct table_record *records;
    size_t record_count;
    const struct inspection *inspection;
    const char *const *handover; // sentences of handover_tell
    size_t handover_count;
};

#endif
