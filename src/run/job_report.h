// What is logged of a table that was done. Any thread.
#ifndef OE2PG_RUN_JOB_REPORT_H
#define OE2PG_RUN_JOB_REPORT_H

#include "method/outcome.h"
#include "plan/plan.h"

// A verification says nothing here: its report is on standard output.
void job_report_done(const struct job *job, const struct outcome *outcome);

#endif
