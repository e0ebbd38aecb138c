// What `oe2pg plan` says: as text for people, as JSON for programs (docs/plan-json.md).
#ifndef OE2PG_REPORT_PLAN_REPORT_H
#define OE2PG_REPORT_PLAN_REPORT_H

#include "model/preview.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

// Lines are cut at `width` columns; 0: whole. Without `with_all` only what changes or needs
// attention is named, the rest is counted.
void plan_write_text(FILE *out, const struct preview *preview, bool with_all, size_t width);
// Always everything.
void plan_write_json(FILE *out, const struct preview *preview);

#endif
