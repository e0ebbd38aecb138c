#include "target/type.h"

#include "target/target_internal.h"

#define BYTEWISE "::pg_catalog.text COLLATE pg_catalog.\"C\""

// THE table.
const struct target_type target_types[] = {
    [VALUE_TEXT] = { "text", BYTEWISE, COPY_AS_IT_IS },
    [VALUE_INTEGER] = { "text", BYTEWISE, COPY_AS_IT_IS },
    [VALUE_DECIMAL] = { "text", BYTEWISE, COPY_AS_IT_IS },
    [VALUE_FLOAT] = { "text", BYTEWISE, COPY_AS_IT_IS },
    [VALUE_FLOAT4] = { "text", BYTEWISE, COPY_AS_IT_IS },
    [VALUE_BOOLEAN] = { "text", BYTEWISE, COPY_AS_IT_IS },
    [VALUE_DATE] = { "text", BYTEWISE, COPY_AS_IT_IS },
    [VALUE_TIME] = { "text", BYTEWISE, COPY_AS_IT_IS },
    [VALUE_TIMESTAMP] = { "text", BYTEWISE, COPY_AS_IT_IS },
    [VALUE_TIMESTAMP_TZ] = { "text", BYTEWISE, COPY_AS_IT_IS },
    [VALUE_BINARY] = { "text", BYTEWISE, COPY_AS_HEX },
};

void
target_type_append_column(struct buffer *sql, const struct column *column)
{
    sql_append_name(sql, column->target_name);
    (void)buffer_printf(sql, " %s", target_types[column->kind].name);
}

void
target_type_append_columns(struct buffer *sql, const struct column *columns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        (void)buffer_append_text(sql, i > 0 ? ", " : "");
        target_type_append_column(sql, &columns[i]);
    }
}

void
target_type_append_text(struct buffer *sql, const char *alias, const struct column *column)
{
    (void)buffer_printf(sql, "%s.", alias);
    sql_append_name(sql, column->target_name);
    (void)buffer_append_text(sql, target_types[column->kind].as_text);
}
