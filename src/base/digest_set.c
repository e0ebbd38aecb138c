// Entries are sorted by digest. Digests are uniform, so the leading bits of one lead to a bucket of
// a few entries, and a look-up is one step in the index and a short scan.
//
// Invariant after freeze: starts[b]..starts[b + 1] are exactly the entries whose leading bits are
// b.
#include "base/digest_set.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum {
    ENTRIES_A_BUCKET = 8,
    BUCKET_BITS_MAX = 28,
    RADIX_BITS = 8,
    RADIX = 1 << RADIX_BITS,
    INSERTION_SORT_MAX = 32,
};

void
digest_set_init(struct digest_set *set, size_t size_bytes)
{
    memset(set, 0, sizeof *set);
    // One entry of nine is left for the index.
    set->capacity = size_bytes / sizeof *set->entries / 9 * 8;
    if (set->capacity > UINT32_MAX - 1)
        set->capacity = UINT32_MAX - 1;
    // A large block is mapped, not touched: memory is used only where rows are put.
    set->entries = mem_alloc(mem_product(set->capacity, sizeof *set->entries));
}

void
digest_set_release(struct digest_set *set)
{
    free(set->entries);
    free(set->starts);
    memset(set, 0, sizeof *set);
}

bool
digest_set_add(struct digest_set *set, uint64_t digest, uint32_t block, uint16_t offset)
{
    if (set->count == set->capacity)
        return false;
    set->entries[set->count++] =
        (struct digest_entry){ .digest = digest, .block = block, .offset = offset };
    return true;
}

static void
insertion_sort(struct digest_entry *entries, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct digest_entry entry = entries[i];
        size_t at = i;

        for (; at > 0 && entries[at - 1].digest > entry.digest; at--)
            entries[at] = entries[at - 1];
        entries[at] = entry;
    }
}

// Each entry into the part of its byte: next[b]..ends[b] of part b are still to be filled.
static void
place_entries(struct digest_entry *entries, size_t *next, const size_t *ends, unsigned shift)
{
    for (size_t b = 0; b < RADIX; b++) {
        while (next[b] < ends[b]) {
            struct digest_entry entry = entries[next[b]];
            size_t home = entry.digest >> shift & (RADIX - 1);
            struct digest_entry other = entries[next[home]];

            // Swapped with what stands at its place; one that is at home is its own other.
            entries[next[home]++] = entry;
            if (home != b)
                entries[next[b]] = other;
        }
    }
}

// American flag sort: in place, by one byte from the top. Equal digests end the recursion at the
// last byte; depth is at most eight.
static void
sort_by_byte(struct digest_entry *entries, size_t count, unsigned shift)
{
    size_t ends[RADIX];
    size_t next[RADIX];
    size_t total = 0;

    if (count <= INSERTION_SORT_MAX) {
        insertion_sort(entries, count);
        return;
    }
    memset(ends, 0, sizeof ends);
    for (size_t i = 0; i < count; i++)
        ends[entries[i].digest >> shift & (RADIX - 1)]++;
    for (size_t b = 0; b < RADIX; b++) {
        next[b] = total;
        total += ends[b];
        ends[b] = total;
    }
    place_entries(entries, next, ends, shift);
    if (shift == 0)
        return;
    for (size_t b = 0, start = 0; b < RADIX; start = ends[b], b++)
        sort_by_byte(entries + start, ends[b] - start, shift - RADIX_BITS);
}

void
digest_set_freeze(struct digest_set *set)
{
    size_t buckets;
    size_t at = 0;

    sort_by_byte(set->entries, set->count, 64 - RADIX_BITS);
    set->bucket_bits = 1;
    while (set->bucket_bits < BUCKET_BITS_MAX &&
           ((size_t)1 << set->bucket_bits) * ENTRIES_A_BUCKET < set->count)
        set->bucket_bits++;
    buckets = (size_t)1 << set->bucket_bits;
    set->starts = mem_calloc(buckets + 1, sizeof *set->starts);
    for (size_t b = 0; b < buckets; b++) {
        while (at < set->count && set->entries[at].digest >> (64 - set->bucket_bits) < b)
            at++;
        set->starts[b] = (uint32_t)at;
    }
    set->starts[buckets] = (uint32_t)set->count;
}

static bool
is_struck(const struct digest_entry *entry)
{
    return atomic_load_explicit(&entry->struck_by, memory_order_relaxed) != 0;
}

static bool
take(struct digest_entry *entry, uint16_t mark)
{
    uint16_t free_mark = 0;

    return atomic_compare_exchange_strong_explicit(
        &entry->struck_by, &free_mark, mark, memory_order_relaxed, memory_order_relaxed);
}

// Where "greater, or equal and still there" begins to hold in a bucket, as far as this thread sees:
// a binary search finds it, however many equal rows there are. The entry before it was struck when
// it was looked at, or is smaller, and neither changes any more.
static size_t
find_first_left(const struct digest_set *set, uint64_t digest, size_t low, size_t high)
{
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct digest_entry *entry = &set->entries[middle];

        if (entry->digest > digest || (entry->digest == digest && !is_struck(entry)))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

// Another thread may take the entry between the search and the exchange; then the next one is
// tried, for all before it are struck. Marks are all that threads share here, each is changed once
// and by an exchange that cannot miss: no order among them is needed.
bool
digest_set_strike(struct digest_set *set, uint64_t digest, uint16_t mark)
{
    size_t bucket = digest >> (64 - set->bucket_bits);
    size_t end = set->starts[bucket + 1];

    for (size_t i = find_first_left(set, digest, set->starts[bucket], end);
         i < end && set->entries[i].digest == digest; i++) {
        if (take(&set->entries[i], mark))
            return true;
    }
    return false;
}

// The other marks of equal rows move to the front, so that those that are struck stay the first
// ones.
void
digest_set_take_back(struct digest_set *set, uint16_t mark)
{
    size_t kept = 0; // where the next of them belongs

    for (size_t i = 0; i < set->count; i++) {
        struct digest_entry *entry = &set->entries[i];
        uint16_t struck_by = entry->struck_by;

        if (i == 0 || entry->digest != set->entries[i - 1].digest)
            kept = i;
        if (struck_by == 0)
            continue;
        entry->struck_by = 0;
        if (struck_by != mark)
            set->entries[kept++].struck_by = struck_by;
    }
}

size_t
digest_set_left(const struct digest_set *set)
{
    size_t left = 0;

    for (size_t i = 0; i < set->count; i++)
        left += !is_struck(&set->entries[i]);
    return left;
}
