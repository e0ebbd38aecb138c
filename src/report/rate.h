// How fast something goes: a smoothed rate over the last seconds. One thread.
#ifndef OE2PG_REPORT_RATE_H
#define OE2PG_REPORT_RATE_H

#include <stdbool.h>
#include <stdint.h>

struct rate {
    int64_t at_ms; // steady clock: of the last sample; 0: none yet
    int64_t row_count;
    int64_t size_bytes;
    double rows_per_s;
    double bytes_per_s;
    bool is_known; // after the second sample
};

// A sample, at any time; counts that went down (another table, another attempt) start it anew.
void rate_add(struct rate *rate, int64_t now_ms, int64_t row_count, int64_t size_bytes);
// Milliseconds until `left` more rows are done at this rate; -1: nobody can tell.
int64_t rate_time_left_ms(const struct rate *rate, int64_t left);

#endif
