// Numbered places where a test makes the program fail or die: every call across a foreign boundary
// that can fail passes one. Only a build with OE2PG_FAULT_POINTS has them; in any other a fault
// point is the constant false and leaves no trace.
//
// The environment says what happens, as OE2PG_FAULT=N:MODE, points being counted from 1 over the
// whole process, in the order in which they are passed:
//   N:kill     the process dies at the N-th point, as by kill -9
//   N:once     the N-th point fails
//   N:always   the N-th point and all after it fail
//   N:each     the N-th point fails, and the N-th behind each that failed
//   N:stop     the process stops at the N-th point, as by kill -STOP, until somebody continues it
//   N:pace     the process stops at the N-th point and at all after it, each time until continued
//   count      nothing fails; how many were passed is printed to stderr at the end
// With OE2PG_FAULT_NAME only points of that name are counted. What strikes is named on stderr.
#ifndef OE2PG_BASE_FAULT_H
#define OE2PG_BASE_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#ifdef OE2PG_FAULT_POINTS
// True when the call that follows is to fail. Any thread.
bool fault_point(const char *name);
// A limit that a test makes smaller by an environment variable of this name; `usual` otherwise.
int64_t fault_setting(const char *name, int64_t usual);
#else
static inline bool
fault_point(const char *name)
{
    (void)name;
    return false;
}

static inline int64_t
fault_setting(const char *name, int64_t usual)
{
    (void)name;
    return usual;
}
#endif

#endif
