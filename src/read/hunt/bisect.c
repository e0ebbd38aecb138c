#include "read/hunt/bisect.h"

enum {
    BLOCK_FAR = 256,
    BLOCK_NEAR = 16,
    GROWTH = 4, // of statements that find nothing bad
};

static size_t
smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

// The bad row is in the block that failed, if the source fetched what it was asked for.
static void
shrink_block(struct bisect *bisect)
{
    size_t within = bisect->block > 0 ? bisect->block : BISECT_FIRST;

    bisect->limit = bisect->reach > 0 ? smaller(within, bisect->reach) : within;
    bisect->block = bisect->block == 0 ? BLOCK_FAR : bisect->block > BLOCK_NEAR ? BLOCK_NEAR : 1;
}

void
bisect_fail(struct bisect *bisect, size_t rows)
{
    // A source that cannot limit its rows may have read on.
    bool is_limited = bisect->limit > 0 && rows < bisect->limit;

    bisect->since += rows;
    bisect->reach = is_limited ? bisect->limit - rows : 0;
    if (bisect->is_coarse)
        bisect->limit = is_limited ? (bisect->reach + 1) / 2 : BISECT_FIRST;
    else if (bisect->block == 1)
        bisect->reach = 1;
    else
        shrink_block(bisect);
}

void
bisect_pass(struct bisect *bisect, size_t rows)
{
    bisect->since += rows;
    if (bisect->limit == 0)
        return;
    if (bisect->reach > rows) {
        bisect->reach -= rows;
        bisect->limit =
            bisect->is_coarse ? (bisect->reach + 1) / 2 : smaller(2 * bisect->limit, bisect->reach);
        return;
    }
    // The row was mended, or it went; or it was never known how far it is.
    if (bisect->reach > 0 || bisect->limit >= BISECT_LAST)
        *bisect = (struct bisect){ .since = bisect->since, .is_coarse = bisect->is_coarse };
    else if (bisect->limit == BLOCK_NEAR)
        *bisect = (struct bisect){
            .limit = BISECT_FIRST, .since = bisect->since, .is_coarse = bisect->is_coarse
        };
    else
        bisect->limit *= GROWTH;
}

bool
bisect_is_searching(const struct bisect *bisect)
{
    return bisect->reach > 0 || bisect->block > 0;
}

bool
bisect_is_near(const struct bisect *bisect)
{
    return bisect->reach > 0 && bisect->reach <= BISECT_NEAR;
}

bool
bisect_is_at_row(const struct bisect *bisect)
{
    return bisect->reach == 1;
}

void
bisect_found(struct bisect *bisect, bool goes_on)
{
    bool is_close = goes_on && bisect->since <= BLOCK_NEAR && !bisect->is_coarse;

    *bisect = (struct bisect){ .limit = is_close ? BLOCK_NEAR : BISECT_FIRST,
        .block = is_close ? 1 : 0,
        .is_coarse = bisect->is_coarse };
}

void
bisect_miss(struct bisect *bisect)
{
    *bisect = (struct bisect){ .limit = BISECT_FIRST, .is_coarse = true };
}
