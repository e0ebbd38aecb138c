// What is particular to a source with a metaschema (OpenEdge): who the database is, how it is read,
// which keys there are, which columns are full to their SQL width, and what a DBA has to grant.
#include "base/clock.h"
#include "base/text.h"
#include "check/finding.h"
#include "model/capture.h"
#include "plan/witness.h"
#include "target/width.h"

#include <string.h>

enum { SAMPLE_MS = 20000 };

static const struct table *
taken_table(const struct check *check, size_t i)
{
    const struct selected_table *selected = &check->selection.tables[i];

    return selected->verdict == SELECTION_TAKEN ? selected->table : NULL;
}

static void
report_database(struct check *check, const struct source_identity *identity)
{
    if (identity->guid[0] != '\0')
        check_report(check, CHECK_OK, "metaschema", "", "_Db is readable: guid %s, code page %s",
            identity->guid, identity->code_page);
    else
        check_report(check, CHECK_WARNING, "metaschema",
            "Let a DBA grant SELECT on PUB.\"_Db\", \"_File\", \"_Field\", \"_Index\" and "
            "\"_Index-Field\" to the user of oe2pg.",
            "_Db may not be read: the database is known by host, port and name alone, and its code "
            "page is not known");
    if (identity->port > 0)
        check_report(check, CHECK_OK, "broker", "",
            "port %d is the broker's; it hands each connection over to a server on another port, "
            "which a firewall has to let pass too",
            identity->port);
}

static void
report_driver(struct check *check)
{
    const struct source_settings *settings = &check->settings->source;
    char fetch[80] = "by the width of the rows";

    if (settings->fetch_size > 0)
        (void)text_print(fetch, sizeof fetch, "%d, as configured", settings->fetch_size);
    check_report(check, CHECK_OK, "driver settings", "",
        "rows a fetch: %s; autocommit off, every statement is followed by a rollback; a read in "
        "key order is cut after %d s",
        fetch, settings->max_transaction_s);
}

static void
report_keys(struct check *check)
{
    struct check_names repeating = { .count = 0 };
    size_t primary = 0;
    size_t unique = 0;
    size_t descending = 0;
    size_t keyless = 0;

    for (size_t i = 0; i < check->selection.table_count; i++) {
        const struct table *table = taken_table(check, i);

        if (table == NULL)
            continue;
        keyless += table->key == NULL;
        if (table->key == NULL)
            continue;
        primary += table->key->is_primary;
        unique += !table->key->is_primary;
        descending += table->key->descending != 0;
        if (table->key->may_repeat)
            check_names_add(&repeating, table->name);
    }
    check_report(check, CHECK_OK, "indexes", "",
        "%zu tables by a unique primary index, %zu by another unique index, %zu by none; %zu of "
        "the indexes have a descending part",
        primary, unique, keyless, descending);
    if (repeating.count > 0)
        check_report(check, CHECK_WARNING, "indexes",
            "Let a DBA grant SELECT on the metaschema or on SYSPROGRESS.SYSINDEXES.",
            "%zu keys that nothing says to be unique, so that their tables are read in one go: %s",
            repeating.count, check_names_end(&repeating));
}

// ---- width -------------------------------------------------------------------------------------

static void
add_full_columns(const struct table *table, const size_t *longest, struct check_names *names)
{
    char name[300];

    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];

        if (column->is_long || column->width == 0 || longest[i] < column->width)
            continue;
        (void)text_print(
            name, sizeof name, "%s.%s (%zu)", table->name, column->name, column->width);
        check_names_add(names, name);
    }
}

static void
report_full_columns(struct check *check, struct check_names *names, size_t table_count)
{
    if (names->count == 0)
        check_report(check, CHECK_OK, "width", "",
            "no text in the first %d rows of %zu mirrored tables reaches its SQL width",
            (int)WIDTH_SAMPLE_ROWS, table_count);
    else
        check_report(check, CHECK_WARNING, "width",
            "Let a DBA run dbtool on the source (SQL Width Scan w/Fix): a longer value cannot be "
            "read, or is cut by a server that was told to truncate.",
            "%zu columns with values as long as their SQL width: %s", names->count,
            check_names_end(names));
}

static void
report_last_run(struct check *check)
{
    struct width_note *notes;
    struct error err = { 0 };
    size_t count;

    if (!check->has_tracking || !width_notes(check->target, &check->arena,
                                    check->settings->target.schema, &notes, &count, &err))
        return;
    for (size_t i = 0; i < count && i < CHECK_NAMES_WANTED; i++)
        check_report(check, CHECK_WARNING, "width in the last run",
            "Let a DBA run dbtool on the source, and see whether its server or the connection "
            "truncates (-SQLTruncateTooLarge).",
            "%s: %s", notes[i].table, notes[i].note);
    if (count > CHECK_NAMES_WANTED)
        check_report(check, CHECK_WARNING, "width in the last run", "See oe2pg status.",
            "the same of %zu tables more", count - CHECK_NAMES_WANTED);
}

static void
report_width(struct check *check)
{
    struct check_names names = { .count = 0 };
    int64_t began_ms = clock_steady_ms();
    size_t count = 0;

    if (check->target == NULL) {
        check_report(check, CHECK_SKIPPED, "width", "", "needs PostgreSQL");
        return;
    }
    for (size_t i = 0; i < check->selection.table_count; i++) {
        const struct table *table = taken_table(check, i);
        struct error err = { 0 };
        size_t *longest;

        if (table == NULL)
            continue;
        longest = arena_calloc(&check->arena, table->column_count, sizeof *longest);
        if (clock_steady_ms() - began_ms > SAMPLE_MS ||
            !width_sample(check->target, check->settings->target.schema, table, longest, &err))
            break;
        count++;
        add_full_columns(table, longest, &names);
    }
    report_full_columns(check, &names, count);
    report_last_run(check);
}

// ---- grants ------------------------------------------------------------------------------------

static void
report_grants(struct check *check)
{
    if (check->unreadable_count == 0) {
        check_report(check, CHECK_OK, "grants", "", "none is missing");
        return;
    }
    check_report(check, CHECK_WARNING, "grants",
        "Let a DBA run these statements on the source, and COMMIT.",
        "SQL rights are apart from those of ABL; missing on %zu tables:", check->unreadable_count);
    for (size_t i = 0; i < check->unreadable_count; i++)
        check_report(check, CHECK_OK, "grants", "", "%s", check_grant(check, check->unreadable[i]));
}

// What lets a run leave tables unread. A connection that is lost here is told by what comes next.
static void
report_counters(struct check *check)
{
    const struct source_counters *counters = &check->catalog.counters;
    struct check_names uncounted = { .count = 0 };
    struct error err = { 0 };
    size_t counted = 0;

    if (!plan_wants_counters(&check->settings->mirror) ||
        !source_read_counters(check->source, &check->arena, &check->catalog, &err))
        return;
    for (size_t i = 0; i < check->selection.table_count && counters->start != NULL; i++) {
        const struct table *table = taken_table(check, i);

        if (table == NULL)
            continue;
        if (table->entry.counters != NULL && table->entry.counters != &counters->total)
            counted++;
        else
            check_names_add(&uncounted, table->name);
    }
    if (counters->start == NULL)
        check_report(check, CHECK_WARNING, "counters",
            "Let a DBA grant SELECT on PUB.\"_DbStatus\", \"_ActSummary\", \"_TableStat\" and "
            "\"_Trans\" to the user of oe2pg.",
            "every table is read in every run: %s",
            counters->missing != NULL ? counters->missing : "the server counts nothing");
    else if (uncounted.count > 0)
        check_report(check, CHECK_OK, "counters",
            "Have the server started with a -tablerangesize as large as the largest "
            "\"_File-Number\" in PUB.\"_File\".",
            "the server counts what is written to %zu tables, and not to %zu: %s", counted,
            uncounted.count, check_names_end(&uncounted));
    else
        check_report(check, CHECK_OK, "counters", "",
            "the server counts what is written to each table%s",
            counters->open.is_known ? "" : "; which transactions are open it does not tell");
}

// ---- changes -----------------------------------------------------------------------------------

enum { UNTOLD_SHOWN = CHECK_NAMES_WANTED };

static void
report_untold(struct check *check, const struct table *table, size_t number)
{
    if (number < UNTOLD_SHOWN)
        check_report(check, CHECK_OK, "change capture",
            "Let a DBA make the policy active and complete, or leave out what it lacks: "
            "mirror_settings.tables.NAME.exclude_columns.",
            "%s.%s: not every change is captured: %s", table->schema, table->name,
            capture_gap(&check->arena, table));
}

static void
report_policies(struct check *check)
{
    struct check_names told = { .count = 0 };
    size_t named = 0;
    size_t untold = 0;

    for (size_t i = 0; i < check->selection.table_count; i++) {
        const struct table *table = taken_table(check, i);

        if (table == NULL || table->entry.policy == NULL)
            continue;
        if (capture_gap(&check->arena, table) != NULL) {
            report_untold(check, table, untold++);
            continue;
        }
        named += capture_names_rows(table);
        check_names_add(&told, table->name);
    }
    if (untold > UNTOLD_SHOWN)
        check_report(check, CHECK_OK, "change capture", "", "the same of %zu tables more",
            untold - UNTOLD_SHOWN);
    if (told.count > 0)
        check_report(check, CHECK_OK, "change capture", "",
            "every change of what is mirrored is captured of %zu tables, %zu of them with the key: "
            "%s",
            told.count, named, check_names_end(&told));
}

// Said only where changes are captured. A connection that is lost here is told by what comes next.
static void
report_changes(struct check *check)
{
    const char *missing = NULL;
    struct error err = { 0 };

    if (!source_read_policies(check->source, &check->arena, &check->catalog, &missing, &err))
        return;
    if (missing != NULL)
        check_report(check, CHECK_SKIPPED, "change capture",
            "Let a DBA grant SELECT on PUB.\"_Cdc-Table-Policy\" and \"_Cdc-Field-Policy\" to the "
            "user of oe2pg.",
            "%s", missing);
    report_policies(check);
}

void
check_metaschema(struct check *check)
{
    const struct source_identity *identity = source_identity(check->source);

    if (!source_capabilities(check->source).has_metaschema)
        return;
    report_database(check, identity);
    report_driver(check);
    report_keys(check);
    report_grants(check);
    report_width(check);
    report_counters(check);
    report_changes(check);
}
