// What a source has beside its tables that is written down and not mirrored: its sequences and what
// its views are made of. All of it lives in the arena of whoever asked.
#ifndef OE2PG_MODEL_EXTRAS_H
#define OE2PG_MODEL_EXTRAS_H

#include <stdbool.h>
#include <stddef.h>

// Numbers as the source prints them, as large as they may be. NULL: it does not tell.
struct source_sequence {
    const char *schema; // "" for a source without schemas
    const char *name;
    const char *increment;
    const char *least;
    const char *greatest;
    const char *is_cycling; // "true" or "false"
    const char *current;    // what that is differs by product: docs/tracking.md
};

struct source_view {
    const char *schema; // "" for a source without schemas
    const char *name;
    const char *definition; // in the source's words; NULL: it does not tell
};

struct source_extras {
    const struct source_sequence *sequences;
    size_t sequence_count;
    bool are_sequences_read; // false: it has none, or they could not be read
    const struct source_view *views;
    size_t view_count;
    bool are_views_read;
    // Sentences: what could not be read, and why.
    const char **failures;
    size_t failure_count;
};

#endif
