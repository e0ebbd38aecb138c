#include "source/product/product.h"

#include "base/text.h"
#include "source/product/products.h"

// THE table.
const struct product *const products[] = {
    &product_openedge,
    &product_openedge_dump,
    &product_postgresql,
    &product_mariadb,
    &product_sqlite,
    &product_h2,
    &product_hsqldb,
    &product_derby,
};

const size_t product_count = sizeof products / sizeof products[0];

const struct product product_unknown = {
    .order.kinds = PRODUCT_NUMBERS | PRODUCT_KIND(VALUE_DATE),
    .odbc.is_unprepared = true,
};

bool
product_matches(const char *const patterns[PRODUCT_PATTERNS], const char *text)
{
    for (size_t i = 0; i < PRODUCT_PATTERNS && patterns[i] != NULL; i++) {
        if (text_match(patterns[i], text))
            return true;
    }
    return false;
}

const struct product *
product_find(const char *name)
{
    for (size_t i = 0; i < product_count; i++) {
        if (product_matches(products[i]->patterns, name))
            return products[i];
    }
    return &product_unknown;
}

const struct product *
product_find_by_odbc(const char *name, const char *driver)
{
    const struct product *product = product_find(name);

    return product->odbc.driver != NULL && text_match(product->odbc.driver, driver)
               ? product
               : &product_unknown;
}

const char *const *
product_properties(const char *url)
{
    for (size_t i = 0; i < product_count; i++) {
        if (product_matches(products[i]->jdbc.urls, url))
            return products[i]->jdbc.properties;
    }
    return product_unknown.jdbc.properties;
}

const char *
session_pin_purpose(enum pin_use use)
{
    static const char *const purposes[] = {
        [PIN_WHOLE] = "no result ends before its last row",
        [PIN_ZONE] = "a time stamp with a zone is one instant",
        [PIN_TEXT] = "a value looks the same in every run",
        [PIN_SYNTAX] = "a statement means the same everywhere",
        [PIN_TIME] = "a long read is not ended by the source",
        [PIN_SAFETY] = "nothing can be written to the source",
    };

    return purposes[use];
}

// --- what the products' files share

void
product_append_pins(struct buffer *sql, const struct product_session *session)
{
    for (size_t i = 0; i < session->pin_count; i++)
        (void)buffer_printf(sql, i > 0 ? ", '%s'" : "'%s'", session->pins[i].name);
}

void
product_append_hex(struct buffer *sql, const char *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < size; i++) {
        (void)buffer_append_byte(sql, digits[(unsigned char)bytes[i] >> 4]);
        (void)buffer_append_byte(sql, digits[(unsigned char)bytes[i] & 15]);
    }
}

int
product_bind_as_text(const struct column *column)
{
    (void)column;
    return PRODUCT_TYPE_VARCHAR;
}
