// The manual page and the shell's completion, both made of the tables of commands and options.
#ifndef OE2PG_CLI_MAN_PAGE_H
#define OE2PG_CLI_MAN_PAGE_H

#include <stdio.h>

// docs/oe2pg.1, for man(1).
void man_page_print(FILE *out);
// completion/oe2pg.bash.
void completion_print(FILE *out);

#endif
