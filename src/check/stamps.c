// Tables that are to be read by a stamp: whether they can be, and what the source tells of its
// time.
#include "check/finding.h"
#include "plan/stamp.h"
#include "source/stamp.h"

static void
report_clock(struct check *check, const struct check_names *stamped)
{
    struct stamp_clock clock;

    if (!source_read_clock(check->source, &check->arena, &clock))
        check_report(check, CHECK_WARNING, "stamps", "Take the column away again: it is of no use.",
            "tables with a stamp are read whole, for the source does not tell what time it is: %s",
            stamped->text);
    else if (!clock.is_open_known)
        check_report(check, CHECK_OK, "stamps",
            "Let the user of oe2pg see the source's open transactions (docs/stamps.md), or make "
            "mirror_settings.overlap_seconds longer than any is open.",
            "read by stamp once these are believed: %s; which transactions are open the source "
            "does "
            "not tell, so the overlap alone counts",
            stamped->text);
    else
        check_report(check, CHECK_OK, "stamps", "", "read by stamp once these are believed: %s",
            stamped->text);
}

void
check_stamps(struct check *check)
{
    struct check_names stamped = { .count = 0 };

    for (size_t i = 0; i < check->selection.table_count; i++) {
        const struct selected_table *selected = &check->selection.tables[i];
        const char *why_not;

        if (selected->verdict != SELECTION_TAKEN)
            continue;
        if (plan_stamp_column(&check->arena, selected->table, &why_not) != NULL)
            check_names_add(&stamped, selected->table->name);
        else if (why_not != NULL)
            check_report(check, CHECK_WARNING, "stamps",
                "Name another column in mirror_settings.tables, or none.",
                "table \"%s\" is read whole: %s", selected->table->name, why_not);
    }
    if (stamped.count == 0)
        return;
    (void)check_names_end(&stamped);
    report_clock(check, &stamped);
}
