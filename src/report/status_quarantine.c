#include "report/status.h"

#include "base/clock.h"
#include "base/text.h"
#include "report/figures.h"

#include <inttypes.h>
#include <string.h>

enum { LINE_CAP = 256 * 1024 };

static int
digit_of(char character)
{
    return character <= '9' ? character - '0' : character - 'a' + 10;
}

// Text as text, with '?' for what could move the cursor; anything else as \x and hex digits.
static void
append_value(struct buffer *line, const char *hex)
{
    size_t size = strlen(hex) / 2;
    struct buffer bytes;

    buffer_init(&bytes, LINE_CAP);
    for (size_t i = 0; i < size; i++)
        buffer_append_byte(&bytes, (char)(digit_of(hex[2 * i]) * 16 + digit_of(hex[2 * i + 1])));
    if (size > 0 && text_utf8_valid_size(bytes.bytes, size) == size) {
        buffer_append_byte(line, '"');
        figure_append(line, bytes.bytes);
        buffer_append_byte(line, '"');
    } else {
        buffer_printf(line, "\\x%s", hex);
    }
    buffer_release(&bytes);
}

static void
append_entry(struct buffer *line, const struct observed_quarantine *entry, bool with_value)
{
    char when[32];

    clock_format_local(entry->first_seen_ms, when, sizeof when);
    figure_append(line, entry->source_table);
    buffer_append_text(line, "  ");
    figure_append(line, entry->key != NULL ? entry->key : "(no key)");
    buffer_append_text(line, "  ");
    figure_append(line, entry->column != NULL ? entry->column : "(whole row)");
    buffer_append_text(line, "  ");
    figure_append(line, entry->reason);
    if (entry->value_count >= 0)
        buffer_printf(line, "  %" PRId64 " values", entry->value_count);
    if (entry->value_bytes >= 0)
        buffer_printf(line, "  %s%" PRId64 " bytes", entry->value_count >= 0 ? "at most " : "",
            entry->value_bytes);
    buffer_printf(line, "  since %s", when);
    if (!with_value)
        return;
    buffer_append_text(line, "  ");
    if (entry->value != NULL)
        append_value(line, entry->value);
    else
        buffer_append_text(line, "(not readable)");
    if (entry->value != NULL && entry->value_bytes > (int64_t)(strlen(entry->value) / 2))
        buffer_append_text(line, " ...");
}

void
status_write_quarantine(FILE *out, const struct status_view *view)
{
    const struct observation *observed = view->observed;
    int64_t left = observed->quarantine_total;
    struct buffer line;

    buffer_init(&line, LINE_CAP);
    (void)fprintf(out, "\nQuarantine: %" PRId64 " values\n", observed->quarantine_total);
    for (size_t i = 0; i < observed->quarantine_count; i++) {
        buffer_clear(&line);
        append_entry(&line, &observed->quarantine[i], view->with_values);
        (void)fprintf(out, "%s\n", buffer_text(&line));
        left -= observed->quarantine[i].value_count >= 0 ? observed->quarantine[i].value_count : 1;
    }
    if (left > 0)
        (void)fprintf(out, "... and %" PRId64 " more\n", left);
    buffer_release(&line);
}
