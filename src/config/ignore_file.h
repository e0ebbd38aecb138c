// The file of tables that are never read.
#ifndef OE2PG_CONFIG_IGNORE_FILE_H
#define OE2PG_CONFIG_IGNORE_FILE_H

#include "base/arena.h"
#include "base/error.h"
#include "model/settings.h"

#include <stdbool.h>
#include <stddef.h>

// Reads `path` into `arena`: *patterns in the file's order, each with its line. *was_found says
// whether there is such a file; none is an error only to the caller. Fails with ERROR_CONFIG.
bool ignore_file_read(struct arena *arena, const char *path, struct name_pattern **patterns,
    size_t *count, bool *was_found, struct error *err) __attribute__((warn_unused_result));

#endif
