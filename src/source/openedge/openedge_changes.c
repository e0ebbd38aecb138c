// What OpenEdge's change data capture (CDC) tells of: PUB."_Cdc-Table-Policy" has a row for each
// policy, PUB."_Cdc-Field-Policy" one for each field that it captures, from level 1 on. At level 0
// every record that is written is told of, whatever its fields are; large values never count as
// captured, since no policy may name them.
//
// What is not documented is not relied on: a policy is believed to capture only while it says of
// itself that it is active (state 0) and the current one (instance 0), at a level from 0 to 3. A
// field that was added to a table stays out until a policy names it, so fields are found by what
// the policy says and never by the table.
#include "base/text.h"
#include "model/capture.h"
#include "source/openedge/openedge.h"

#include <string.h>

struct reading {
    struct arena *arena;
    struct catalog *catalog;
    struct change_policy *policies;
    struct change_policy *last; // that a field was added to: they come one policy after the other
};

static int
small_number(const char *field)
{
    int64_t value;

    return field != NULL && text_parse_integer(field, 0, 32767, &value) ? (int)value : -1;
}

// ---- policies ----------------------------------------------------------------------------------

static const char policies_sql[] =
    "SELECT f.\"_Owner\", f.\"_File-Name\", p.\"_Policy-Id\", p.\"_Policy-State\","
    " p.\"_Policy-Instance\", p.\"_Level\" FROM PUB.\"_Cdc-Table-Policy\" p, PUB.\"_File\" f"
    " WHERE f.ROWID = p.\"_Source-File-Recid\" AND " OPENEDGE_USER_TABLES;

enum {
    POLICY_OWNER,
    POLICY_TABLE,
    POLICY_ID,
    POLICY_STATE,
    POLICY_INSTANCE,
    POLICY_LEVEL,
    POLICY_FIELDS
};

static bool
take_policy(void *taker, const char *const *fields, struct error *err)
{
    struct reading *reading = taker;
    struct change_policy *policy;
    struct table *table;

    (void)err;
    if (fields[POLICY_OWNER] == NULL || fields[POLICY_TABLE] == NULL || fields[POLICY_ID] == NULL)
        return true;
    table = openedge_find_table(reading->catalog, fields[POLICY_OWNER], fields[POLICY_TABLE]);
    if (table == NULL)
        return true;
    policy = arena_calloc(reading->arena, 1, sizeof *policy);
    *policy = (struct change_policy){
        .id = arena_strdup(reading->arena, fields[POLICY_ID]),
        .level = small_number(fields[POLICY_LEVEL]),
        .is_capturing =
            small_number(fields[POLICY_STATE]) == 0 && small_number(fields[POLICY_INSTANCE]) == 0,
        .next = reading->policies,
    };
    reading->policies = policy;
    if (table->entry.policy == NULL || policy->is_capturing)
        table->entry.policy = policy;
    return true;
}

static void
forget_policies(void *taker)
{
    struct reading *reading = taker;

    reading->policies = NULL;
    for (size_t i = 0; i < reading->catalog->table_count; i++)
        reading->catalog->tables[i]->entry.policy = NULL;
}

// ---- what they capture -------------------------------------------------------------------------

static const char fields_sql[] =
    "SELECT p.\"_Policy-Id\", x.\"_Field-Name\" FROM PUB.\"_Cdc-Field-Policy\" p, PUB.\"_Field\" x"
    " WHERE x.ROWID = p.\"_Field-Recid\" ORDER BY p.\"_Policy-Id\"";

enum { FIELD_POLICY, FIELD_NAME, FIELD_FIELDS };

static void
add_column(struct reading *reading, struct change_policy *policy, const char *name)
{
    struct captured_column *captured = arena_calloc(reading->arena, 1, sizeof *captured);

    *captured = (struct captured_column){ .name = name, .next = policy->columns };
    policy->columns = captured;
}

// Ids are told apart by case.
static struct change_policy *
find_policy(const struct reading *reading, const char *id)
{
    struct change_policy *policy = reading->last;

    if (policy != NULL && strcmp(policy->id, id) == 0)
        return policy;
    policy = reading->policies;
    while (policy != NULL && strcmp(policy->id, id) != 0)
        policy = policy->next;
    return policy;
}

static bool
take_field(void *taker, const char *const *fields, struct error *err)
{
    struct reading *reading = taker;
    struct change_policy *policy;

    (void)err;
    if (fields[FIELD_POLICY] == NULL || fields[FIELD_NAME] == NULL)
        return true;
    policy = find_policy(reading, fields[FIELD_POLICY]);
    if (policy == NULL)
        return true;
    reading->last = policy;
    if (policy->level > 0)
        add_column(reading, policy, arena_strdup(reading->arena, fields[FIELD_NAME]));
    return true;
}

static void
forget_fields(void *taker)
{
    struct reading *reading = taker;

    reading->last = NULL;
    for (struct change_policy *policy = reading->policies; policy != NULL; policy = policy->next)
        policy->columns = NULL;
}

static bool
is_large(const struct column *column)
{
    int type = column_at_source(column)->driver_type;

    return type == OPENEDGE_LONGVARBINARY || type == OPENEDGE_LONGVARCHAR;
}

static void
add_whole_rows(struct reading *reading)
{
    for (size_t i = 0; i < reading->catalog->table_count; i++) {
        const struct table *table = reading->catalog->tables[i];
        struct change_policy *policy = table->entry.policy;

        for (size_t j = 0; policy != NULL && policy->level == 0 && j < table->column_count; j++) {
            if (!is_large(&table->columns[j]))
                add_column(reading, policy, column_at_source(&table->columns[j])->name);
        }
    }
}

// ---- all of it ---------------------------------------------------------------------------------

// A release before 11.7 has no such table, and no such thing.
static void
tell_refusal(struct reading *reading, const struct error *refused, const char **missing)
{
    forget_policies(reading);
    if (strcmp(refused->sqlstate, "42S02") != 0)
        *missing = arena_printf(reading->arena,
            "policies (PUB.\"_Cdc-Table-Policy\", \"_Cdc-Field-Policy\") can't be read: %s",
            refused->message);
}

bool
openedge_read_policies(const struct catalog_door *door, struct arena *arena,
    struct catalog *catalog, const char **missing, struct error *err)
{
    struct reading reading = { .arena = arena, .catalog = catalog };
    const struct openedge_query policies = { policies_sql, POLICY_FIELDS, take_policy,
        forget_policies, &reading };
    const struct openedge_query fields = { fields_sql, FIELD_FIELDS, take_field, forget_fields,
        &reading };
    struct error refused = { 0 };

    forget_policies(&reading);
    if (!openedge_ask(door, &policies, NULL, &refused, err))
        return false;
    if (refused.kind == ERROR_NONE && reading.policies != NULL &&
        !openedge_ask(door, &fields, NULL, &refused, err))
        return false;
    if (refused.kind != ERROR_NONE)
        tell_refusal(&reading, &refused, missing);
    add_whole_rows(&reading);
    return true;
}
