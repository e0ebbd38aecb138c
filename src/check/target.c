// The side of PostgreSQL.
#include "base/clock.h"
#include "base/text.h"
#include "check/finding.h"
#include "plan/shape_diff.h"
#include "report/first_load_words.h"
#include "target/mirror.h"
#include "target/observe.h"
#include "target/readers.h"
#include "target/rights.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CLOCK_WARNING_MS = 60000 };

static void
report_connection(struct check *check)
{
    const struct target_facts *facts = target_facts(check->target);

    check_report(check, CHECK_OK, "PostgreSQL", "",
        "version %d.%d, database \"%s\" in UTF8, user \"%s\", no pooler between",
        facts->server_version / 10000, facts->server_version % 10000, facts->database, facts->user);
    if (facts->unknown_time_outs != NULL)
        check_report(check, CHECK_WARNING, "time-outs", "ALTER ROLE ... SET ... = 0",
            "in force, and not known to this program: %s", facts->unknown_time_outs);
}

static void
report_role(struct check *check, const struct rights *rights)
{
    if (target_facts(check->target)->is_superuser)
        check_report(check, CHECK_WARNING, "role",
            arena_printf(&check->arena,
                "CREATE ROLE oe2pg LOGIN PASSWORD '...'; GRANT CREATE, TEMPORARY ON DATABASE %s TO "
                "oe2pg; and put it into postgres_db.conn_string",
                rights->database),
            "%s is a superuser, and a mirror needs none", rights->role);
    if (!rights->may_create_temporary)
        check_report(check, CHECK_WRONG, "role",
            arena_printf(&check->arena, "GRANT TEMPORARY ON DATABASE %s TO %s;", rights->database,
                rights->role),
            "%s may not create temporary tables in database %s", rights->role, rights->database);
}

static void
report_create(struct check *check, const struct rights *rights, bool has_tracking)
{
    if (rights->may_create_schemas)
        check_report(check, CHECK_OK, "role", "", "%s may create schemas in database %s",
            rights->role, rights->database);
    else if (has_tracking && rights->has_schema)
        check_report(check, CHECK_OK, "role", "",
            "%s may not create schemas, and all that it needs are there", rights->role);
    else
        check_report(check, CHECK_WRONG, "role",
            arena_printf(&check->arena, "GRANT CREATE ON DATABASE %s TO %s;", rights->database,
                rights->role),
            "%s may not create schemas in database %s, and schema %s is missing", rights->role,
            rights->database, has_tracking ? rights->schema : "oe2pg");
}

static void
report_schema(struct check *check, const struct rights *rights)
{
    if (!rights->has_schema)
        check_report(check, CHECK_OK, "target schema", "",
            "%s does not exist yet; the first run creates it", rights->schema);
    else if (rights->may_use_schema)
        check_report(check, CHECK_OK, "target schema", "", "%s, of %s, may be used", rights->schema,
            rights->schema_owner);
    else
        check_report(check, CHECK_WRONG, "target schema",
            arena_printf(&check->arena, "GRANT USAGE, CREATE ON SCHEMA %s TO %s;", rights->schema,
                rights->role),
            "%s may not create tables in schema %s of %s", rights->role, rights->schema,
            rights->schema_owner);
}

static void
report_tracking(
    struct check *check, const struct rights *rights, const struct tracking_rights *tracking)
{
    static const char subject[] = "tracking tables";
    const char *become =
        arena_printf(&check->arena, "GRANT %s TO %s;", tracking->owner, rights->role);

    if (!tracking->has_schema)
        check_report(
            check, CHECK_OK, subject, "", "not there yet; the first run creates schema oe2pg");
    else if (!tracking->is_open)
        check_report(check, CHECK_WRONG, subject, become,
            "schemas oe2pg and oe2pg_staging of %s cannot be read and written by %s",
            tracking->owner, rights->role);
    else if (tracking->version > tracking->known_version)
        check_report(check, CHECK_WRONG, subject,
            "A newer oe2pg has been used on this database: use that one.",
            "version %" PRId64 ", this program knows up to %d", tracking->version,
            tracking->known_version);
    else if (tracking->version == tracking->known_version)
        check_report(check, CHECK_OK, subject, "", "version %" PRId64, tracking->version);
    else if (!tracking->is_owned)
        check_report(check, CHECK_WRONG, subject, become,
            "version %" PRId64 " has to become %d, which only their owner %s may do",
            tracking->version, tracking->known_version, tracking->owner);
    else
        check_report(check, CHECK_OK, subject, "", "version %" PRId64 "; the next run makes it %d",
            tracking->version, tracking->known_version);
}

static void
report_clock(struct check *check, const struct rights *rights, int64_t asked_ms)
{
    int64_t here_ms = asked_ms + (clock_wall_ms() - asked_ms) / 2;
    int64_t ahead_ms = rights->clock_ms - here_ms;
    bool is_off = llabs(ahead_ms) > CLOCK_WARNING_MS;
    char duration[40];

    check->clock_ahead_ms = ahead_ms;
    check->has_clock = true;
    clock_format_duration(llabs(ahead_ms), duration, sizeof duration);
    check_report(check, is_off ? CHECK_WARNING : CHECK_OK, "PostgreSQL's clock",
        is_off ? "Set both machines' clocks by NTP: the times in the tracking tables mix both."
               : "",
        "%s %s this machine's", duration, ahead_ms < 0 ? "behind" : "ahead of");
}

static bool
report_first_loads(struct check *check, struct error *err)
{
    struct first_load_way way;
    char text[512];

    if (!readers_first_load(check->target, &check->arena, check->settings, &way, err))
        return false;
    check_report(check, CHECK_OK, "first loads", first_load_remedy(&way), "large ones are %s",
        first_load_describe(&way, text, sizeof text));
    return true;
}

bool
check_target(struct check *check, struct error *err)
{
    const char *schema = check->settings->target.schema;
    struct rights rights;
    struct tracking_rights tracking;
    int64_t asked_ms;

    if (!check_expect_target(check, "could not connect to PostgreSQL", err) ||
        !target_open(&check->settings->target, "oe2pg check", &check->target, err))
        return false;
    report_connection(check);
    if (!check_expect_target(check, "could not read rights", err))
        return false;
    asked_ms = clock_wall_ms();
    if (!rights_read(check->target, &check->arena, schema, &rights, err))
        return false;
    check->role = rights.role;
    report_clock(check, &rights, asked_ms);
    if (!rights_read_tracking(check->target, &check->arena, &tracking, err))
        return false;
    report_role(check, &rights);
    report_create(check, &rights, tracking.has_schema);
    report_schema(check, &rights);
    report_tracking(check, &rights, &tracking);
    check->has_tracking = tracking.has_schema && tracking.is_open &&
                          tracking.version <= tracking.known_version && tracking.version > 0;
    return report_first_loads(check, err);
}

// ---- the mirror --------------------------------------------------------------------------------

// A refusal is a finding; anything else is PostgreSQL's failure.
static bool
report_refusal(struct check *check, const char *subject, struct error *err)
{
    if (err->kind != ERROR_CONFIG)
        return false;
    check_report_error(check, CHECK_WRONG, subject, err);
    error_clear(err);
    return true;
}

static bool
report_no_ignore_file(struct check *check, struct error *err)
{
    static const char subject[] = "ignore file";

    if (check->has_tracking && !mirror_check_ignore_file(check->target, check->settings, err))
        return report_refusal(check, subject, err);
    check_report(check, CHECK_OK, subject, "", "none");
    return true;
}

bool
check_mirror(struct check *check, struct error *err)
{
    if (!check_expect_target(check, "could not read the mirror's registration", err))
        return false;
    if (!check->settings->mirror.ignore_file_found && !report_no_ignore_file(check, err))
        return false;
    return !check->has_tracking || check->source == NULL ||
           mirror_check_source(
               check->target, check->settings, source_identity(check->source), err) ||
           report_refusal(check, "mirror", err);
}

// ---- mirrored tables ---------------------------------------------------------------------------

static const struct rights_obstacle *
find_obstacle(const struct rights_obstacle *obstacles, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(obstacles[i].name, name) == 0)
            return &obstacles[i];
    }
    return NULL;
}

static void
report_obstacle(struct check *check, const struct rights_obstacle *obstacle)
{
    if (obstacle->is_table)
        check_report(check, CHECK_WRONG, "mirrored tables",
            arena_printf(
                &check->arena, "ALTER TABLE %s OWNER TO %s;", obstacle->quoted, check->role),
            "table %s belongs to %s", obstacle->quoted, obstacle->owner);
    else
        check_report(check, CHECK_WRONG, "mirrored tables",
            "Rename or remove it, or give the mirror another schema with postgres_db.schema.",
            "%s is in the way: it is no table", obstacle->quoted);
}

// The table as the source has it; NULL: it has none.
static const struct table *
find_source_table(const struct check *check, const struct observed_table *observed)
{
    for (size_t i = 0; i < check->selection.table_count; i++) {
        const struct table *table = check->selection.tables[i].table;

        if (strcmp(table->name, observed->source_table) == 0 &&
            strcmp(table->schema, observed->source_schema) == 0)
            return table;
    }
    return NULL;
}

static void
add_stale(struct check *check, const struct observed_table *observed, bool is_excluded,
    struct check_names *names)
{
    static const struct table gone = { .excluded_count = 0 };
    const struct table *table = find_source_table(check, observed);
    const struct name_list all = { observed->stale_columns, observed->stale_count };
    const struct name_list list =
        shape_pick(&check->arena, table != NULL ? table : &gone, &all, is_excluded);
    char name[300];

    for (size_t i = 0; i < list.count; i++) {
        (void)text_print(name, sizeof name, "%s.%s", observed->target_table, list.names[i]);
        check_names_add(names, name);
    }
}

static void
report_stale_kind(struct check *check, const struct observation *observation, bool is_excluded)
{
    bool drops = check->settings->mirror.dropped_columns == DROPPED_DROP;
    struct check_names names = { .count = 0 };

    for (size_t i = 0; i < observation->table_count; i++)
        add_stale(check, &observation->tables[i], is_excluded, &names);
    if (names.count > 0)
        check_report(check, CHECK_WARNING, is_excluded ? "excluded columns" : "stale columns",
            shape_stale_remedy(is_excluded, drops), "%zu in the mirror, %s and with old values: %s",
            names.count, is_excluded ? "excluded now" : "gone from the source",
            check_names_end(&names));
}

// Columns that stand in the mirror and are written no more.
static bool
report_stale(struct check *check, struct error *err)
{
    struct observation observation;

    if (!check->has_tracking)
        return true;
    if (!observe_mirror(
            check->target, &check->arena, check->settings->target.schema, &observation, err))
        return false;
    report_stale_kind(check, &observation, false);
    report_stale_kind(check, &observation, true);
    return true;
}

bool
check_mirrored_tables(struct check *check, struct error *err)
{
    struct rights_obstacle *obstacles;
    size_t count;
    size_t found = 0;

    if (!check_expect_target(check, "could not look at the target schema", err) ||
        !rights_find_obstacles(
            check->target, &check->arena, check->settings->target.schema, &obstacles, &count, err))
        return false;
    for (size_t i = 0; i < check->selection.table_count && count > 0; i++) {
        const struct selected_table *selected = &check->selection.tables[i];
        const struct rights_obstacle *obstacle;

        if (selected->verdict != SELECTION_TAKEN)
            continue;
        obstacle = find_obstacle(obstacles, count, selected->table->target_name);
        if (obstacle == NULL)
            continue;
        report_obstacle(check, obstacle);
        found++;
    }
    if (found == 0)
        check_report(check, CHECK_OK, "mirrored tables", "", "nothing is in their way");
    return report_stale(check, err);
}
