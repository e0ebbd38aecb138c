// What is known of values wider than their columns, for the one who runs the mirror and for the
// source's administrator: an SQL script, in which all but its statements is comment. One thread.
#ifndef OE2PG_REPORT_WIDTHS_TEXT_H
#define OE2PG_REPORT_WIDTHS_TEXT_H

#include "model/table.h"
#include "model/too_wide.h"
#include "source/widths.h"

#include <stdio.h>

struct width_line {
    const struct too_wide_column *seen;
    int64_t width;         // declared now; 0: unknown
    const char *statement; // that declares it wide enough; NULL: there is none
    const char *remark;    // why there is none; NULL: there is one
};

struct width_report {
    const struct source_identity *source;
    const struct source_widths *widths; // NULL: data is never wider than it is declared
    const struct width_line *lines;
    size_t count;
    bool is_counted; // in all rows, and not only in those that a run met
};

void widths_write(FILE *out, const struct width_report *report);

#endif
