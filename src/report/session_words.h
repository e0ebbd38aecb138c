// A setting of the source's session that could not be pinned, in words for people.
#ifndef OE2PG_REPORT_SESSION_WORDS_H
#define OE2PG_REPORT_SESSION_WORDS_H

#include "source/session.h"

#include <stddef.h>

#define SESSION_REMEDY                                                                             \
    "Allow the user that is logged in to set it, or take it out of the server's, the role's or "   \
    "the driver's own configuration."

// Writes a sentence without a period; returns `text`.
const char *session_describe_loose(const struct loose_setting *loose, char *text, size_t size);
// One warning each, in the log.
void session_warn(const struct source_session *session);

#endif
