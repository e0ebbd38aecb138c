#include "target/condemned.h"

#include "target/target_internal.h"

#include <string.h>

static struct table *
find_table(struct catalog *catalog, const char *schema, const char *name)
{
    for (size_t i = 0; i < catalog->table_count; i++) {
        struct table *table = catalog->tables[i];

        if (strcmp(table->name, name) == 0 && strcmp(table->schema, schema) == 0)
            return table;
    }
    return NULL;
}

static void
tell_table(struct arena *arena, struct table *table, const char *columns)
{
    struct condemned_key *key = arena_calloc(arena, 1, sizeof *key);
    struct cell *values;
    const char **names;

    key->column_count = sql_parse_array(arena, columns, &values);
    names = arena_calloc(arena, key->column_count, sizeof *names);
    for (size_t i = 0; i < key->column_count; i++)
        names[i] = values[i].bytes;
    key->columns = names;
    key->next = table->key_grounds.condemned;
    table->key_grounds.condemned = key;
}

bool
condemned_read(struct target *target, struct arena *arena, const char *schema,
    const struct source_identity *source, struct catalog *catalog, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    PGresult *rows = NULL;
    bool exists;

    if (!target_has_relation(target, "oe2pg.condemned_key", &exists, err))
        return false;
    if (!exists)
        return true;
    parameter_text(&parameters, schema);
    parameter_text(&parameters, source->version);
    if (!target_execute(target, "could not read the condemned keys",
            "SELECT c.source_schema, c.source_table, c.key_columns FROM oe2pg.condemned_key c"
            " JOIN oe2pg.mirror m ON m.id = c.mirror_id"
            " WHERE m.target_schema = $1 AND c.source_version = $2",
            &parameters, &rows, err))
        return false;
    for (int row = 0; row < PQntuples(rows); row++) {
        struct table *table =
            find_table(catalog, result_text(rows, row, 0), result_text(rows, row, 1));

        if (table != NULL)
            tell_table(arena, table, result_text(rows, row, 2));
    }
    PQclear(rows);
    return true;
}

static bool
save_key(struct target *target, const struct mirror_claim *claim,
    const struct source_identity *source, const struct table *table, const char *why,
    struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };
    const char *names[KEY_COLUMNS_MAX];
    struct buffer columns;
    bool done;

    for (size_t i = 0; i < table->key->column_count; i++)
        names[i] = table->columns[table->key->columns[i]].name;
    buffer_init(&columns, BUFFER_SQL_CAP);
    sql_append_name_array(&columns, names, table->key->column_count);
    parameter_integer(&parameters, claim->mirror_id);
    parameter_text(&parameters, table->schema);
    parameter_text(&parameters, table->name);
    parameter_text(&parameters, buffer_text(&columns));
    parameter_text(&parameters, source->version);
    parameter_text(&parameters, why);
    parameter_integer(&parameters, claim->run_id);
    done = !columns.failed
               ? target_execute(target, "could not record a condemned key",
                     "INSERT INTO oe2pg.condemned_key (mirror_id, source_schema, source_table,"
                     " key_columns, source_version, reason, run_id)"
                     " VALUES ($1, $2, $3, $4, $5, $6, $7)"
                     " ON CONFLICT (mirror_id, source_schema, source_table, key_columns) DO UPDATE"
                     " SET source_version = excluded.source_version, reason = excluded.reason,"
                     " run_id = excluded.run_id, found_at = excluded.found_at",
                     &parameters, NULL, err)
               : error_set(err, ERROR_TABLE, "the names of the key's columns are too long");
    buffer_release(&columns);
    return done;
}

bool
condemned_save(struct target *target, const struct mirror_claim *claim,
    const struct source_identity *source, const struct table *table, const char *why,
    struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    parameter_integer(&parameters, claim->mirror_id);
    parameter_text(&parameters, table->schema);
    parameter_text(&parameters, table->name);
    return save_key(target, claim, source, table, why, err) &&
           target_execute(target, "could not forget how far a load came",
               "DELETE FROM oe2pg.piece WHERE mirror_id = $1 AND source_schema = $2"
               " AND source_table = $3",
               &parameters, NULL, err);
}
