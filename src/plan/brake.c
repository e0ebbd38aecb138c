#include "plan/brake.h"

#include "base/text.h"

#include <inttypes.h>

enum { RUN_LIMIT_MAX = 20, RUN_LIMIT_MIN = 2, RUN_LIMIT_PERCENT = 2, WORD_MAX = 200 };

static int
percent_for(const struct mirror_settings *settings, const struct table *table)
{
    const struct table_settings *own = table->settings;

    return own != NULL && own->max_delete_percent >= 0 ? own->max_delete_percent
                                                       : settings->max_delete_percent;
}

bool
brake_check(const struct mirror_settings *settings, const struct table *table, int64_t mirror_rows,
    int64_t source_rows, int64_t removed, struct error *err)
{
    int percent = percent_for(settings, table);
    char word[WORD_MAX];

    if (removed <= 0 || (table->may_lose_rows && !settings->adopt))
        return true;
    if (settings->adopt) {
        error_set(err, ERROR_BRAKE,
            "%" PRId64 " of %" PRId64 " rows are not in the source: adopt removes nothing, and "
            "changed nothing",
            removed, mirror_rows);
        return error_hint(err, "If this is the mirror of that table, oe2pg sync makes it as the "
                               "source is; else: oe2pg forget, and rename it.");
    }
    if (source_rows == 0) {
        error_set(err, ERROR_BRAKE,
            "the source has no row, the mirror %" PRId64 ": nothing was removed", mirror_rows);
    } else if (removed > settings->max_delete_rows &&
               (double)removed * 100 > (double)mirror_rows * percent) {
        error_set(err, ERROR_BRAKE,
            "%" PRId64 " of %" PRId64
            " rows are gone from the source, more than %d %% and %d rows: "
            "nothing was removed",
            removed, mirror_rows, percent, settings->max_delete_rows);
    } else {
        return true;
    }
    text_shell_word(table->name, word, sizeof word);
    return error_hint(err,
        "See whether the source is whole. If the rows are to go: oe2pg --allow-delete %s", word);
}

size_t
brake_run_limit(size_t table_count)
{
    size_t limit = table_count * RUN_LIMIT_PERCENT / 100;

    if (limit < RUN_LIMIT_MIN)
        return RUN_LIMIT_MIN;
    return limit < RUN_LIMIT_MAX ? limit : RUN_LIMIT_MAX;
}
