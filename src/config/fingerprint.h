// Tells whether two runs had the same settings, without keeping them. Inside the room of config.
#ifndef OE2PG_CONFIG_FINGERPRINT_H
#define OE2PG_CONFIG_FINGERPRINT_H

#include "config/config.h"

// 16 hex digits over every effective setting but secrets, wherever it was said, with the objects of
// mirror_settings.tables in the order of their names and the ignored names; in the config's arena.
// Switches and names of the command line count: they change what a run does. Call it once
// config->settings is filled.
const char *fingerprint_settings(struct config *config);

#endif
