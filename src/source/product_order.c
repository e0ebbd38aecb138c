#include "source/product_order.h"

#include "base/text.h"

#include <string.h>

enum { PATTERNS = 4 };

// A type is documented when its kind is among `kinds` and its name is none of `except`, or when its
// name is among `names`. What a product's documentation says, and tests/integration/
// test_key_orders.py tries.
struct product_order {
    const char *patterns[PATTERNS]; // of the product's name, the last one NULL
    unsigned kinds;
    const char *names[PATTERNS];
    const char *except[PATTERNS];
    const char *broken[PATTERNS];
    bool is_loosely_typed; // only a rowid holds nothing but integers
};

#define BIT(kind) (1U << (kind))
#define NUMBERS (BIT(VALUE_INTEGER) | BIT(VALUE_DECIMAL))
#define TIMES (BIT(VALUE_DATE) | BIT(VALUE_TIME) | BIT(VALUE_TIMESTAMP))

static const struct product_order products[] = {
    // One operator class orders and compares. Of texts it follows the collation, whose version may
    // be newer than an index: after an upgrade of the C library the index keeps the order of old.
    { .patterns = { "PostgreSQL*" },
        .kinds = NUMBERS | TIMES | BIT(VALUE_BOOLEAN) | BIT(VALUE_TIMESTAMP_TZ),
        .names = { "uuid" } },
    // ENUM is ordered by its index and SET by its bits, and both are compared as texts. An hour
    // that a zone's clocks go through twice is two instants, and one text.
    { .patterns = { "MariaDB*", "MySQL*" },
        .kinds = NUMBERS | TIMES,
        .except = { "timestamp*", "bit*" },
        .broken = { "enum*", "set*" } },
    { .patterns = { "SQLite*" }, .is_loosely_typed = true },
    { .patterns = { "H2", "HSQL*", "Apache Derby" }, .kinds = NUMBERS | TIMES },
    // Whether blanks at the end of characters count in an index as they do in a comparison is not
    // documented.
    { .patterns = { "*OpenEdge*" }, .kinds = NUMBERS | TIMES },
};

static const struct product_order unknown_product = { .kinds = NUMBERS | BIT(VALUE_DATE) };

static bool
matches_any(const char *const *patterns, const char *text)
{
    for (size_t i = 0; i < PATTERNS && patterns[i] != NULL; i++) {
        if (text_match(patterns[i], text))
            return true;
    }
    return false;
}

static const struct product_order *
find_product(const char *name)
{
    for (size_t i = 0; i < sizeof products / sizeof products[0]; i++) {
        if (matches_any(products[i].patterns, name))
            return &products[i];
    }
    return &unknown_product;
}

// SQLite: a column that is declared INTEGER and is the primary key is the rowid itself.
static bool
is_rowid(const struct table *table, size_t column)
{
    for (size_t i = 0; i < table->key_count; i++) {
        const struct key *key = &table->keys[i];

        if (key->is_primary && key->column_count == 1 && key->columns[0] == column)
            return text_equal_nocase(table->columns[column].type_name, "integer");
    }
    return false;
}

static enum column_order
order_of(const struct product_order *product, const struct table *table, size_t i)
{
    const struct column *column = &table->columns[i];

    if (matches_any(product->broken, column->type_name))
        return ORDER_BROKEN;
    if (product->is_loosely_typed)
        return is_rowid(table, i) ? ORDER_DOCUMENTED : ORDER_UNPROVED;
    if (column->is_instant || matches_any(product->names, column->type_name))
        return ORDER_DOCUMENTED;
    return (product->kinds & BIT(column->kind)) != 0 &&
                   !matches_any(product->except, column->type_name)
               ? ORDER_DOCUMENTED
               : ORDER_UNPROVED;
}

void
product_order_tell(const char *name, struct table *table)
{
    const struct product_order *product = find_product(name);

    for (size_t i = 0; i < table->column_count; i++)
        table->columns[i].order = order_of(product, table, i);
}
