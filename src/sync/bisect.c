#include "sync/bisect.h"

void
bisect_fail(struct bisect *bisect, size_t rows)
{
    // A source that cannot limit its rows may have read on.
    bool is_limited = bisect->limit > 0 && rows < bisect->limit;

    bisect->reach = is_limited ? bisect->limit - rows : 0;
    bisect->limit = is_limited ? (bisect->reach + 1) / 2 : BISECT_FIRST;
}

void
bisect_pass(struct bisect *bisect, size_t rows)
{
    if (bisect->limit == 0)
        return;
    if (bisect->reach > rows) {
        bisect->reach -= rows;
        bisect->limit = (bisect->reach + 1) / 2;
        return;
    }
    // The row was mended, or it went; or it was never known how far it is.
    if (bisect->reach > 0 || bisect->limit >= BISECT_LAST)
        bisect_reset(bisect);
    else
        bisect->limit *= 2;
}

void
bisect_reset(struct bisect *bisect)
{
    *bisect = (struct bisect){ .reach = 0 };
}

bool
bisect_is_at_row(const struct bisect *bisect)
{
    return bisect->reach == 1;
}

bool
bisect_is_near(const struct bisect *bisect)
{
    return bisect->reach > 0 && bisect->reach <= BISECT_FIRST;
}
