#include "report/session_words.h"

#include "base/log.h"
#include "base/text.h"

const char *
session_describe_loose(const struct loose_setting *loose, char *text, size_t size)
{
    (void)text_print(text, size, "%s %s%s, not %s: it has to be so that %s%s%s", loose->name,
        loose->found != NULL ? "is " : "could not be read back",
        loose->found == NULL      ? ""
        : loose->found[0] != '\0' ? loose->found
                                  : "''",
        loose->wanted, loose->purpose, loose->why != NULL ? "; the source said: " : "",
        loose->why != NULL ? loose->why : "");
    return text;
}

void
session_warn(const struct source_session *session)
{
    char text[1000];

    for (const struct loose_setting *loose = session->loose; loose != NULL; loose = loose->next)
        log_warning("the source's session: %s", session_describe_loose(loose, text, sizeof text));
}
