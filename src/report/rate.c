#include "report/rate.h"

enum { SAMPLE_MS = 1000 };
static const double newest_share = 0.3;

static void
start(struct rate *rate, int64_t now_ms, int64_t row_count, int64_t size_bytes)
{
    *rate = (struct rate){ .at_ms = now_ms, .row_count = row_count, .size_bytes = size_bytes };
}

static double
smooth(bool is_known, double before, double sample)
{
    return is_known ? before + newest_share * (sample - before) : sample;
}

void
rate_add(struct rate *rate, int64_t now_ms, int64_t row_count, int64_t size_bytes)
{
    double seconds = (double)(now_ms - rate->at_ms) / 1000;

    if (rate->at_ms == 0 || row_count < rate->row_count || size_bytes < rate->size_bytes) {
        start(rate, now_ms, row_count, size_bytes);
        return;
    }
    if (now_ms - rate->at_ms < SAMPLE_MS)
        return;
    rate->rows_per_s =
        smooth(rate->is_known, rate->rows_per_s, (double)(row_count - rate->row_count) / seconds);
    rate->bytes_per_s = smooth(
        rate->is_known, rate->bytes_per_s, (double)(size_bytes - rate->size_bytes) / seconds);
    rate->is_known = true;
    rate->at_ms = now_ms;
    rate->row_count = row_count;
    rate->size_bytes = size_bytes;
}

int64_t
rate_time_left_ms(const struct rate *rate, int64_t left)
{
    double left_ms;

    if (!rate->is_known || rate->rows_per_s < 0.5 || left < 0)
        return -1;
    left_ms = (double)left * 1000 / rate->rows_per_s;
    return left_ms < 1e15 ? (int64_t)left_ms : -1;
}
