// The configuration from all places where it can be said, laid over each other.
#ifndef OE2PG_CONFIG_LOAD_H
#define OE2PG_CONFIG_LOAD_H

#include "config/config.h"

// A flag of the command line; several of one id only for repeatable options.
struct config_flag {
    enum option_id id;
    const char *text; // NULL for a switch
};

// Reads everything. Fails with ERROR_CONFIG or ERROR_USAGE. `config` needs config_release in
// either case. The flags' texts are borrowed until then.
bool config_load(struct config *config, const struct config_flag *flags, size_t flag_count,
    struct error *err) __attribute__((warn_unused_result));

// Fails with ERROR_CONFIG when the source cannot be reached as configured, whatever is tried: no
// driver is named, or not what it is to connect to.
bool config_check_source(const struct config *config, struct error *err)
    __attribute__((warn_unused_result));

#endif
