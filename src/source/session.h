// What is known of the session at a source: which settings are as a read needs them. Texts live as
// long as the source.
#ifndef OE2PG_SOURCE_SESSION_H
#define OE2PG_SOURCE_SESSION_H

#include <stdbool.h>
#include <stddef.h>

// A setting that could not be made what it has to be, or of which nobody says what it is.
struct loose_setting {
    const struct loose_setting *next;
    const char *name;
    const char *wanted;
    const char *found;   // NULL: it could not be read back
    const char *why;     // what the source said when it was to be set; NULL: it said nothing
    const char *purpose; // in words, behind "so that"
};

struct source_session {
    size_t pinned_count; // settings that were read back as they have to be
    const struct loose_setting *loose;
    const char *changed; // those that were something else before: "a (was b), c (was d)"; "": none
    bool may_end_early;  // whether rows are limited is not known, or they are: counting tells
    bool has_zone;       // the product's stamps depend on the session's zone
    bool is_utc;         // which is UTC now
    const char *zone_before; // the zone that the session began with; "": unknown
};

#endif
