// The door for a folder of OpenEdge dumps: what its files share. Nothing but dump_source.c fills
// the functions of driver.h. One thread.
#ifndef OE2PG_SOURCE_DUMP_DUMP_H
#define OE2PG_SOURCE_DUMP_DUMP_H

#include "source/driver.h"
#include "source/dump/d_value.h"
#include "source/dump/df.h"
#include "source/dump/dump_trailer.h"

#include <time.h>

// A data file of the folder.
struct dump_data {
    const char *path;
    const char *name;
    struct dump_trailer trailer;
    const struct error *unread; // why the trailer could not be read; NULL: it was
    int64_t size_bytes;
    struct timespec changed; // its time of change
    bool is_used;            // it is some table's
};

struct dump_folder {
    const char *path;
    const char **schemas; // paths of the .df files, sorted
    size_t schema_count;
    struct dump_data *data; // sorted by name
    size_t data_count;
};

struct dump_source {
    struct source base; // first: source.c sees only this
    const struct source_settings *settings;
    struct arena arena;
    struct df_schema schema;
    uint64_t schema_digest; // of the bytes of all schema files
    struct dump_folder folder;
    const char **lines;      // of the description
    const char *half_schema; // one that was accepted although it has no end; NULL: none
};

// A field among the words of a record.
struct dump_field {
    const struct df_field *field;
    enum d_type type;
    int scale;     // as in canonical_text
    size_t first;  // word of a record
    size_t count;  // of words
    bool is_array; // which is one column
};

// What the words of a record are.
struct dump_layout {
    struct dump_field *fields; // in the order of their words, those alone that the records have
    size_t field_count;
    size_t word_count;
};

// --- dump_source.c

// Adds a sentence for source_take_note.
void dump_note(struct dump_source *source, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// --- dump_census.c

// Fills the source's description.
void dump_describe(struct dump_source *source);

// --- dump_folder.c

// Lists the folder, and reads the trailers of its data files.
bool dump_folder_read(struct arena *arena, const char *path, struct dump_folder *folder,
    struct error *err) __attribute__((warn_unused_result));
// The data file of a table: by the trailer's file name, else by the table's dump name, else by its
// name. NULL: there is none, or *doubled is the second of two that say that they are.
struct dump_data *dump_folder_find(const struct dump_folder *folder, const struct df_table *table,
    const struct df_schema *schema, const struct dump_data **doubled);

// --- dump_layout.c

// The fields in their order. `count` (0: none) names say which are there, when not all are.
bool dump_layout_make(struct arena *arena, const struct df_table *table, const char *const *present,
    size_t count, struct dump_layout *layout, struct error *err)
    __attribute__((warn_unused_result));
// The same of the fields that were there before some of the later .df files, if records of so many
// words are explained by that: the first of those files is in *since. False: they are not.
bool dump_layout_before(struct arena *arena, const struct df_schema *schema,
    const struct df_table *table, size_t word_count, struct dump_layout *layout,
    const struct df_field **first_new);

// --- dump_catalog.c

// A table of the schema as the others of its kind have it, without its rows. Its trouble, if any,
// is in table->entry.
struct table *dump_catalog_table(
    struct arena *arena, const struct df_table *schema, const char *owner);

// --- dump_cursor.c

bool dump_open_cursor(struct source *source, const struct read_request *request,
    struct cursor **cursor, struct error *err);
bool dump_fetch(struct cursor *cursor, const struct batch **batch, struct error *err);
void dump_close_cursor(struct cursor *base);

// --- dump_lob.c

// The content of a LOB, by the name that stands in a record: canonical text or bytes, in `content`.
// *size is the file's; of one larger than `limit` (0: none) nothing is read.
struct dump_lob {
    const char *folder;  // of the data file
    const char *page;    // of a CLOB, where its name says none; NULL: as the file's
    struct d_form *form; // of the data file
    size_t limit;
};
bool dump_lob_read(const struct dump_lob *lob, enum d_type type, const struct cell *name,
    struct buffer *content, size_t *size, enum d_verdict *verdict, struct error *err)
    __attribute__((warn_unused_result));

#endif
