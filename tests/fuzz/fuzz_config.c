// A configuration file, and connection strings: any bytes are read or refused with a place, and no
// secret is left in what is shown.
#include "fuzz.h"
#include "config/json.h"
#include "config/secret.h"
#include "config/section.h"

#include <stdlib.h>
#include <string.h>

typedef bool secret_scanner(struct arena *arena, const char *text, struct secret_list *secrets,
    const char **shown, struct error *err);

static void
check_file(const char *bytes, size_t size)
{
    struct config config;
    struct error err = { 0 };
    const struct json_value *root;

    memset(&config, 0, sizeof config);
    arena_init(&config.arena);
    if (!json_read(&config.arena, "f", bytes, size, &root, &err) ||
        !section_read(&config, "f", NULL, root, &err)) {
        FUZZ_ASSERT(err.kind == ERROR_CONFIG);
        FUZZ_ASSERT(strncmp(err.message, "f:", 2) == 0);
        FUZZ_ASSERT(err.message[2] >= '1' && err.message[2] <= '9');
    }
    config_release(&config);
}

static void
check_connection_string(secret_scanner *scan, const char *text)
{
    struct arena arena;
    struct secret_list secrets = { 0 };
    struct error err = { 0 };
    const char *shown;

    arena_init(&arena);
    if (scan(&arena, text, &secrets, &shown, &err)) {
        FUZZ_ASSERT(strlen(shown) <= 2 * strlen(text) + 3);
        FUZZ_ASSERT(secrets.count > 0 || strcmp(shown, text) == 0);
    } else {
        FUZZ_ASSERT(err.kind == ERROR_CONFIG && err.message[0] != '\0');
    }
    arena_release(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = malloc(size + 1);

    FUZZ_ASSERT(text != NULL);
    if (size > 0)
        memcpy(text, bytes, size);
    text[size] = '\0';
    check_file((const char *)bytes, size);
    check_connection_string(secret_scan_libpq, text);
    check_connection_string(secret_scan_odbc, text);
    free(text);
    return 0;
}
