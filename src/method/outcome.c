#include "method/outcome.h"

#include <stdlib.h>

void
outcome_release(struct outcome *outcome)
{
    free(outcome->report);
    outcome->report = NULL;
}
