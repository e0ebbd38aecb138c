// Which types of which product are ordered as they are compared: the allow-list behind
// struct column's `order`, the same by every door. Pure; any thread.
#ifndef OE2PG_SOURCE_PRODUCT_ORDER_H
#define OE2PG_SOURCE_PRODUCT_ORDER_H

#include "model/table.h"

// Fills `order` of all columns; the keys are known already. `product` as in struct source_identity.
void product_order_tell(const char *product, struct table *table);

#endif
