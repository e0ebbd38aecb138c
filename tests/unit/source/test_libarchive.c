#include "source/dump/libarchive.h"

#include "../cmocka_all.h"

#include <dlfcn.h>
#include <string.h>

void *__real_dlopen(const char *name, int flags);
void *__real_dlsym(void *library, const char *name);
void *__wrap_dlopen(const char *name, int flags);
void *__wrap_dlsym(void *library, const char *name);

static struct {
    bool is_missing;
    const char *lacks; // a function
} machine;

void *
__wrap_dlopen(const char *name, int flags)
{
    return __real_dlopen(machine.is_missing ? "libarchive.so.0" : name, flags);
}

void *
__wrap_dlsym(void *library, const char *name)
{
    bool is_lacking = machine.lacks != NULL && strcmp(name, machine.lacks) == 0;

    return __real_dlsym(library, is_lacking ? "archive_of_nothing" : name);
}

static int
set_up(void **state)
{
    (void)state;
    memset(&machine, 0, sizeof machine);
    return 0;
}

static void
assert_told(const char *what)
{
    struct libarchive lib;
    struct error err = { 0 };

    assert_false(libarchive_load(&lib, &err));
    assert_int_equal(err.kind, ERROR_SYSTEM);
    assert_non_null(strstr(err.message, "packed dumps"));
    assert_non_null(strstr(err.message, what));
    assert_non_null(strstr(err.hint, "Install it"));
    assert_non_null(strstr(err.hint, "unpack the dump"));
}

static void
all_its_functions_are_found_however_often(void **state)
{
    struct error err = { 0 };

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct libarchive lib = { 0 };
        struct archive *archive;

        assert_true(libarchive_load(&lib, &err));
        archive = lib.read_new();
        assert_non_null(archive);
        assert_int_equal(lib.read_support_format_tar(archive), ARCHIVE_OK);
        assert_int_equal(lib.read_free(archive), ARCHIVE_OK);
    }
}

static void
where_it_is_missing_it_says_what_to_install(void **state)
{
    (void)state;
    machine.is_missing = true;
    assert_told("libarchive.so.0");
}

static void
one_that_lacks_a_function_is_told_with_its_name(void **state)
{
    (void)state;
    machine.lacks = "archive_set_error";
    assert_told("archive_of_nothing");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(all_its_functions_are_found_however_often, set_up),
        cmocka_unit_test_setup(where_it_is_missing_it_says_what_to_install, set_up),
        cmocka_unit_test_setup(one_that_lacks_a_function_is_told_with_its_name, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
