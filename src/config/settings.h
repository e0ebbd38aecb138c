// From values to settings: types, derived defaults, checks across keys. Inside the room of config.
#ifndef OE2PG_CONFIG_SETTINGS_H
#define OE2PG_CONFIG_SETTINGS_H

#include "config/config.h"

// Fills config->settings and both levels of the log from config->values, reads the ignore file and
// looks at the jars. `libpq_password` is libpq's own variable, a secret too; NULL: not set. Fails
// with ERROR_CONFIG.
bool settings_fill(struct config *config, const char *libpq_password, struct error *err)
    __attribute__((warn_unused_result));

#endif
