#include "write/row_sender.h"

#include "base/mem.h"
#include "write/full_width.h"

#include <stdlib.h>
#include <string.h>

enum { LEFT_OUT_MAX = 256 * 1024 }; // 2 MiB

void
row_sender_init(struct row_sender *sender, const struct row_sender_setup *setup,
    row_sender_open *open, void *context)
{
    memset(sender, 0, sizeof *sender);
    sender->target = setup->target;
    sender->table = setup->table;
    sender->is_careful = setup->is_careful;
    sender->open = open;
    sender->context = context;
    quarantine_list_init(&sender->quarantine, setup->table, setup->is_fallback);
    row_policy_init(&sender->policy, setup->table);
}

void
row_sender_release(struct row_sender *sender)
{
    copy_stream_close(sender->copy);
    sender->copy = NULL;
    quarantine_list_release(&sender->quarantine);
    row_policy_release(&sender->policy);
    free(sender->rows);
    sender->rows = NULL;
    free(sender->left_out_keys);
    sender->left_out_keys = NULL;
    sender->left_out_count = 0;
}

void
row_sender_count_for(struct row_sender *sender, struct part_outcome *outcome)
{
    sender->outcome = outcome;
    sender->quarantine.outcome = outcome;
}

const struct cell *
row_sender_check(struct row_sender *sender, const struct cell *row)
{
    if (sender->outcome->full_widths != NULL)
        full_width_count(sender->table, sender->outcome->full_widths, row);
    return row_policy_apply(&sender->policy, row, quarantine_list_add, &sender->quarantine);
}

const struct cell *
row_sender_peek(struct row_sender *sender, const struct cell *row)
{
    return row_policy_apply(&sender->policy, row, NULL, NULL);
}

static bool
open_copy(struct row_sender *sender, struct error *err)
{
    return sender->copy != NULL || sender->open(sender->context, &sender->copy, err);
}

static bool
keep_row(struct row_sender *sender, const struct cell *row)
{
    if (sender->row_count == sender->row_capacity) {
        sender->row_capacity = sender->row_capacity > 0 ? 2 * sender->row_capacity : 256;
        sender->rows = mem_realloc(sender->rows, sender->row_capacity, sizeof *sender->rows);
    }
    sender->rows[sender->row_count++] = row;
    return true;
}

bool
row_sender_send(struct row_sender *sender, const struct cell *as_read, const struct cell *checked,
    struct error *err)
{
    if (sender->is_careful)
        return keep_row(sender, as_read);
    return open_copy(sender, err) && copy_stream_send(sender->copy, checked, err);
}

bool
row_sender_end(struct row_sender *sender, struct error *err)
{
    int64_t row_count;
    bool done;

    if (sender->copy == NULL)
        return true;
    done = copy_stream_finish(sender->copy, &row_count, err);
    copy_stream_close(sender->copy);
    sender->copy = NULL;
    return done;
}

void
row_sender_leave_out(struct row_sender *sender, const struct cell *checked)
{
    if (sender->table->key == NULL || sender->left_out_count == LEFT_OUT_MAX)
        return;
    if (sender->left_out_count == sender->left_out_capacity) {
        sender->left_out_capacity =
            sender->left_out_capacity > 0 ? 2 * sender->left_out_capacity : 64;
        sender->left_out_keys = mem_realloc(
            sender->left_out_keys, sender->left_out_capacity, sizeof *sender->left_out_keys);
    }
    sender->left_out_keys[sender->left_out_count++] = digest_key_of_row(sender->table, checked);
    sender->left_out_is_sorted = false;
}

static int
compare_digests(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;

    return (a > b) - (a < b);
}

// Rows are left out while the source is read and looked for afterwards: sorted once.
bool
row_sender_left_out(struct row_sender *sender, uint64_t key_digest)
{
    if (sender->left_out_count == 0)
        return false;
    if (!sender->left_out_is_sorted)
        qsort(sender->left_out_keys, sender->left_out_count, sizeof key_digest, compare_digests);
    sender->left_out_is_sorted = true;
    return bsearch(&key_digest, sender->left_out_keys, sender->left_out_count, sizeof key_digest,
               compare_digests) != NULL;
}

// ---- careful -----------------------------------------------------------------------------------

bool
row_sender_can_isolate(const struct error *err)
{
    static const char *const classes[] = { "22", "23", "54" };

    for (size_t i = 0; err->side == ERROR_SIDE_TARGET && i < sizeof classes / sizeof classes[0];
         i++) {
        if (strncmp(err->sqlstate, classes[i], 2) == 0)
            return true;
    }
    return false;
}

// One COPY for rows[first..first + count), all or nothing.
static bool
try_range(struct row_sender *sender, size_t first, size_t count, struct error *err)
{
    bool in_transaction = target_in_transaction(sender->target);
    bool done;

    if (in_transaction && !target_savepoint(sender->target, err))
        return false;
    done = open_copy(sender, err);
    for (size_t i = first; done && i < first + count; i++) {
        // What the policy takes out was recorded when the row was read.
        const struct cell *row = row_policy_apply(&sender->policy, sender->rows[i], NULL, NULL);

        done = copy_stream_send(sender->copy, row, err);
    }
    if (done)
        done = row_sender_end(sender, err);
    copy_stream_close(sender->copy);
    sender->copy = NULL;
    if (done)
        return !in_transaction || target_release_savepoint(sender->target, err);
    if (in_transaction && row_sender_can_isolate(err)) {
        struct error lost;

        // Without the savepoint everything before would be lost too: then that is the error.
        error_clear(&lost);
        if (!target_rollback_to_savepoint(sender->target, &lost))
            *err = lost;
    }
    return false;
}

// Depth is at most the logarithm of a batch's rows.
static bool
send_range(struct row_sender *sender, size_t first, size_t count, struct error *err)
{
    if (count == 0 || try_range(sender, first, count, err))
        return true;
    if (!row_sender_can_isolate(err))
        return false;
    if (count == 1) {
        // The digest that marks a known row is taken after the value policy, as is every other.
        const struct cell *row = row_policy_apply(&sender->policy, sender->rows[first], NULL, NULL);

        quarantine_list_add_row(&sender->quarantine, row, err);
        row_sender_leave_out(sender, row);
        sender->outcome->rows_refused++;
        return true;
    }
    return send_range(sender, first, count / 2, err) &&
           send_range(sender, first + count / 2, count - count / 2, err);
}

bool
row_sender_flush(struct row_sender *sender, struct error *err)
{
    size_t count = sender->row_count;

    sender->row_count = 0;
    return !sender->is_careful || send_range(sender, 0, count, err);
}
