// Java ends its process where it cannot start: "exit(1)" in the middle of JNI_CreateJavaVM. Its one
// way to be kept from it is a hook that is called before, and does not return. So the machine is
// made in a thread of its own: the hook tells the one that waits, and keeps the dying thread for
// good, with all that it holds. What is left of the machine is not used any more.
//
// The hooks are also called when a machine that runs ends the process: it crashed in a driver's
// native code, or a driver called System.exit. There is no way on from there, but for a last line.
//
// Options: -Xrs keeps its hands off SIGINT, SIGTERM, SIGHUP and SIGQUIT, which are ours. The heap
// is bounded; the serial collector needs least beside it. The zone is UTC, whatever the user's
// options say, so that no driver can shift a time by passing it through the machine's own zone. The
// class path holds nothing: drivers come from the jars that the configuration names. From Java 24
// on native code, the drivers' and ours, is warned of unless it is allowed.
#include "source/jdbc/jvm_create.h"

#include "base/exit_status.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "source/jdbc/jvm_find.h"

#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The two in the middle keep files of its own out of /tmp; -Xrs alone would have it wait for
// debuggers from the start, at a socket that a killed run leaves behind.
// Its report of a crash holds all options and the environment, passwords among them, and so does a
// core: neither is written unless jvm_options ask for it.
static const char *const own_options[] = { "-XX:-CreateCoredumpOnCrash",
    "-XX:+SuppressFatalErrorMessage", "-Xmx128m", "-XX:+UseSerialGC", "-XX:-UsePerfData",
    "-XX:+DisableAttachMechanism", "-Djava.awt.headless=true", "-Djava.class.path=/dev/null",
    "--enable-native-access=ALL-UNNAMED" };
static const char *const last_options[] = { "-Duser.timezone=UTC", "-Xrs" }; // these hold

enum {
    HOOK_COUNT = 3,
    OWN_OPTION_COUNT = sizeof own_options / sizeof own_options[0],
    LAST_OPTION_COUNT = sizeof last_options / sizeof last_options[0],
    SAID_BYTES = 4096
};

// What is done with that which it prints.
enum console { CONSOLE_KEPT, CONSOLE_PRINTED, CONSOLE_DROPPED };
enum stage { STAGE_STARTING, STAGE_RUNS, STAGE_REFUSED, STAGE_DEAD };

typedef jint(JNICALL create_function)(JavaVM **, void **, void *);

// Handed to the thread that makes the machine; never freed when that one dies of it.
struct plan {
    create_function *create;
    JavaVMInitArgs arguments;
    JavaVMOption options[];
};

static struct {
    atomic_int stage;          // of enum stage; leaves STAGE_STARTING once
    sem_t decided;             // posted then
    JavaVM *vm;                // from STAGE_RUNS on
    bool dumps_core;           // jvm_options ask for it: the machine then has to end as it would
    atomic_int console;        // of enum console
    pthread_mutex_t said_lock; // the machine's own threads print as well
    char said[SAID_BYTES];     // what it printed while it started
} java_birth = { .said_lock = PTHREAD_MUTEX_INITIALIZER };

bool
jvm_fail_start(struct error *err, const char *path, const char *why, const char *remedy)
{
    (void)error_set(err, ERROR_SOURCE, "could not start Java (%s): %s", path, why);
    err->side = ERROR_SIDE_SOURCE;
    if (remedy != NULL)
        return error_hint(err, "%s", remedy);
    return error_hint(err,
        "See progress_db.jvm_options; without them a Java of version %d or later "
        "starts as it is.",
        JVM_VERSION_MIN);
}

// --- hooks

// What the machine prints while it starts is the only explanation of an option that it refuses.
// Later it warns, or logs what jvm_options asked for: never between our own answers on stdout.
static jint JNICALL __attribute__((format(printf, 2, 0)))
print_said(FILE *stream, const char *format, va_list args)
{
    int console = atomic_load(&java_birth.console);
    size_t size;

    if (stream != stdout && stream != stderr)
        return vfprintf(stream, format, args);
    if (console == CONSOLE_PRINTED)
        return vfprintf(stderr, format, args);
    if (console == CONSOLE_DROPPED)
        return 0;
    (void)pthread_mutex_lock(&java_birth.said_lock);
    size = strlen(java_birth.said);
    size = text_vprint(java_birth.said + size, sizeof java_birth.said - size, format, args);
    (void)pthread_mutex_unlock(&java_birth.said_lock);
    return (jint)size;
}

// While the process ends, the machine's threads meet what its own destructors left behind.
static void
drop_said(void)
{
    atomic_store(&java_birth.console, CONSOLE_DROPPED);
}

// True for the one caller that decides how the birth ended.
static bool
decide(enum stage stage)
{
    int starting = STAGE_STARTING;

    if (!atomic_compare_exchange_strong(&java_birth.stage, &starting, (int)stage))
        return false;
    (void)sem_post(&java_birth.decided);
    return true;
}

// Comes back only where the machine is to end as it would.
static void
meet_end(const char *what)
{
    if (!decide(STAGE_DEAD) && atomic_load(&java_birth.stage) == STAGE_RUNS) {
        if (java_birth.dumps_core)
            return;
        log_last_line(EXIT_STATUS_BUG,
            "Java ended the process: %s - What was committed stays; the next run continues from "
            "there. Report this to the driver's vendor; try another version of it, or of Java.",
            what);
    }
    for (;;)
        (void)pause();
}

static void JNICALL
meet_abort(void)
{
    meet_end("it crashed, or a driver's native code did");
}

static void JNICALL
meet_exit(jint code)
{
    char what[80];

    (void)text_print(what, sizeof what, "a driver asked it to exit with %d", (int)code);
    meet_end(what);
}

// --- the birth

static void
add_option(struct plan *plan, const char *text, void *hook)
{
    JavaVMOption *option = &plan->options[plan->arguments.nOptions++];

    option->optionString = (char *)(uintptr_t)text;
    option->extraInfo = hook;
}

static struct plan *
make_plan(const struct source_settings *settings, void *symbol)
{
    size_t count = HOOK_COUNT + OWN_OPTION_COUNT + settings->jvm_option_count + LAST_OPTION_COUNT;
    struct plan *plan = mem_calloc(1, sizeof *plan + count * sizeof plan->options[0]);

    // ISO C has no cast from an object to a function.
    memcpy(&plan->create, &symbol, sizeof plan->create);
    plan->arguments.version = JNI_VERSION_10;
    plan->arguments.options = plan->options;
    add_option(plan, "vfprintf", (void *)(uintptr_t)print_said);
    add_option(plan, "exit", (void *)(uintptr_t)meet_exit);
    add_option(plan, "abort", (void *)(uintptr_t)meet_abort);
    for (size_t i = 0; i < OWN_OPTION_COUNT; i++)
        add_option(plan, own_options[i], NULL);
    for (size_t i = 0; i < settings->jvm_option_count; i++) {
        add_option(plan, settings->jvm_options[i], NULL);
        if (strcmp(settings->jvm_options[i], "-XX:+CreateCoredumpOnCrash") == 0)
            java_birth.dumps_core = true;
    }
    for (size_t i = 0; i < LAST_OPTION_COUNT; i++)
        add_option(plan, last_options[i], NULL);
    return plan;
}

static void *
give_birth(void *argument)
{
    struct plan *plan = argument;
    JavaVM *vm = NULL;
    void *env;
    jint code = plan->create(&vm, &env, &plan->arguments);

    free(plan);
    if (code == JNI_OK) {
        java_birth.vm = vm;
        (void)(*vm)->DetachCurrentThread(vm);
    }
    (void)decide(code == JNI_OK ? STAGE_RUNS : STAGE_REFUSED);
    return NULL;
}

static bool
await_birth(struct plan *plan)
{
    pthread_t thread;

    if (sem_init(&java_birth.decided, 0, 0) != 0 ||
        pthread_create(&thread, NULL, give_birth, plan) != 0) {
        free(plan);
        return false;
    }
    while (sem_wait(&java_birth.decided) != 0)
        continue;
    if (atomic_load(&java_birth.stage) == STAGE_DEAD)
        (void)pthread_detach(thread);
    else
        (void)pthread_join(thread, NULL);
    return true;
}

// Java's tools that attach (jcmd, jstack) send it first; with -Xrs nobody in here would take it.
static void
ignore_quit(void)
{
    struct sigaction now;

    if (sigaction(SIGQUIT, NULL, &now) != 0 || now.sa_handler != SIG_DFL)
        return;
    now.sa_handler = SIG_IGN;
    (void)sigaction(SIGQUIT, &now, NULL);
}

static void
fail_birth(const struct source_settings *settings, const char *path, struct error *err)
{
    char said[SAID_BYTES];
    const char *remedy = NULL;

    (void)pthread_mutex_lock(&java_birth.said_lock);
    memcpy(said, java_birth.said, sizeof said);
    (void)pthread_mutex_unlock(&java_birth.said_lock);
    source_settings_mask(settings, said, sizeof said);
    if (strstr(said, "heap") != NULL)
        remedy = "Set the heap in progress_db.jvm_options to what this machine can give, e.g. "
                 "\"-Xmx512m\"; without it Java gets 128 MiB.";
    (void)jvm_fail_start(
        err, path, said[0] != '\0' ? said : "what it printed to standard error says why", remedy);
}

JavaVM *
jvm_create(const struct source_settings *settings, const char *path, struct error *err)
{
    static const char other_java[] =
        "See that JAVA_HOME names a whole Java for this machine (its release and its kind of "
        "processor), or unset it: the system's own Java is used then.";
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void *symbol = library == NULL ? NULL : dlsym(library, "JNI_CreateJavaVM");

    if (symbol == NULL) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): of this thread
        (void)jvm_fail_start(err, path, dlerror(), other_java);
        return NULL;
    }
    if (!await_birth(make_plan(settings, symbol))) {
        (void)jvm_fail_start(err, path, "no thread could be made for it",
            "See the limits on threads and memory of this user and machine.");
        return NULL;
    }
    if (atomic_load(&java_birth.stage) != STAGE_RUNS) {
        fail_birth(settings, path, err);
        drop_said();
        return NULL;
    }
    ignore_quit();
    (void)fputs(java_birth.said, stderr);
    atomic_store(&java_birth.console, CONSOLE_PRINTED);
    (void)atexit(drop_said);
    return java_birth.vm;
}
