#include "model/digest.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"

#include <inttypes.h>
#include <openssl/evp.h>

static uint64_t
digest_by_lookup3(uint64_t seed, const struct table *table, const struct cell *row)
{
    uint64_t digest = 0;

    for (size_t c = 0; c < table->column_count; c++) {
        uint64_t hash = 0;

        if (row[c].bytes != NULL)
            hash = table->columns[c].kind == VALUE_BINARY
                       ? hash_hex_extended(row[c].bytes, row[c].size, seed)
                       : hash_bytes_extended(row[c].bytes, row[c].size, seed);
        digest = hash_row_add(digest, hash);
    }
    return digest;
}

// The text that is hashed: the seed and ';', then for each column "-;" for NULL, else its length in
// bytes, ':' and the bytes. Lengths make it unambiguous.
static void
add(EVP_MD_CTX *context, const void *bytes, size_t size)
{
    if (EVP_DigestUpdate(context, bytes, size) != 1)
        BUG("SHA-256 failed");
}

static void
add_hex(EVP_MD_CTX *context, const struct cell *cell)
{
    static const char digits[] = "0123456789abcdef";
    char text[512];
    size_t used = 0;

    text[used++] = '\\';
    text[used++] = 'x';
    for (size_t i = 0; i < cell->size; i++) {
        if (used + 2 > sizeof text) {
            add(context, text, used);
            used = 0;
        }
        text[used++] = digits[(unsigned char)cell->bytes[i] >> 4];
        text[used++] = digits[(unsigned char)cell->bytes[i] & 0x0F];
    }
    add(context, text, used);
}

static void
add_cell(EVP_MD_CTX *context, enum value_kind kind, const struct cell *cell)
{
    char length[32];
    size_t size = kind == VALUE_BINARY ? 2 + 2 * cell->size : cell->size;

    if (cell->bytes == NULL) {
        add(context, "-;", 2);
        return;
    }
    add(context, length, text_print(length, sizeof length, "%zu:", size));
    if (kind == VALUE_BINARY)
        add_hex(context, cell);
    else
        add(context, cell->bytes, cell->size);
}

static uint64_t
digest_by_sha256(uint64_t seed, const struct table *table, const struct cell *row)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char hash[EVP_MAX_MD_SIZE];
    char text[32];
    uint64_t digest = 0;

    if (context == NULL || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1)
        BUG("SHA-256 is not available");
    add(context, text, text_print(text, sizeof text, "%" PRId64 ";", (int64_t)seed));
    for (size_t c = 0; c < table->column_count; c++)
        add_cell(context, table->columns[c].kind, &row[c]);
    if (EVP_DigestFinal_ex(context, hash, NULL) != 1)
        BUG("SHA-256 failed");
    EVP_MD_CTX_free(context);
    for (size_t i = 0; i < sizeof digest; i++)
        digest = digest << 8 | hash[i];
    return digest;
}

static uint64_t
add_key_value(uint64_t digest, const struct cell *value)
{
    return hash_row_add(
        digest, value->bytes != NULL ? hash_bytes_extended(value->bytes, value->size, 0) : 0);
}

uint64_t
digest_key(const struct cell *values, size_t count)
{
    uint64_t digest = 0;

    for (size_t i = 0; i < count; i++)
        digest = add_key_value(digest, &values[i]);
    return digest;
}

uint64_t
digest_key_of_row(const struct table *table, const struct cell *row)
{
    uint64_t digest = 0;

    for (size_t i = 0; i < table->key->column_count; i++)
        digest = add_key_value(digest, &row[table->key->columns[i]]);
    return digest;
}

uint64_t
digest_row(const struct digest_kind *kind, const struct table *table, const struct cell *row)
{
    return kind->is_fallback ? digest_by_sha256(kind->seed, table, row)
                             : digest_by_lookup3(kind->seed, table, row);
}

uint64_t
digest_value(const struct digest_kind *kind, const struct column *column, const struct cell *value)
{
    struct column alone = *column;
    const struct table table = { .columns = &alone, .column_count = 1 };

    return digest_row(kind, &table, value);
}
