#include "report/output.h"

#include <stdio.h>

void
output_write(const char *text)
{
    (void)fputs(text, stdout);
    (void)fflush(stdout);
}
