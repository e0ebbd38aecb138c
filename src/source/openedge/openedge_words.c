// Labels and descriptions of tables. They are asked for by themselves: a description may be longer
// than its own SQL width, and then ends its query.
#include "source/catalog/catalog_read.h"
#include "source/openedge/openedge.h"

enum { WORDS_OWNER, WORDS_TABLE, WORDS_LABEL, WORDS_DESCRIPTION, WORDS_FIELDS };

static const char table_words[] =
    "SELECT f.\"_Owner\", f.\"_File-Name\", f.\"_File-Label\", f.\"_Desc\" FROM PUB.\"_File\" f "
    "WHERE " OPENEDGE_USER_TABLES;

static const char *
keep(struct arena *arena, const char *field)
{
    return field != NULL && field[0] != '\0' ? arena_strdup(arena, field) : NULL;
}

static bool
take_words(void *taker, const char *const *fields, struct error *err)
{
    const struct openedge_reading *of = taker;
    struct table *table;

    (void)err;
    if (fields[WORDS_OWNER] == NULL || fields[WORDS_TABLE] == NULL)
        return true;
    table = openedge_find_table(of->catalog, fields[WORDS_OWNER], fields[WORDS_TABLE]);
    if (table == NULL)
        return true;
    table->entry.words.label = keep(of->arena, fields[WORDS_LABEL]);
    table->entry.words.description = keep(of->arena, fields[WORDS_DESCRIPTION]);
    return true;
}

bool
openedge_read_words(const struct openedge_reading *of, struct error *err)
{
    struct openedge_reading taker = *of;
    const struct openedge_query query = { table_words, WORDS_FIELDS, take_words, NULL, &taker };
    struct error refused = { 0 };

    return openedge_ask(of->door, &query, NULL, &refused, err);
}
