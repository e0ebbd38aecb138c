// The source's session: what could not be made as a read needs it, and what pinning it changes for
// whoever reads the mirror or wrote a "where".
#include "check/finding.h"
#include "report/session_words.h"

static void
report_loose(struct check *check)
{
    const struct source_session *session = source_session(check->source);
    char text[1000];

    for (const struct loose_setting *loose = session->loose; loose != NULL; loose = loose->next)
        check_report(check, CHECK_WARNING, "session", SESSION_REMEDY, "%s",
            session_describe_loose(loose, text, sizeof text));
    if (session->pinned_count == 0 && session->loose == NULL)
        return;
    check_report(check, CHECK_OK, "session", "", "%zu settings read back as they have to be%s%s",
        session->pinned_count, session->changed[0] != '\0' ? "; changed for it: " : "",
        session->changed);
}

void
check_session(struct check *check)
{
    report_loose(check);
}

void
check_zone(struct check *check)
{
    const struct source_session *session = source_session(check->source);
    struct check_names stamps = { .count = 0 };
    struct check_names restricted = { .count = 0 };

    for (size_t i = 0; i < check->selection.table_count; i++) {
        const struct selected_table *selected = &check->selection.tables[i];

        if (selected->verdict != SELECTION_TAKEN || !table_has_instants(selected->table))
            continue;
        check_names_add(&stamps, selected->table->name);
        if (selected->table->where.condition != NULL)
            check_names_add(&restricted, selected->table->name);
    }
    if (stamps.count > 0)
        check_report(check, CHECK_OK, "time zone", "",
            "time stamps that mean an instant are mirrored in UTC (the source's own zone: %s): %s",
            session->zone_before[0] != '\0' ? session->zone_before : "unknown",
            check_names_end(&stamps));
    if (restricted.count > 0)
        check_report(check, CHECK_WARNING, "time zone",
            "See that literals in these tables' \"where\" are meant in UTC, or say their zone.",
            "a \"where\" is understood in UTC, as the time stamps beside it: %s",
            check_names_end(&restricted));
}
