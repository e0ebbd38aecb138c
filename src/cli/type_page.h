// The page about the types of a mirror, made of the type map (target/type.h).
#ifndef OE2PG_CLI_TYPE_PAGE_H
#define OE2PG_CLI_TYPE_PAGE_H

#include <stdio.h>

// docs/types.md.
void type_page_print(FILE *out);

#endif
