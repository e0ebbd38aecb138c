#include "source/catalog/session_pins.h"
#include "source/odbc/odbc.h"

// No value that is read is longer (model/batch.h); SQLite's driver names what SQLite itself can
// hold.
enum { LENGTH_ENOUGH = 1 << 29 };

static const struct attribute {
    SQLINTEGER number;
    SQLULEN value;
    SQLULEN enough; // from here on it limits nothing; 0: there is no such value
    const char *name;
    const char *wanted;
    const char *purpose;
    bool limits_rows;
} attributes[] = {
    { SQL_ATTR_MAX_ROWS, 0, 0, "the driver's SQL_ATTR_MAX_ROWS", "0",
        "no result ends before its last row", true },
    { SQL_ATTR_MAX_LENGTH, 0, LENGTH_ENOUGH, "the driver's SQL_ATTR_MAX_LENGTH", "0",
        "no value is shortened", false },
    { SQL_ATTR_NOSCAN, SQL_NOSCAN_ON, 0, NULL, NULL, NULL, false },
};

enum { ATTRIBUTE_COUNT = sizeof attributes / sizeof attributes[0] };

static bool
read_back(SQLHSTMT statement, const struct attribute *attribute, SQLULEN *value)
{
    *value = 0; // some drivers write four bytes only
    return SQL_SUCCEEDED(
        SQLGetStmtAttr(statement, attribute->number, value, (SQLINTEGER)sizeof *value, NULL));
}

static bool
is_right(const struct attribute *attribute, SQLULEN value)
{
    return value == attribute->value || (attribute->enough > 0 && value >= attribute->enough);
}

void
odbc_pin_attributes(SQLHSTMT statement)
{
    for (size_t i = 0; i < ATTRIBUTE_COUNT; i++) {
        SQLULEN value;

        // A driver may refuse to set what it has already.
        if (!read_back(statement, &attributes[i], &value) || !is_right(&attributes[i], value))
            (void)SQLSetStmtAttr(statement, attributes[i].number,
                (SQLPOINTER)(uintptr_t)attributes[i].value, SQL_IS_UINTEGER);
    }
}

// A driver that cannot say how long a value may be knows no such limit; nor does one that cannot
// say how many rows, most likely: but then counting them costs little against believing it.
static void
check(struct odbc_source *source, SQLHSTMT statement, const struct attribute *attribute)
{
    struct source_session *session = &source->base.session;
    SQLULEN value;
    bool is_told = read_back(statement, attribute, &value);

    if (is_told && is_right(attribute, value)) {
        session->pinned_count++;
        return;
    }
    session->may_end_early |= attribute->limits_rows;
    if (!is_told && !attribute->limits_rows)
        return;
    session_pins_add_loose(session, &source->arena,
        (struct loose_setting){ .name = attribute->name,
            .wanted = attribute->wanted,
            .found = is_told ? arena_printf(&source->arena, "%zu", (size_t)value) : NULL,
            .purpose = attribute->purpose });
}

bool
odbc_check_attributes(struct odbc_source *source, struct error *err)
{
    struct odbc_statement statement = { 0 };

    if (!odbc_statement_open(source, &statement, err))
        return false;
    for (size_t i = 0; i < ATTRIBUTE_COUNT; i++) {
        if (attributes[i].name != NULL)
            check(source, statement.handle, &attributes[i]);
    }
    odbc_statement_close(&statement);
    return true;
}
