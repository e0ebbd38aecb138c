// Which tables of the catalogue this run takes, and how each is to be treated: ignored names,
// selected names, tables.X settings, excluded columns, keys and names in the mirror. Decides only:
// no I/O, nothing logged. Any thread, one at a time for one catalogue.
//
// What a word means is told in plan/spelling.h: "customer", "pub.customer", "cust*". An ignored
// table is never taken, whatever else is said, and has no name in the mirror. A word of a flag that
// matches no table is an error: nothing was started yet, and somebody sits there who can correct
// it. A line of the ignore file, or a key of mirror_settings.tables, that matches nothing is a
// warning: the table may have been dropped at the source since, and that must not stop a nightly
// run. Both name what may have been meant. Tables that a file's word means by their names in the
// mirror are named too: until somebody told them apart, it may have been written for nothing.
#ifndef OE2PG_PLAN_SELECTION_H
#define OE2PG_PLAN_SELECTION_H

#include "base/arena.h"
#include "base/error.h"
#include "model/settings.h"
#include "model/state.h"
#include "model/table.h"
#include "plan/spelling.h"

#include <stdbool.h>
#include <stddef.h>

enum selection_verdict {
    SELECTION_TAKEN,
    SELECTION_IGNORED,      // `pattern` says by which line or flag
    SELECTION_NOT_SELECTED, // --table was given for others only
    SELECTION_REFUSED,      // `refusal` says why; the table counts as failed, the others go on
};

struct selected_table {
    struct table *table;
    enum selection_verdict verdict;
    const struct name_pattern *pattern; // that ignored or selected it; NULL: none was needed
    const struct error *refusal;        // ERROR_TABLE with its remedy; NULL unless refused
    bool is_suspect;                    // to be read last and alone (plan/suspicion.h)
};

struct selection {
    struct selected_table *tables; // as many as the catalogue has, in its order
    size_t table_count;
    size_t taken_count;
    size_t ignored_count; // without views that nobody asked for
    size_t view_count;    // those
    size_t refused_count;
    const char **warnings; // sentences for the log
    size_t warning_count;
    const char **notes; // the same, of what is as it was asked for
    size_t note_count;
};

// What is decided by; all of it is borrowed.
struct selection_basis {
    const struct mirror_settings *settings;
    const struct table_record *records; // of the mirror; none as long as there is none
    size_t record_count;
    const char *target_schema; // of the mirror; NULL: not known
};

// The tables that no run will take, for who reads the catalogue.
struct table_filter selection_filter(const struct selection_basis *basis);

// Fills `selection`; everything new lives in `arena`. Every table that is not ignored gets what
// mirror_settings.tables says of it: excluded columns are removed (with the keys over them), its
// `where` and priority; its key (model/key_choice.h) and the names it and its columns have in the
// mirror. Two tables whose names in the mirror are equal are both refused, even when only one of
// them is selected. Fails with ERROR_USAGE only, for a flag that matches no table.
bool selection_make(struct arena *arena, const struct selection_basis *basis,
    const struct catalog *catalog, struct selection *selection, struct error *err)
    __attribute__((warn_unused_result));

// "ignored_tables.txt, line 3" or "--ignore-table"; lives in `arena`.
const char *selection_place(struct arena *arena, const char *file, int line);

// Fails with ERROR_USAGE and a near miss, for the word of a flag.
bool selection_fail_unmatched(struct arena *arena, const struct name_space *space,
    const struct name_pattern *word, struct error *err);

#endif
