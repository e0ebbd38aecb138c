#include "report/first_load_words.h"

#include "base/text.h"

static const char *
said_word(const struct first_load_way *way)
{
    return way->said == STANDBY_READERS_YES ? "yes" : "no";
}

const char *
first_load_describe(const struct first_load_way *way, char *text, size_t size)
{
    static const char copied[] = "copied into place at once by one transaction, so written twice";
    static const char renamed[] =
        "staged, and renamed into place when no session has an older snapshot";
    const char *sign = way->sign != NULL ? way->sign : "";

    if (way->may_have_standby && way->said == STANDBY_READERS_AUTO)
        (void)text_print(text, size, "%s: a standby may have readers (%s)", copied, sign);
    else if (!way->may_have_standby && way->would_be_published)
        (void)text_print(
            text, size, "%s: a publication would take the rows while they are staged", copied);
    else if (way->said == STANDBY_READERS_AUTO)
        (void)text_print(text, size, "%s: nothing tells of a standby", renamed);
    else
        (void)text_print(text, size, "%s: mirror_settings.standby_readers is \"%s\"",
            way->may_have_standby ? copied : renamed, said_word(way));
    return text;
}

const char *
first_load_remedy(const struct first_load_way *way)
{
    if (way->said != STANDBY_READERS_AUTO || (!way->may_have_standby && way->would_be_published))
        return "";
    return way->may_have_standby
               ? "Where no standby has readers, set mirror_settings.standby_readers to \"no\"."
               : "Where there are readers on copies that PostgreSQL does not know of, set "
                 "mirror_settings.standby_readers to \"yes\".";
}
