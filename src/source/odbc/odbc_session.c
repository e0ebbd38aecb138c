// The session as a run needs it: isolation, what is pinned, autocommit.
#include "source/catalog/session_pins.h"
#include "source/odbc/odbc.h"
#include "source/product/product.h"

static const char *
level_name(SQLULEN level)
{
    switch (level) {
    case SQL_TXN_READ_UNCOMMITTED:
        return "read uncommitted";
    case SQL_TXN_READ_COMMITTED:
        return "read committed";
    case SQL_TXN_REPEATABLE_READ:
        return "repeatable read";
    case SQL_TXN_SERIALIZABLE:
        return "serializable";
    default:
        return "no level";
    }
}

static SQLUINTEGER
wanted_level(const struct odbc_source *source)
{
    return source->settings->isolation == SOURCE_READ_UNCOMMITTED ? SQL_TXN_READ_UNCOMMITTED
                                                                  : SQL_TXN_READ_COMMITTED;
}

// --- isolation

static const char *
reported_level(struct odbc_source *source)
{
    SQLULEN level = 0; // some drivers write all eight bytes
    SQLRETURN code = SQLGetConnectAttr(
        source->connection, SQL_ATTR_TXN_ISOLATION, &level, (SQLINTEGER)sizeof level, NULL);

    return level_name(SQL_SUCCEEDED(code) ? level : 0);
}

static void
say_isolation(struct odbc_source *source, const char *how)
{
    source->base.identity.isolation = arena_printf(&source->arena, "%s%s; the driver reports %s",
        level_name(wanted_level(source)), how, reported_level(source));
}

// The statement that the product has for it, for a driver that refuses ODBC's own call; then the
// hint that reads without locks at any level.
static void
set_by_statement(struct odbc_source *source)
{
    const struct product *product = source->product;
    bool is_uncommitted = source->settings->isolation == SOURCE_READ_UNCOMMITTED;
    struct error refused = { 0 };

    if (odbc_run(source, product->dialect.isolation[is_uncommitted ? 0 : 1], &refused)) {
        say_isolation(source, ", set by SET TRANSACTION");
        return;
    }
    source->needs_unlocked = is_uncommitted && product->dialect.unlocked != NULL;
    say_isolation(source, source->needs_unlocked ? " is not taken, so tables are read WITH (NOLOCK)"
                                                 : " is not taken");
}

static bool
set_isolation(struct odbc_source *source, struct error *err)
{
    SQLUINTEGER wanted = wanted_level(source);
    SQLUINTEGER possible = 0;
    SQLRETURN code = SQLGetInfo(source->connection, SQL_TXN_ISOLATION_OPTION, &possible,
        (SQLSMALLINT)sizeof possible, NULL);
    bool has_statement = source->product->dialect.isolation[0] != NULL;

    if (!SQL_SUCCEEDED(code) || (possible & wanted) == 0) {
        // A source that only knows stricter levels (SQLite) reads with its own.
        if (has_statement)
            set_by_statement(source);
        else
            say_isolation(source, " is no level of this source");
        return true;
    }
    code = SQLSetConnectAttr(
        source->connection, SQL_ATTR_TXN_ISOLATION, (SQLPOINTER)(uintptr_t)wanted, SQL_IS_UINTEGER);
    if (SQL_SUCCEEDED(code)) {
        say_isolation(source, "");
        return true;
    }
    if (!has_statement)
        return odbc_fail(source->settings, SQL_HANDLE_DBC, source->connection, code, err,
            "could not set the isolation level");
    set_by_statement(source);
    return true;
}

// --- all of it

bool
odbc_set_up_session(struct odbc_source *source, const char *dbms_name, struct error *err)
{
    const struct catalog_door door = odbc_catalog_door(source);
    SQLRETURN code;

    if (!set_isolation(source, err))
        return false;
    if (!session_pins_set(
            &door, product_find(dbms_name), &source->arena, &source->base.session, err) ||
        !code_page_learn(&door, source->product, &source->arena, &source->base.session,
            &source->base.code_page, err) ||
        !odbc_check_attributes(source, err)) {
        err->kind = ERROR_SOURCE;
        return error_within(err, "could not set up the session");
    }
    source->base.session.may_end_early |= source->product->odbc.is_unprepared;
    if (!source->product->dialect.ends_transactions)
        return true;
    code = SQLSetConnectAttr(source->connection, SQL_ATTR_AUTOCOMMIT,
        (SQLPOINTER)(uintptr_t)SQL_AUTOCOMMIT_OFF, SQL_IS_UINTEGER);
    if (!SQL_SUCCEEDED(code))
        return odbc_fail(source->settings, SQL_HANDLE_DBC, source->connection, code, err,
            "could not switch autocommit off");
    return true;
}
