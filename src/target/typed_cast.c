#include "target/typed_cast.h"

#include <string.h>

enum {
    REPEATS_MAX = 255, // in a regular expression of PostgreSQL's
    VALID_SINCE = 160000,
};

// Days of every year, and those of the leap years: of our era with four or five digits, and before
// it from 4713 on.
#define MONTHS                                                                                     \
    "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|"                \
    "02-(0[1-9]|1[0-9]|2[0-8]))"
#define YEAR "([1-9][0-9]{3,4}|0[0-9]{2}[1-9]|0[0-9][1-9]0|0[1-9]00)"
#define FOURTH "(0[48]|[2468][048]|[13579][26])"
#define LEAP_YEAR "([1-9]?[0-9]{2}" FOURTH "|" FOURTH "00|[1-9](00|" FOURTH ")00)"
#define DAY "(" YEAR "-" MONTHS "|" LEAP_YEAR "-02-29)"
#define YEAR_BC                                                                                    \
    "(0[0-9]{2}[1-9]|0[0-9][1-9]0|0[1-9]00|[1-3][0-9]{3}|4[0-6][0-9]{2}|47(0[0-9]|1[0-3]))"
#define LEAP_YEAR_BC                                                                               \
    "((00|04|08|12|16|20|24|28|32|36|40|44)01|"                                                    \
    "([0-3][0-9]|4[0-6])(05|09|[2468][159]|[13579][37]))"
#define DAY_BC "(" YEAR_BC "-" MONTHS "|" LEAP_YEAR_BC "-02-29)"
#define CLOCK "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
#define OFFSET "[-+](0[0-9]|1[0-5])(:[0-5][0-9])?"
#define IS_ENDLESS "@ IN ('infinity', '-infinity')"
#define IS_PLAIN "pg_catalog.length(@) < 16000 AND @ ~ '^-?[0-9]+([.][0-9]+)?$'"
#define IS_FLOAT "pg_catalog.length(@) < 1000 AND @ ~ '^-?[0-9]+([.][0-9]+)?(e[-+]?[0-9]{1,3})?$'"
#define IS_WITHIN(least, most)                                                                     \
    "@::pg_catalog.numeric = 0 OR "                                                                \
    "pg_catalog.abs(@::pg_catalog.numeric) BETWEEN " least " AND " most

// @ is the text, # the fraction of a second that there may be, % the number of its digits in
// brackets, or nothing.
static const char *const templates[MIRROR_BASE_COUNT] = {
    [MIRROR_TEXT] = "@",
    [MIRROR_INT2] = "CASE WHEN @ ~ '^-?[0-9]{1,5}$' THEN CASE WHEN @::pg_catalog.int4 BETWEEN "
                    "-32768 AND 32767 THEN @::pg_catalog.int2 END END",
    [MIRROR_INT4] = "CASE WHEN @ ~ '^-?[0-9]{1,10}$' THEN CASE WHEN @::pg_catalog.int8 BETWEEN "
                    "-2147483648 AND 2147483647 THEN @::pg_catalog.int4 END END",
    [MIRROR_INT8] = "CASE WHEN @ ~ '^-?[0-9]{1,19}$' THEN CASE WHEN @::pg_catalog.numeric BETWEEN "
                    "-9223372036854775808 AND 9223372036854775807 THEN @::pg_catalog.int8 END END",
    [MIRROR_NUMERIC] = "CASE WHEN " IS_PLAIN " OR @ = 'NaN' THEN @::pg_catalog.numeric END",
    [MIRROR_BOOL] = "CASE @ WHEN 'true' THEN true WHEN 'false' THEN false END",
    [MIRROR_FLOAT4] = "CASE WHEN " IS_FLOAT " THEN CASE WHEN " IS_WITHIN("1e-45",
        "3.4028235e38") " THEN @::pg_catalog.float4 END WHEN @ IN ('NaN', 'Infinity', '-Infinity')"
                        " THEN @::pg_catalog.float4 END",
    [MIRROR_FLOAT8] = "CASE WHEN " IS_FLOAT " THEN CASE WHEN " IS_WITHIN("3e-324",
        "1.7976931348623157e308") " THEN @::pg_catalog.float8 END WHEN @ IN ('NaN', 'Infinity',"
                                  " '-Infinity') THEN @::pg_catalog.float8 END",
    [MIRROR_DATE] =
        "CASE WHEN @ ~ '^(" DAY "|" DAY_BC " BC)$' OR " IS_ENDLESS " THEN @::pg_catalog.date END",
    [MIRROR_TIME] = "CASE WHEN @ ~ '^(" CLOCK "#|24:00:00)$' THEN @::pg_catalog.time% END",
    [MIRROR_TIMESTAMP] = "CASE WHEN @ ~ '^(" DAY " " CLOCK "#|" DAY_BC " " CLOCK
                         "# BC)$' OR " IS_ENDLESS " THEN @::pg_catalog.timestamp% END",
    [MIRROR_TIMESTAMPTZ] =
        "CASE WHEN @ ~ '^(" DAY " " CLOCK "#" OFFSET "|" DAY_BC " " CLOCK "#" OFFSET
        " BC)$' OR " IS_ENDLESS " THEN @::pg_catalog.timestamptz% END",
    [MIRROR_BYTEA] = "CASE WHEN pg_catalog.translate(@, '0123456789abcdef', '') = '\\x' AND "
                     "pg_catalog.strpos(@, '\\x') = 1 AND pg_catalog.length(@) % 2 = 0 THEN "
                     "pg_catalog.decode(pg_catalog.substr(@, 3), 'hex') END",
    [MIRROR_UUID] = "CASE WHEN @ ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN "
                    "@::pg_catalog.uuid END",
    [MIRROR_JSON] = "CASE WHEN pg_catalog.pg_input_is_valid(@, 'pg_catalog.json') THEN "
                    "@::pg_catalog.json END",
};

// As many decimals as may be, so that the cast rounds nothing.
static void
append_fraction(struct buffer *sql, const struct mirror_type *type)
{
    int decimals = type->is_limited ? type->scale : 6;

    if (decimals > 0)
        (void)buffer_printf(sql, "([.][0-9]{1,%d})?", decimals);
}

static void
append_template(
    struct buffer *sql, const char *template, const struct mirror_type *type, const char *text)
{
    bool is_remainder = type->base == MIRROR_BYTEA; // where % is an operator

    for (const char *p = template; *p != '\0'; p++) {
        if (*p == '@')
            (void)buffer_append_text(sql, text);
        else if (*p == '#')
            append_fraction(sql, type);
        else if (*p != '%' || is_remainder)
            (void)buffer_append_byte(sql, *p);
        else if (type->is_limited)
            (void)buffer_printf(sql, "(%d)", type->scale);
    }
}

// No digit more than the type has: neither an error nor rounding.
static void
append_limited_numeric(struct buffer *sql, const struct mirror_type *type, const char *text)
{
    int whole = type->precision - type->scale;

    (void)buffer_printf(sql, "CASE WHEN %s ~ '^-?(0", text);
    if (whole > 0)
        (void)buffer_printf(sql, "|[1-9][0-9]{0,%d}", whole - 1);
    (void)buffer_append_byte(sql, ')');
    if (type->scale > 0)
        (void)buffer_printf(sql, "([.][0-9]{1,%d})?", type->scale);
    (void)buffer_printf(sql, "$' OR %s = 'NaN' THEN %s::pg_catalog.numeric(%d,%d) END", text, text,
        type->precision, type->scale);
}

void
typed_cast_append(
    struct buffer *sql, const struct mirror_type *type, const char *text, int server_version)
{
    if (type->base == MIRROR_NUMERIC && type->is_limited && type->scale >= 0 &&
        type->precision <= REPEATS_MAX)
        append_limited_numeric(sql, type, text);
    else if (type->base == MIRROR_JSON && server_version < VALID_SINCE)
        (void)buffer_append_text(sql, text);
    else
        append_template(sql, templates[type->base], type, text);
}
