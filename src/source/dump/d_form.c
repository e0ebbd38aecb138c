#include "source/dump/d_form.h"

#include "base/text.h"

#include <string.h>

enum { CENTURY = 1950, YEAR_MAX = 9999 }; // what a session begins with

static bool
fail(const char *name, const char *key, const char *value, struct error *err)
{
    return error_set(
        err, ERROR_TABLE, "%s: its trailer says %s=%s, which is not understood", name, key, value);
}

// "44,46": the codes of the sign between thousands, which is in no dump, and of the decimal one. In
// old files the latter itself.
static bool
read_numbers(const char *name, const char *text, struct d_form *form, struct error *err)
{
    const char *comma = strchr(text, ',');
    int64_t code = 0;

    form->point = '.';
    if (text[0] == '\0')
        return true;
    if (text[1] == '\0' && (text[0] == '.' || text[0] == ','))
        code = (unsigned char)text[0];
    else if (comma == NULL || !text_parse_integer(comma + 1, '!', '~', &code))
        return fail(name, "numformat", text, err);
    if (code != '.' && code != ',')
        return fail(name, "numformat", text, err);
    form->point = (char)code;
    return true;
}

// "mdy-1950".
static bool
read_dates(const char *name, const char *text, struct d_form *form, struct error *err)
{
    const char *dash = strchr(text, '-');
    const char *day = strpbrk(text, "dD");
    const char *month = strpbrk(text, "mM");
    const char *year = strpbrk(text, "yY");
    int64_t century = CENTURY;

    form->has_dates = text[0] != '\0';
    if (!form->has_dates)
        return true;
    if (day == NULL || month == NULL || year == NULL || strspn(text, "dmyDMY") != 3 ||
        (text[3] != '\0' && dash != text + 3) ||
        (dash != NULL && !text_parse_integer(dash + 1, 1, YEAR_MAX, &century)))
        return fail(name, "dateformat", text, err);
    form->day = (int)(day - text);
    form->month = (int)(month - text);
    form->year = (int)(year - text);
    form->century = (int)century;
    return true;
}

static bool
read_page(const char *name, const char *said, const char *otherwise, struct d_form *form,
    struct error *err)
{
    bool is_said = !dump_page_is_unknown(said);

    form->page_name = is_said ? said : otherwise;
    form->has_page = !dump_page_is_unknown(form->page_name);
    if (!form->has_page || dump_page_open(form->page_name, &form->page))
        return true;
    (void)error_set(err, ERROR_TABLE,
        "%s: code page \"%s\" is not known here, or no superset of ASCII", name, form->page_name);
    return error_hint(err, "%s",
        is_said ? "Dump the table in another code page, UTF-8 for instance."
                : "Correct progress_db.dump_code_page.");
}

static const char *
or_word(const char *text, const char *otherwise)
{
    return text[0] != '\0' ? text : otherwise;
}

bool
d_form_read(struct arena *arena, const char *name, const struct dump_trailer *trailer,
    const char *code_page, struct d_form *form, struct error *err)
{
    const char *map = trailer->map;

    *form = (struct d_form){ 0 };
    if (map[0] != '\0' && !text_equal_nocase(map, "NO-MAP"))
        return error_set(err, ERROR_TABLE,
            "%s: its values were mapped when it was dumped (map=%s), which cannot be undone", name,
            map);
    if (!read_numbers(name, trailer->numformat, form, err) ||
        !read_dates(name, trailer->dateformat, form, err) ||
        !read_page(name, arena_strdup(arena, trailer->code_page), code_page, form, err))
        return false;
    form->is_assumed = dump_page_is_unknown(trailer->code_page) || trailer->numformat[0] == '\0' ||
                       trailer->dateformat[0] == '\0';
    form->said = arena_printf(arena, "%s: code page %s, decimal point \"%c\"%s, dates %s", name,
        !form->has_page ? "unknown, ASCII alone can be read"
        : dump_page_is_unknown(trailer->code_page)
            ? arena_printf(arena, "%s (dump_code_page)", form->page_name)
            : form->page_name,
        form->point, trailer->numformat[0] != '\0' ? "" : " (no numformat)",
        or_word(trailer->dateformat, "unknown (no dateformat)"));
    return true;
}

void
d_form_release(struct d_form *form)
{
    dump_page_close(&form->page);
}
