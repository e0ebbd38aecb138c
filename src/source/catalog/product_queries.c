#include "source/catalog/product_queries.h"

// In hexadecimal: no escape, whatever the server was told to take for one, means anything in it.
static void
append_hex(struct buffer *sql, const char *text)
{
    static const char digits[] = "0123456789abcdef";

    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
        (void)buffer_append_byte(sql, digits[*p >> 4]);
        (void)buffer_append_byte(sql, digits[*p & 15]);
    }
}

void
product_postgres_text(struct buffer *sql, const char *text)
{
    (void)buffer_append_text(sql, "pg_catalog.convert_from(pg_catalog.decode('");
    append_hex(sql, text);
    (void)buffer_append_text(sql, "', 'hex'), 'UTF8')");
}

void
product_mariadb_text(struct buffer *sql, const char *text)
{
    (void)buffer_append_text(sql, "CONVERT(X'");
    append_hex(sql, text);
    (void)buffer_append_text(sql, "' USING utf8mb4)");
}

const char product_postgres_objects[] =
    "SELECT '', n.nspname, c.relname, CASE c.relkind WHEN 'v' THEN 'view' "
    "WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' ELSE '' END, "
    "q.nspname, p.relname FROM pg_catalog.pg_class c "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "LEFT JOIN pg_catalog.pg_inherits i ON i.inhrelid = c.oid AND c.relispartition "
    "LEFT JOIN pg_catalog.pg_class p ON p.oid = i.inhparent "
    "LEFT JOIN pg_catalog.pg_namespace q ON q.oid = p.relnamespace "
    "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't' "
    "AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')";

// INCLUDE columns stand behind the key columns; invalid, partial, deferrable and expression
// indexes do not identify rows.
const char product_postgres_keys[] =
    "SELECT n.nspname, c.relname, i.relname, CASE WHEN x.indisprimary THEN 1 ELSE 0 "
    "END, a.attname, k.n FROM pg_catalog.pg_index x "
    "JOIN pg_catalog.pg_class c ON c.oid = x.indrelid "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid "
    "CROSS JOIN LATERAL pg_catalog.generate_series(1, x.indnkeyatts) AS k(n) "
    "LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 "
    "AND a.attnum = x.indkey[k.n - 1] "
    "WHERE x.indisunique AND x.indisvalid AND x.indimmediate AND x.indpred IS NULL "
    "AND x.indexprs IS NULL AND c.relkind IN ('r', 'p', 'm') "
    "AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')"
    "{n.nspname,c.relname} ORDER BY 1, 2, 4 DESC, 3, 6";

const char product_postgres_estimates[] =
    "SELECT n.nspname, c.relname, CAST(c.reltuples AS pg_catalog.int8) "
    "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
    "ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'm', 'f')";

// The identifier is the cluster's; a database in it has its number.
const char product_postgres_guid[] =
    "SELECT c.system_identifier || '/' || d.oid FROM pg_catalog.pg_control_system() c "
    "CROSS JOIN pg_catalog.pg_database d "
    "WHERE d.datname = pg_catalog.current_database()";

const char product_postgres_code_page[] = "SELECT pg_catalog.current_setting('server_encoding')";

const char product_mariadb_objects[] =
    "SELECT TABLE_SCHEMA, '', TABLE_NAME, CASE TABLE_TYPE WHEN 'BASE TABLE' THEN '' "
    "ELSE TABLE_TYPE END, NULL, NULL FROM information_schema.TABLES "
    "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE <> 'SYSTEM VIEW'";

const char product_mariadb_keys[] =
    "SELECT '', TABLE_NAME, INDEX_NAME, CASE INDEX_NAME WHEN 'PRIMARY' THEN 1 ELSE 0 "
    "END, CASE WHEN SUB_PART IS NULL THEN COLUMN_NAME END, SEQ_IN_INDEX "
    "FROM information_schema.STATISTICS "
    "WHERE TABLE_SCHEMA = DATABASE() AND NON_UNIQUE = 0{,TABLE_NAME} ORDER BY 2, 4 DESC, 3, 6";

const char product_mariadb_estimates[] =
    "SELECT '', TABLE_NAME, TABLE_ROWS FROM information_schema.TABLES "
    "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')";

// FTS and R-tree tables keep their rows in tables of fixed names, which SQLite tells (table_list)
// only where it has the module.
const char product_sqlite_objects[] =
    "SELECT '' AS c, '' AS s, m.name AS t, CASE WHEN m.type = 'view' THEN 'view' WHEN EXISTS ("
    "SELECT 1 FROM sqlite_master v WHERE v.type = 'table' AND v.sql LIKE 'CREATE VIRTUAL TABLE%' "
    "AND substr(m.name, 1, length(v.name) + 1) = v.name || '_' "
    "AND instr(CASE WHEN v.sql LIKE '%USING fts5%' THEN ' data idx content docsize config ' "
    "WHEN v.sql LIKE '%USING fts%' THEN ' content segments segdir docsize stat ' "
    "WHEN v.sql LIKE '%USING rtree%' OR v.sql LIKE '%USING geopoly%' "
    "THEN ' node rowid parent ' ELSE '' END, "
    "' ' || substr(m.name, length(v.name) + 2) || ' ') > 0) "
    "THEN '" PRODUCT_SHADOW_TABLE "' ELSE '' END AS k, NULL AS p, NULL AS n "
    "FROM sqlite_master m WHERE m.type IN ('table', 'view') "
    "AND substr(m.name, 1, 7) <> 'sqlite_'";

// An INTEGER PRIMARY KEY has no index of its own; table_info knows it. A NULL name in index_info is
// an expression.
const char product_sqlite_keys[] =
    "SELECT '' AS s, m.name AS t, 'PRIMARY KEY' AS i, 1 AS p, c.name AS c, c.pk AS n "
    "FROM sqlite_master m, pragma_table_info(m.name) c "
    "WHERE m.type = 'table' AND c.pk > 0{,m.name} "
    "UNION ALL SELECT '', m.name, l.name, 0, k.name, k.seqno + 1 "
    "FROM sqlite_master m, pragma_index_list(m.name) l, pragma_index_info(l.name) k "
    "WHERE m.type = 'table' AND l.\"unique\" AND NOT l.partial AND l.origin <> 'pk'"
    "{,m.name} ORDER BY 2, 4 DESC, 3, 6";

const char product_sqlite_estimates[] =
    "SELECT '', tbl, max(CAST(stat AS INTEGER)) FROM sqlite_stat1 "
    "WHERE stat GLOB '[0-9]*' GROUP BY tbl";

const char product_mariadb_code_page[] = "SELECT @@character_set_database";
