// The numbers of a preview: rows, bytes and time, by what earlier runs took. Pure; any thread.
#ifndef OE2PG_PLAN_PREVIEW_NUMBERS_H
#define OE2PG_PLAN_PREVIEW_NUMBERS_H

#include "plan/preview_input.h"

// Rows a millisecond in earlier runs; 0: unknown.
double preview_measure_speed(const struct inspection *found);
// Fills the estimates of a table; those that nothing is known for stay as they are.
void preview_estimate(const struct inspection *found, double rows_per_ms, const struct job *job,
    bool is_new, struct preview_table *made);
// The sums over all tables; the duration is that of `preview->jobs` tables at a time.
void preview_sum_up(struct preview *preview);

#endif
