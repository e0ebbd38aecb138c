#include "model/settings.h"

#include "base/text.h"

void
source_settings_mask(const struct source_settings *settings, char *text, size_t capacity)
{
    for (size_t i = 0; i < settings->secret_count; i++)
        text_mask(text, capacity, settings->secrets[i]);
    // The password as it was given is a secret even when nobody listed it.
    if (settings->password != NULL)
        text_mask(text, capacity, settings->password);
}
