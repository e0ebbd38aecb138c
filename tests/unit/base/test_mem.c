#include "base/mem.h"

#include "../cmocka_all.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void
memory_is_given_for_nothing_too(void **state)
{
    unsigned char *zeroed = mem_calloc(100, 3);
    char *text = mem_strdup("abc");
    void *nothing[] = { mem_alloc(0), mem_calloc(0, 8), mem_calloc(8, 0), mem_realloc(NULL, 0, 8) };

    (void)state;
    for (size_t i = 0; i < 300; i++)
        assert_int_equal(zeroed[i], 0);
    text = mem_realloc(text, 1000, 1);
    assert_string_equal(text, "abc");
    for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++) {
        assert_non_null(nothing[i]);
        free(nothing[i]);
    }
    free(zeroed);
    free(text);
}

// How a child ends that does this; its message goes nowhere.
static int
end_of_child(void (*act)(void))
{
    const struct rlimit no_core = { 0, 0 };
    int status = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        (void)setrlimit(RLIMIT_CORE, &no_core);
        (void)signal(SIGABRT, SIG_DFL);
        if (freopen("/dev/null", "w", stderr) == NULL)
            _exit(1);
        act();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void
want_too_much(void)
{
    volatile size_t most = SIZE_MAX / 2;

    free(mem_alloc(most));
}

static void
overflow(void)
{
    volatile size_t most = SIZE_MAX / 2;

    free(mem_realloc(NULL, most, 3));
}

static void
out_of_memory_exits_70_and_a_bug_aborts(void **state)
{
    int status;

    (void)state;
    status = end_of_child(overflow);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__clang__) // the sanitizer has its own end for this
    status = end_of_child(want_too_much);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 70);
#else
    (void)want_too_much;
#endif
}

static void
products_are_exact(void **state)
{
    (void)state;
    assert_int_equal(mem_product(3, 7), 21);
    assert_int_equal(mem_product(0, SIZE_MAX), 0);
    assert_true(mem_product(1, SIZE_MAX) == SIZE_MAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_given_for_nothing_too),
        cmocka_unit_test(out_of_memory_exits_70_and_a_bug_aborts),
        cmocka_unit_test(products_are_exact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
