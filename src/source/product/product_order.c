// Which columns of a table are ordered as they are compared.
#include "source/product/products.h"

// Of a loosely typed source no other column is sorted by what is known of its type.
static bool
is_row_number(const struct table *table, size_t column)
{
    for (size_t i = 0; i < table->key_count; i++) {
        const struct key *key = &table->keys[i];

        if (key->is_row_number && key->columns[0] == column)
            return true;
    }
    return false;
}

static enum column_order
order_of(const struct product_order *order, const struct table *table, size_t i)
{
    const struct column *column = &table->columns[i];

    if (product_matches(order->broken, column->type_name))
        return ORDER_BROKEN;
    if (order->is_loosely_typed)
        return is_row_number(table, i) ? ORDER_DOCUMENTED : ORDER_UNPROVED;
    if (column->is_instant || product_matches(order->names, column->type_name))
        return ORDER_DOCUMENTED;
    return (order->kinds & 1U << column->kind) != 0 &&
                   !product_matches(order->except, column->type_name)
               ? ORDER_DOCUMENTED
               : ORDER_UNPROVED;
}

void
product_order_tell(const struct product *product, struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++)
        table->columns[i].order = order_of(&product->order, table, i);
}
