#include "run/extras.h"

#include "base/log.h"

bool
extras_record(struct target *target, const struct mirror_claim *claim,
    const struct source_extras *extras, struct error *err)
{
    struct error refused = { 0 };

    for (size_t i = 0; i < extras->failure_count; i++)
        log_warning("%s; what was recorded of it before is kept", extras->failures[i]);
    if (extras_save(target, claim, extras, &refused))
        return true;
    if (!target_is_alive(target)) {
        *err = refused;
        return false;
    }
    log_failure(LOG_WARNING, &refused);
    return true;
}
