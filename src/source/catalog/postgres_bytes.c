#include "source/catalog/postgres_bytes.h"

#include "base/text.h"

bool
postgres_has_bytes(const char *code_page)
{
    return text_equal_nocase(code_page, "SQL_ASCII");
}

void
postgres_append_bytes(struct buffer *sql, const char *name, bool is_padded)
{
    if (is_padded)
        (void)buffer_printf(sql,
            "CASE WHEN %s IS NOT NULL THEN "
            "pg_catalog.convert_to(pg_catalog.concat(%s), 'SQL_ASCII') END",
            name, name);
    else
        (void)buffer_printf(
            sql, "pg_catalog.convert_to(CAST(%s AS pg_catalog.text), 'SQL_ASCII')", name);
}

bool
postgres_needs_literal(const char *code_page, enum value_kind kind, const struct cell *value)
{
    return kind == VALUE_TEXT && postgres_has_bytes(code_page) &&
           text_utf8_valid_size(value->bytes, value->size) < value->size;
}

void
postgres_append_literal(struct buffer *sql, const struct cell *value, bool is_padded)
{
    (void)buffer_append_text(sql, "CAST(pg_catalog.convert_from(pg_catalog.decode('");
    for (size_t i = 0; i < value->size; i++)
        (void)buffer_printf(sql, "%02x", (unsigned)(unsigned char)value->bytes[i]);
    (void)buffer_printf(
        sql, "', 'hex'), 'SQL_ASCII') AS pg_catalog.%s)", is_padded ? "bpchar" : "text");
}
