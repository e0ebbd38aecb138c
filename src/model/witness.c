#include "model/witness.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// ---- what counters say -------------------------------------------------------------------------

static bool
has_fallen(const struct row_counters *now, const struct row_counters *then)
{
    return now->created < then->created || now->updated < then->updated ||
           now->deleted < then->deleted || now->part_count != then->part_count;
}

enum counters_say
witness_ask(const struct source_counters *server, const struct row_counters *counters,
    const struct witness_point *then)
{
    if (server->start == NULL || counters == NULL || then->start == NULL ||
        strcmp(server->start, then->start) != 0 || server->uptime_s < then->uptime_s ||
        has_fallen(counters, &then->counters))
        return COUNTERS_SAY_NOTHING;
    return counters->created > then->counters.created ||
                   counters->updated > then->counters.updated ||
                   counters->deleted > then->counters.deleted
               ? COUNTERS_SAY_WRITTEN
               : COUNTERS_SAY_UNCHANGED;
}

static bool
has_transaction(const struct transaction_set *set, int64_t number)
{
    size_t i = 0;

    while (i < set->count && set->numbers[i] != number)
        i++;
    return i < set->count;
}

static struct transaction_set
intersect(
    struct arena *arena, const struct transaction_set *one, const struct transaction_set *other)
{
    struct transaction_set both = { .is_known = true };
    int64_t *numbers = arena_calloc(arena, one->count, sizeof *numbers);

    for (size_t i = 0; i < one->count; i++) {
        if (has_transaction(other, one->numbers[i]))
            numbers[both.count++] = one->numbers[i];
    }
    both.numbers = numbers;
    return both;
}

// Where nobody tells which transactions are open, a table that was written to is read once more:
// then it is taken for settled.
static struct transaction_set
suspects_now(struct arena *arena, enum counters_say says, const struct transaction_set *open,
    const struct transaction_set *before)
{
    static const struct transaction_set none = { .is_known = true };

    if (says != COUNTERS_SAY_UNCHANGED)
        return *open;
    if (!open->is_known)
        return none;
    return before->is_known ? intersect(arena, before, open) : *open;
}

struct witness_point
witness_point_now(struct arena *arena, const struct source_counters *server,
    const struct row_counters *counters, const struct witness_point *then)
{
    if (server->start == NULL || counters == NULL)
        return (struct witness_point){ .start = NULL };
    return (struct witness_point){ .start = server->start,
        .uptime_s = server->uptime_s,
        .counters = *counters,
        .suspects = suspects_now(
            arena, witness_ask(server, counters, then), &server->open, &then->suspects) };
}

bool
witness_point_vouches(const struct witness_point *point)
{
    return point->start != NULL && point->suspects.is_known && point->suspects.count == 0;
}

// ---- as a text ---------------------------------------------------------------------------------
//
// created updated deleted parts uptime suspects start
//
// Suspects are numbers with commas between them, "-" for none, "?" where they are not known.

void
witness_point_print(struct buffer *out, const struct witness_point *point)
{
    const struct transaction_set *suspects = &point->suspects;

    buffer_printf(out, "%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " ",
        point->counters.created, point->counters.updated, point->counters.deleted,
        point->counters.part_count, point->uptime_s);
    if (!suspects->is_known || suspects->count == 0)
        buffer_append_text(out, suspects->is_known ? "-" : "?");
    for (size_t i = 0; suspects->is_known && i < suspects->count; i++)
        buffer_printf(out, i > 0 ? ",%" PRId64 : "%" PRId64, suspects->numbers[i]);
    buffer_printf(out, " %s", point->start);
}

static bool
take_number(const char **text, char end, int64_t *number)
{
    char digits[24];
    size_t size = strcspn(*text, " ,");

    if ((end != '\0' && (*text)[size] != end) || size >= sizeof digits)
        return false;
    memcpy(digits, *text, size);
    digits[size] = '\0';
    *text += size;
    return text_parse_integer(digits, -1, INT64_MAX, number);
}

static bool
take_suspects(struct arena *arena, const char **text, struct transaction_set *set)
{
    size_t size = strcspn(*text, " ");
    size_t most = 1;
    int64_t *numbers;

    *set = (struct transaction_set){ .is_known = (*text)[0] != '?' };
    if (size == 1 && strchr("?-", (*text)[0]) != NULL) {
        *text += 1;
        return true;
    }
    for (size_t i = 0; i < size; i++)
        most += (*text)[i] == ',';
    numbers = arena_calloc(arena, most, sizeof *numbers);
    do {
        *text += set->count > 0;
        if (!take_number(text, '\0', &numbers[set->count++]))
            return false;
    } while (**text == ',');
    set->numbers = numbers;
    return true;
}

struct witness_point
witness_point_parse(struct arena *arena, const char *text)
{
    struct witness_point point = { 0 };
    int64_t *const fields[] = { &point.counters.created, &point.counters.updated,
        &point.counters.deleted, &point.counters.part_count, &point.uptime_s };

    for (size_t i = 0; text != NULL && i < sizeof fields / sizeof fields[0]; i++) {
        if (!take_number(&text, ' ', fields[i]))
            return (struct witness_point){ 0 };
        text++;
    }
    if (text == NULL || !take_suspects(arena, &text, &point.suspects) || text[0] != ' ' ||
        text[1] == '\0')
        return (struct witness_point){ 0 };
    point.start = arena_strdup(arena, text + 1);
    return point;
}

// ---- what is recorded --------------------------------------------------------------------------

const char *
witness_state_name(enum witness_state state)
{
    static const char *const names[WITNESS_STATE_COUNT] = { [WITNESS_PROBATION] = "probation",
        [WITNESS_TRUSTED] = "trusted",
        [WITNESS_DEMOTED] = "demoted" };

    return names[state];
}

const struct witness_record *
witness_find(const struct witness_list *list, const char *schema, const char *table)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->records[i].source_table, table) == 0 &&
            strcmp(list->records[i].source_schema, schema) == 0)
            return &list->records[i];
    }
    return NULL;
}

struct witness_record
witness_judge_server(const struct witness_record *before, const char *start, int64_t told,
    int64_t missed, int proofs_needed)
{
    enum { MISSES_MAX = 2 }; // tables: one may have been changed by hand in the mirror
    bool is_same = before != NULL && strcmp(before->point, start) == 0;
    struct witness_record after = { .source_schema = "",
        .source_table = "",
        .point = start,
        .proofs = is_same ? before->proofs : 0,
        .misses = (is_same ? before->misses : 0) + missed };

    if (missed > 0)
        after.proofs = 0;
    else if (told > 0 && after.proofs < proofs_needed)
        after.proofs++;
    if (after.misses >= MISSES_MAX) {
        after.state = WITNESS_DEMOTED;
        after.evidence = "changes were found of which they did not tell";
    } else if (after.proofs >= proofs_needed) {
        after.state = WITNESS_TRUSTED;
        after.evidence = "all changes that were found had been told by them";
    } else {
        after.state = WITNESS_PROBATION;
        after.evidence = "not enough changes were found yet to prove them by";
    }
    return after;
}
