// The job in hand, and how it is begun anew when the order of its table's key proved
// false: by another key that leads to all rows, else in one go.
#ifndef OE2PG_METHOD_OTHER_KEY_H
#define OE2PG_METHOD_OTHER_KEY_H

#include "method/task.h"

// The task's own copy of the job, as planned; nothing was done for it yet.
void other_key_take(struct task *task, const struct job *planned);
// `why` says what was found (order_proof.h): it is recorded, and told as a warning; task->job is
// then one by another key. False, with the reason in err, when it could not be recorded.
bool other_key_choose(struct task *task, const char *why, struct error *err)
    __attribute__((warn_unused_result));

#endif
