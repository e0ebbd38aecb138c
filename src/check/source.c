// The side of the source. What its door cannot tell is said to be so.
#include "base/clock.h"
#include "base/text.h"
#include "check/census.h"
#include "check/finding.h"
#include "target/mirror.h"
#include "target/observe.h"

#include <string.h>

enum { TRIAL_MS = 60000 }; // for opening tables one after the other

static const char *
or_unknown(const char *text)
{
    return text[0] != '\0' ? text : "unknown";
}

static void
report_connection(struct check *check)
{
    const struct source_identity *identity = source_identity(check->source);
    const struct source_settings *settings = &check->settings->source;
    // A database that is a file has its path as both.
    bool has_host = identity->host[0] != '\0' && strcmp(identity->host, identity->db_name) != 0;

    check_report(check, CHECK_OK, "source", "", "%s%s%s, database \"%s\"%s%s",
        or_unknown(identity->product), identity->version[0] != '\0' ? " " : "", identity->version,
        identity->db_name, has_host ? " on " : "", has_host ? identity->host : "");
    check_report(check, CHECK_OK, "driver", "", "%s", or_unknown(identity->driver));
    if (settings->user != NULL)
        check_report(check, CHECK_OK, "user", "", "logged in as \"%s\"", settings->user);
    else
        check_report(check, CHECK_OK, "user", "", "as the connection string or the driver has it");
}

static void
report_description(struct check *check)
{
    size_t count;
    const char *const *lines = source_description(check->source, &count);

    for (size_t i = 0; i < count; i++)
        check_report(check, CHECK_OK, "files", "", "%s", lines[i]);
}

static void
report_selection(struct check *check)
{
    const struct selection *selection = &check->selection;
    const char *schema = check->settings->source.schema;

    check_report(check, CHECK_OK, "tables", "",
        "%zu visible%s%s, %zu to mirror, %zu ignored, %zu refused",
        selection->table_count - selection->view_count, schema[0] != '\0' ? " in schema " : "",
        schema, selection->taken_count, selection->ignored_count, selection->refused_count);
    for (size_t i = 0; i < selection->warning_count; i++)
        check_report(check, CHECK_WARNING, "tables", "", "%s", selection->warnings[i]);
    for (size_t i = 0; i < selection->table_count; i++) {
        if (selection->tables[i].refusal != NULL)
            check_report_error(check, CHECK_WRONG, "tables", selection->tables[i].refusal);
    }
}

static const struct table *
taken_table(const struct check *check, size_t i)
{
    const struct selected_table *selected = &check->selection.tables[i];

    return selected->verdict == SELECTION_TAKEN ? selected->table : NULL;
}

static void
report_keyless(struct check *check)
{
    struct check_names names = { .count = 0 };
    bool is_buffered = source_buffers_results(check->source);

    for (size_t i = 0; i < check->selection.table_count; i++) {
        const struct table *table = taken_table(check, i);

        if (table != NULL && table->key == NULL)
            check_names_add(&names, table->name);
    }
    if (names.count == 0)
        check_report(check, CHECK_OK, "keys", "", "every table to mirror has one");
    else
        check_report(check, CHECK_WARNING, "keys",
            "Where some columns identify a row, name them: mirror_settings.tables.NAME.key",
            "%zu without a key: %s", names.count, check_names_end(&names));
    if (is_buffered)
        check_report(check, names.count > 0 ? CHECK_WARNING : CHECK_OK, "memory",
            names.count > 0 ? "Give these tables a key, or see that they fit the memory." : "",
            "this driver holds whole results; tables are read in pieces by key%s",
            names.count > 0 ? ", those without one as a whole" : "");
}

static void
report_long_columns(struct check *check)
{
    struct check_names names = { .count = 0 };
    char name[300];

    for (size_t i = 0; i < check->selection.table_count; i++) {
        const struct table *table = taken_table(check, i);

        for (size_t j = 0; table != NULL && j < table->column_count; j++) {
            if (!table->columns[j].is_long)
                continue;
            (void)text_print(name, sizeof name, "%s.%s", table->name, table->columns[j].name);
            check_names_add(&names, name);
        }
    }
    if (names.count == 0)
        check_report(check, CHECK_OK, "long columns", "", "none");
    else
        check_report(check, CHECK_OK, "long columns",
            "They are read slower; what nobody needs can be left out: "
            "mirror_settings.tables.NAME.exclude_columns",
            "%zu without a useful limit: %s", names.count, check_names_end(&names));
}

// ---- reading -----------------------------------------------------------------------------------

static int
table_limit_s(const struct check *check)
{
    int stall_s = check->settings->source.stall_s;

    return stall_s < TRIAL_MS / 1000 ? stall_s : TRIAL_MS / 1000;
}

static bool
expect_table(struct check *check, struct error *err)
{
    return startup_watch_expect(&check->watch, ERROR_SOURCE, "could not open a table of the source",
        (int64_t)table_limit_s(check) * 1000, err);
}

// Whatever the driver says about statements that were cancelled.
static bool
read_catalog(struct check *check, const struct selection_basis *basis, struct error *err)
{
    const struct table_filter filter = selection_filter(basis);

    // A catalogue is many statements, and says nothing between them.
    if (!check_expect_source(check, "could not read the source's catalogue", 4, err))
        return false;
    if (source_read_catalog(check->source, &filter, &check->arena, &check->catalog, err))
        return true;
    if (!startup_watch_was_cancelled(&check->watch))
        return false;
    error_set(err, ERROR_SOURCE, "could not read the source's catalogue: no answer");
    return error_hint(err, "The source accepts connections and then says nothing: see whether it "
                           "is overloaded, or who holds locks on its catalogue.");
}

static void
fail_stalled(struct check *check, struct error *err)
{
    error_set(err, ERROR_TABLE, "the source said nothing for %d s", table_limit_s(check));
    error_hint(err, "See at the source who holds a lock on the table, or why opening it takes so "
                    "long.");
}

// Opens the table as a run would, all columns, and reads nothing. A driver that holds whole results
// would read all of it: it gets a condition that no row fulfils. The others do not, because a
// source may fulfil such a condition by looking at every row.
static bool
try_table(struct check *check, const struct table *table, struct error *err)
{
    struct table copy = *table;
    struct read_request request = { .table = &copy,
        .part = KEY_PART_ALL,
        .row_limit = 1,
        .batch_rows = 1,
        .batch_bytes = 65536,
        .value_bytes = 65536 };
    struct cursor *cursor = NULL;
    bool done;

    if (source_buffers_results(check->source)) {
        copy.where.condition =
            table->where.condition == NULL
                ? "1 = 0"
                : arena_printf(&check->arena, "(%s\n) AND 1 = 0", table->where.condition);
    }
    done = expect_table(check, err) && source_open_cursor(check->source, &request, &cursor, err);
    cursor_close(cursor);
    if (!done && startup_watch_was_cancelled(&check->watch))
        fail_stalled(check, err);
    return done;
}

static bool
is_beyond_ascii(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text >= 0x80)
            return true;
    }
    return false;
}

// The first name of the table that is not ASCII, its own or a column's.
static const char *
find_odd_name(const struct table *table)
{
    if (is_beyond_ascii(table->name))
        return table->name;
    for (size_t i = 0; i < table->column_count; i++) {
        if (is_beyond_ascii(table->columns[i].name))
            return table->columns[i].name;
    }
    return NULL;
}

static const char *
source_name(struct check *check, const char *name)
{
    return text_sql_name(&check->arena, name, source_capabilities(check->source).name_quote);
}

const char *
check_grant(struct check *check, const struct table *table)
{
    const char *user = check->settings->source.user;
    bool has_schema = table->schema[0] != '\0';

    return arena_printf(&check->arena, "GRANT SELECT ON %s%s%s TO %s;",
        has_schema ? source_name(check, table->schema) : "", has_schema ? "." : "",
        source_name(check, table->name),
        user != NULL ? source_name(check, user) : "the user that is logged in");
}

// In place of what is only said in general about a missing right.
static void
name_the_grant(struct check *check, const struct table *table, struct error *failure)
{
    if (strcmp(failure->sqlstate, "42501") != 0)
        return;
    if (check->unreadable == NULL)
        check->unreadable =
            arena_calloc(&check->arena, check->selection.table_count, sizeof *check->unreadable);
    check->unreadable[check->unreadable_count++] = table;
    failure->hint[0] = '\0';
    error_hint(failure, "On the source: %s", check_grant(check, table));
}

struct trial {
    size_t count;         // tables tried
    size_t failed;        // of them
    const char *odd_name; // that the source gave and understood; NULL: none
    bool has_odd_names;
    bool is_cut; // by time
};

static bool
try_tables(struct check *check, struct trial *trial, struct error *err)
{
    int64_t began_ms = clock_steady_ms();

    for (size_t i = 0; i < check->selection.table_count; i++) {
        const struct table *table = taken_table(check, i);
        struct error failure = { 0 };
        const char *odd_name;

        if (table == NULL)
            continue;
        if (clock_steady_ms() - began_ms > TRIAL_MS) {
            trial->is_cut = true;
            return true;
        }
        odd_name = find_odd_name(table);
        trial->has_odd_names |= odd_name != NULL;
        trial->count++;
        if (try_table(check, table, &failure)) {
            trial->odd_name = odd_name != NULL ? odd_name : trial->odd_name;
            continue;
        }
        if (failure.kind == ERROR_SOURCE || failure.kind == ERROR_CANCELLED) {
            *err = failure;
            return error_within(err, "table \"%s\"", table->name);
        }
        trial->failed++;
        error_within(&failure, "table \"%s\"", table->name);
        name_the_grant(check, table, &failure);
        check_report_error(check, CHECK_WRONG, "reading", &failure);
    }
    return true;
}

static void
report_code_page(struct check *check, const struct trial *trial)
{
    const char *code_page = or_unknown(source_identity(check->source)->code_page);

    if (trial->odd_name != NULL)
        check_report(check, CHECK_OK, "code page", "",
            "%s; the name \"%s\" went both ways and was understood", code_page, trial->odd_name);
    else if (trial->has_odd_names)
        check_report(check, CHECK_WARNING, "code page",
            "See the errors above, and the driver's option for its character set: UTF-8.",
            "%s; no name beyond ASCII was understood", code_page);
    else
        check_report(check, CHECK_SKIPPED, "code page", "",
            "%s; no name in the source is beyond ASCII, so none could be tried", code_page);
}

// A character set that cannot hold a name's letters leaves question marks in their place.
static void
report_lost_letters(struct check *check)
{
    struct check_names names = { .count = 0 };

    for (size_t i = 0; i < check->catalog.table_count; i++) {
        const struct table *table = check->catalog.tables[i];
        bool is_odd = strchr(table->name, '?') != NULL || strstr(table->name, "\xEF\xBF\xBD");

        for (size_t j = 0; j < table->column_count && !is_odd; j++)
            is_odd = strchr(table->columns[j].name, '?') != NULL ||
                     strstr(table->columns[j].name, "\xEF\xBF\xBD") != NULL;
        if (is_odd)
            check_names_add(&names, table->name);
    }
    if (names.count > 0)
        check_report(check, CHECK_WARNING, "code page",
            "Unless these names are meant so, set the driver's character set to UTF-8.",
            "names with question marks, as lost letters leave them, in: %s",
            check_names_end(&names));
}

static bool
report_reading(struct check *check, struct error *err)
{
    struct trial trial = { .count = 0 };

    if (!try_tables(check, &trial, err))
        return false;
    if (trial.is_cut)
        check_report(check, CHECK_SKIPPED, "reading", "",
            "%zu of %zu tables were opened, %zu failed; the others were not tried after %d s",
            trial.count, check->selection.taken_count, trial.failed, TRIAL_MS / 1000);
    else if (trial.failed == 0)
        check_report(check, CHECK_OK, "reading", "", "all %zu tables can be opened", trial.count);
    else
        check_report(check, CHECK_WRONG, "reading",
            "Grant what is missing (see each table above), or put the tables on the ignore file.",
            "%zu of %zu tables cannot be read", trial.failed, trial.count);
    report_code_page(check, &trial);
    report_lost_letters(check);
    return true;
}

// What is mirrored already, for it stays so; nothing where that cannot be asked.
static bool
read_records(struct check *check, struct selection_basis *basis, struct error *err)
{
    struct observation observed;
    struct table_record *records;
    const char *schema = check->settings->target.schema;

    if (!check->has_tracking)
        return true;
    if (!check_expect_target(check, "could not read the tracking tables", err) ||
        !observe_mirror(check->target, &check->arena, schema, &observed, err))
        return false;
    if (!observed.has_mirror)
        return true;
    if (!tracking_read(check->target, &check->arena, (int)observed.mirror_id, &records,
            &basis->record_count, err))
        return false;
    basis->records = records;
    return true;
}

// What is read whole can be counted.
static bool
report_widths(struct check *check, struct error *err)
{
    struct census census;

    if (!source_capabilities(check->source).is_read_whole)
        return true;
    if (!census_take(check, TRIAL_MS, &census, err))
        return false;
    census_report(check, &census);
    return true;
}

bool
check_source(struct check *check, struct error *err)
{
    struct selection_basis basis = { .settings = &check->settings->mirror,
        .target_schema = check->settings->target.schema };
    struct source *source;
    bool done;

    if (!check_expect_source(check, "could not connect to the source", 1, err) ||
        !source_open(&check->settings->source, &source, err))
        return false;
    check->source = source;
    report_connection(check);
    check_session(check);
    if (!check_probes(check, err))
        return false;
    if (!read_records(check, &basis, err) || !read_catalog(check, &basis, err) ||
        !selection_make(&check->arena, &basis, &check->catalog, &check->selection, err))
        return false;
    check->has_selection = true;
    report_description(check);
    report_selection(check);
    report_keyless(check);
    report_long_columns(check);
    check_zone(check);
    done = report_reading(check, err) && report_widths(check, err);
    check_metaschema(check);
    check_stamps(check);
    return done;
}
