// The door for a folder of OpenEdge dumps: what its files share. Nothing but dump_source.c fills
// the functions of driver.h. One thread.
#ifndef OE2PG_SOURCE_DUMP_DUMP_H
#define OE2PG_SOURCE_DUMP_DUMP_H

#include "source/driver.h"
#include "source/dump/d_value.h"
#include "source/dump/df.h"
#include "source/dump/dump_file.h"

// A data file of the folder.
struct dump_data {
    struct dump_place place;
    const char *stem; // its name without its folders and endings
    struct dump_survey survey;
    const struct error *unread; // why it could not be surveyed; NULL: it was
    bool is_used;               // it is some table's
};

// What is in a folder and in its archives.
struct dump_folder {
    const char *path;
    struct dump_place *schemas; // sorted by name, as the data files
    size_t schema_count;
    struct dump_data *data;
    size_t data_count;
    const char **notes; // sentences: what was not taken, and why
    size_t note_count;
    const struct error *broken; // why an archive could not be read; NULL: all could
};

// The rows of a table, as the catalogue leads to them (catalog_entry.place). All of it lives as
// long as the catalogue, and does not change.
struct dump_rows {
    const struct df_schema *schema;
    const struct df_table *table;
    const struct dump_data *data; // NULL: it has no data file
};

struct dump_source {
    struct source base; // first: source.c sees only this
    const struct source_settings *settings;
    struct arena arena;
    const char **lines; // of the description
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
void dump_describe(
    struct dump_source *source, const struct dump_folder *folder, const struct df_schema *schema);

// --- dump_folder.c

// Lists the folder without opening a file: archives are not looked into.
bool dump_folder_list(struct arena *arena, const char *path, struct dump_folder *folder,
    struct error *err) __attribute__((warn_unused_result));
// Lists it with what is in its archives, and surveys the data files.
bool dump_folder_read(struct arena *arena, const char *path, struct dump_folder *folder,
    struct error *err) __attribute__((warn_unused_result));
// The file, or the member of an archive ("folder/all.tar.gz/erp.df"), that a path leads to.
bool dump_folder_resolve(struct arena *arena, const char *path, struct dump_place *place,
    struct error *err) __attribute__((warn_unused_result));
// The data file of a table: by the trailer's file name, else by the table's dump name, else by its
// name. NULL: there is none, or *doubled is the first and the second of several.
struct dump_data *dump_folder_find(const struct dump_folder *folder, const struct df_table *table,
    const struct df_schema *schema, const struct dump_data *doubled[2]);

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

// --- dump_tables.c

bool dump_read_catalog(struct source *source, const struct table_filter *filter,
    struct arena *arena, struct catalog *catalog, struct error *err);

// --- dump_cursor.c

bool dump_open_cursor(struct source *source, const struct read_request *request,
    struct cursor **cursor, struct error *err);
bool dump_fetch(struct cursor *cursor, const struct batch **batch, struct error *err);
void dump_close_cursor(struct cursor *base);

// --- dump_lob.c

// The content of a LOB, by the name that stands in a record: canonical text or bytes, in `content`.
// *size is the file's; of one larger than `limit` (0: none) nothing is read.
struct dump_lob {
    const char *folder;  // of the dumps
    bool is_in_archive;  // the data file
    const char *page;    // of a CLOB, where its name says none; NULL: as the file's
    struct d_form *form; // of the data file
    size_t limit;
};
bool dump_lob_read(const struct dump_lob *lob, enum d_type type, const struct cell *name,
    struct buffer *content, size_t *size, enum d_verdict *verdict, struct error *err)
    __attribute__((warn_unused_result));

#endif
