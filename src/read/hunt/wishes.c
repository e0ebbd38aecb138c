// Declared in workaround.h: when the failure over a column is a reason to read it in another way.
#include "read/hunt/workaround.h"
#include "read/limits.h"
#include "source/past_width.h"

static enum way_wish_kind
wish_for(const struct workaround *workaround, const struct source *source, size_t column)
{
    const struct column *asked = &workaround->table->columns[column];
    const struct source_trouble trouble = source_trouble(source);
    struct column_way way;

    if (!trouble.is_too_wide || column_is_cut(asked))
        return WISH_NOTHING;
    if (asked->way == NULL)
        return past_width_is_possible(column_at_source(asked)) ? WISH_PAST_WIDTH : WISH_NOTHING;
    way = *asked->way;
    if (trouble.need == WAY_NEEDS_MORE && column_way_grow(&way, false))
        return WISH_MORE;
    if (trouble.need == WAY_NEEDS_FINER && column_way_grow(&way, true))
        return WISH_FINER;
    return WISH_NOTHING;
}

bool
workaround_wishes_way(
    struct workaround *workaround, const struct source *source, int column, struct error *err)
{
    enum way_wish_kind kind = WISH_NOTHING;

    if (column >= 0 && workaround->settings->mirror.on_wide_value == WIDE_VALUE_BEST)
        kind = wish_for(workaround, source, (size_t)column);
    if (kind == WISH_NOTHING)
        return false;
    workaround->wish = (struct way_wish){ .kind = kind, .column = (size_t)column };
    (void)read_repeat(err, RETRY_BY_OTHER_WAY, "a value is wider than its column is declared");
    return true;
}

bool
workaround_wishes_no_cut(
    struct workaround *workaround, const struct source *source, int column, struct error *err)
{
    if (column < 0 || !source_trouble(source).is_too_wide ||
        !column_is_cut(&workaround->table->columns[column]))
        return false;
    workaround->wish = (struct way_wish){ .kind = WISH_NO_CUT, .column = (size_t)column };
    (void)read_repeat(err, RETRY_BY_OTHER_WAY, "the source does not cut what is too wide");
    return true;
}
