// The parts of a selection, for selection*.c only.
#ifndef OE2PG_PLAN_SELECTION_INTERNAL_H
#define OE2PG_PLAN_SELECTION_INTERNAL_H

#include "plan/selection.h"
#include "plan/spelling.h"

enum { TARGET_COLUMNS_MAX = 1600 }; // of a table of PostgreSQL

// How the words of each list are to be read.
struct selector {
    struct arena *arena;
    const struct selection_basis *basis;
    struct name_space all;
    struct name_space open; // those that the ignore list leaves
    enum spelling *ignored; // one a pattern of settings->ignored, and so on
    enum spelling *selected;
    enum spelling *included;
    enum spelling *tables;
};

// ---- selection_words.c: what the words of the configuration mean --------------------------------

// Names the tables as the mirror will, and finds how every word is to be read.
void selector_init(struct selector *selector, struct arena *arena,
    const struct selection_basis *basis, struct table *const *tables, size_t table_count);

// The first pattern that means the table; NULL: none.
const struct name_pattern *selector_find(const struct selector *selector,
    const struct name_pattern *patterns, const enum spelling *spellings, size_t count,
    const struct table *table);
// Whether one of them is its whole name.
bool selector_names(const struct selector *selector, const struct name_pattern *patterns,
    const enum spelling *spellings, size_t count, const struct table *table);

// Every word has to mean something: ERROR_USAGE for a flag that does not, a warning for a line of a
// file. Tables that are meant by their names in the mirror are named.
bool selector_check_words(
    const struct selector *selector, struct selection *selection, struct error *err);
// Somebody who asks for an ignored table by its name should hear why nothing happens.
void selector_warn_ignored(const struct selector *selector, struct selection *selection);

void selection_warn(struct arena *arena, struct selection *selection, const char *sentence);
void selection_note(struct arena *arena, struct selection *selection, const char *sentence);

// ---- selection_shape.c: what a table is in the mirror, or why it cannot be ----------------------

struct excluding; // what became of every exclude_columns

struct excluding *excluding_new(struct arena *arena, const struct mirror_settings *settings);
// Takes out the columns that table->settings exclude, and the keys over them.
void excluding_apply(
    struct excluding *excluding, struct arena *arena, enum naming naming, struct table *table);
// Names of no column, and those that were found by their names in the mirror.
void excluding_report(const struct excluding *excluding, struct arena *arena,
    const struct mirror_settings *settings, struct selection *selection);

// Takes out keys and indexes over a column that is gone and renumbers the others. `places` says
// where each column went, UINT16_MAX for nowhere; what was read stays as it is.
void selection_renumber_keys(
    struct arena *arena, struct table *table, const uint16_t *places, size_t place_count);

// Makes the table what it will be in the mirror; refuses it when that cannot be done.
void selection_prepare(struct arena *arena, enum naming naming, struct selected_table *entry);
// Tables that would need one name are both refused.
void selection_refuse_collisions(struct arena *arena, struct selection *selection);

#endif
