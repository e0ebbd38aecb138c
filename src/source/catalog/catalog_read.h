// Reads a source's catalogue: which way is asked first, and what is made of the answers. A door
// brings the ways; the product's own queries and OpenEdge's catalogue go before what a driver
// lists.
//
// The table is the unit here, too: what cannot be read of all tables at once is asked for table by
// table, and a table of which it cannot be read then is marked so (table.entry.unread) and the
// others go on. Only a source that does not answer any more ends the reading.
#ifndef OE2PG_SOURCE_CATALOG_READ_H
#define OE2PG_SOURCE_CATALOG_READ_H

#include "base/arena.h"
#include "source/catalog/catalog_door.h"
#include "source/catalog/column_run.h"
#include "source/catalog/table_list.h"
#include "source/product/product.h"

// Of which tables columns are asked for. The patterns keep the answer short, no more.
struct catalog_question {
    const struct table_list *list;
    const struct table *one; // of the list; NULL: all of them
    const char *schema;      // a pattern; NULL: any
    const char *table;       // a pattern; NULL: any
};

struct code_page;

struct catalog_ways {
    struct catalog_door door; // its context is that of the functions below
    const struct table_filter *filter;
    bool is_openedge;
    const char *catalog;               // the connected database, as the driver calls it; NULL: ""
    const char *schema;                // asked for; NULL: ""
    const char *escape;                // of the driver, in patterns; "": it has none
    const char *objects;               // the product's query of them; NULL: list_tables
    const char *keys;                  // the product's query of unique indexes; NULL: list_keys
    const char *estimates;             // and of rows; NULL: none
    const char *odd_names;             // and of names that cannot be sent; NULL: none
    const struct code_page *code_page; // what texts come in
    const char *encoding;              // its name
    bool asks_table_by_table; // columns and keys of one table after the other, for an answer may
                              // break
    product_append_text *append_text; // how these queries hold a text; NULL: in single quotes
    bool (*list_tables)(
        void *context, struct arena *arena, struct table_list *list, struct error *err);
    // Adds the columns of the tables that the question is about.
    bool (*list_columns)(void *context, struct arena *arena,
        const struct catalog_question *question, struct error *err);
    // Of one table. A failure with an SQLSTATE that says so leaves the table without.
    bool (*list_primary)(
        void *context, struct arena *arena, struct table *table, struct error *err);
    bool (*list_indexes)(
        void *context, struct arena *arena, struct table *table, struct error *err);
    // After a failure: true when nothing more will be answered, because the connection is dead or
    // the reading was cancelled.
    bool (*is_over)(void *context);
};

// Fills the catalogue: tables sorted by name and schema, their columns, keys and estimates.
bool catalog_read(const struct catalog_ways *ways, struct arena *arena, struct catalog *catalog,
    struct error *err) __attribute__((warn_unused_result));

// What whoever runs oe2pg is to be told of the catalogue; `note` is borrowed.
void catalog_add_note(struct arena *arena, struct catalog *catalog, const char *note);
// True when a failure is not about what was asked, but of the source as a whole.
bool catalog_is_lost(const struct catalog_ways *ways, const struct error *err);

// --- table_by_table.c

// What cannot be asked for all tables at once is asked for one after the other.
struct table_by_table {
    struct arena *arena;
    struct table **tables; // those that are ignored or marked already are passed over
    size_t count;
    void *context; // of the functions below
    bool (*ask)(void *context, struct table *table, struct error *err);
    // After a failure: true when it is not about the table that was asked for.
    bool (*is_lost)(void *context, const struct error *err);
    // What becomes of a table for which there was no answer. NULL: catalog_mark_unread.
    void (*refuse)(void *context, struct table *table, const struct error *why);
    // After so many failures and no answer before them no other table is asked for. 0: all are.
    size_t probes;
    bool is_last; // no other way is left
};

// *is_answered is false when no table was answered for, which is no table's fault: none is refused
// then, unless no other way is left. Fails for what is_lost says alone.
bool catalog_ask_table_by_table(const struct table_by_table *asking, bool *is_answered,
    struct error *err) __attribute__((warn_unused_result));
// The table stays in the catalogue, with the reason why its entry could not be read.
void catalog_mark_unread(struct arena *arena, struct table *table, const struct error *why);

// --- object_list.c

// Adds tables, views and the like by the product's query (product.h), all of them. After a
// failure the list may hold some.
bool catalog_query_objects(const struct catalog_door *door, const char *sql, struct arena *arena,
    struct table_list *list, struct error *err) __attribute__((warn_unused_result));
// One of these names. `kind` says in the words of JDBC, in any case, what it is; NULL or "": a
// table.
struct table *catalog_add_object(struct arena *arena, struct table_list *list,
    const struct column_owner *names, const char *kind);
// Partitions are left out where the table that they are a part of is in the list: it holds their
// rows. The list is sorted.
void catalog_leave_out_partitions(struct arena *arena, const struct table_list *list);

// --- catalog_columns.c

// Fills the columns of the tables in the list that are not skipped and have none yet, one after the
// other. The list is sorted.
bool catalog_read_missing_columns(const struct catalog_ways *ways, struct arena *arena,
    const struct table_list *list, struct error *err) __attribute__((warn_unused_result));
// The same, of all tables at once where that can be. None of them has columns yet.
bool catalog_read_columns(const struct catalog_ways *ways, struct arena *arena,
    const struct table_list *list, struct error *err) __attribute__((warn_unused_result));

// --- key_query.c

// Fills the keys of all tables that are read so far.
bool catalog_read_keys(const struct catalog_ways *ways, struct arena *arena,
    struct catalog *catalog, struct error *err) __attribute__((warn_unused_result));
// Row estimates by a query whose rows are schema, table, rows. A failure is no error.
void catalog_query_estimates(
    const struct catalog_door *door, const char *sql, struct catalog *catalog);

// --- catalog_name.c

// A query of product.h for all tables, or for `one`: what stands in braces is taken out, or
// becomes a condition.
void catalog_append_query(
    struct buffer *out, const char *sql, product_append_text *append_text, const struct table *one);
// A name for an argument that is taken as a pattern: its wildcards, and the escape itself, behind
// the escape of the driver. The name as it is where a driver has none ("").
void catalog_append_pattern(struct buffer *out, const char *escape, const char *name);
// Whether what a driver answers, or NULL where it does not say, is what it was asked for (NULL or
// "" for anything).
bool catalog_is_asked(const char *asked, const char *answer);

#endif
