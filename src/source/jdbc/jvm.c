// Who comes first starts the machine, under the lock; what it leaves behind is not changed any more
// and read without it. A machine that could not be started cannot be started again in the same
// process (JNI has no way), so its failure is kept and told to everybody.
//
// Options: -Xrs keeps its hands off SIGINT, SIGTERM, SIGHUP and SIGQUIT, which are ours. The heap
// is bounded; the serial collector needs least beside it. The zone is UTC, whatever the user's
// options say, so that no driver can shift a time by passing it through the machine's own zone. The
// class path holds nothing: drivers come from the jars that the configuration names. From Java 24
// on native code, the drivers' and ours, is warned of unless it is allowed.
#include "source/jdbc/jvm.h"

#include "base/mem.h"
#include "base/text.h"
#include "source/jdbc/jdbc_result.h"
#include "source/jdbc/jvm_classes.h"
#include "source/jdbc/jvm_find.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    OWN_OPTION_COUNT = sizeof own_options / sizeof own_options[0],
    LAST_OPTION_COUNT = sizeof last_options / sizeof last_options[0],
    SAID_BYTES = 512
};

// What is done with that which it prints.
enum console { CONSOLE_KEPT, CONSOLE_PRINTED, CONSOLE_DROPPED };

static struct java_machine {
    pthread_mutex_t lock;
    enum { MACHINE_NEW, MACHINE_RUNS, MACHINE_FAILED } state;
    JavaVM *vm;
    pthread_key_t attached; // set in threads that must be detached at their end
    struct jvm_methods methods;
    struct error failure;
    atomic_int console;    // of enum console
    char said[SAID_BYTES]; // what it printed while it started
} java_machine = { .lock = PTHREAD_MUTEX_INITIALIZER };

// --- threads

static void
leave(void *unused)
{
    (void)unused;
    (void)(*java_machine.vm)->DetachCurrentThread(java_machine.vm);
}

JNIEnv *
jvm_enter(void)
{
    JavaVM *vm = java_machine.vm;
    JavaVMAttachArgs arguments = { .version = JNI_VERSION_10 };
    char name[] = "oe2pg";
    void *env = NULL;

    if ((*vm)->GetEnv(vm, &env, JNI_VERSION_10) == JNI_OK)
        return env;
    arguments.name = name;
    if ((*vm)->AttachCurrentThreadAsDaemon(vm, &env, &arguments) != JNI_OK)
        BUG("a thread could not be attached to the Java machine");
    (void)pthread_setspecific(java_machine.attached, vm);
    return env;
}

// --- the machine

// What the machine prints while it starts is the only explanation of an option that it refuses.
// Later it warns, or logs what jvm_options asked for: never between our own answers on stdout.
static jint JNICALL __attribute__((format(printf, 2, 0)))
print_said(FILE *stream, const char *format, va_list args)
{
    int console = atomic_load(&java_machine.console);
    size_t size;

    if (stream != stdout && stream != stderr)
        return vfprintf(stream, format, args);
    if (console == CONSOLE_PRINTED)
        return vfprintf(stderr, format, args);
    if (console == CONSOLE_DROPPED)
        return 0;
    size = strlen(java_machine.said);
    return (jint)text_vprint(
        java_machine.said + size, sizeof java_machine.said - size, format, args);
}

// While the process ends, the machine's threads meet what its own destructors left behind.
static void
drop_said(void)
{
    atomic_store(&java_machine.console, CONSOLE_DROPPED);
}

static jint
create(const struct source_settings *settings, void *library, void **env)
{
    // JNI's own type for it; ISO C has no cast from an object to a function.
    jint(JNICALL * create_vm)(JavaVM **, void **, void *) = NULL;
    void *symbol = dlsym(library, "JNI_CreateJavaVM");
    size_t count = 1 + OWN_OPTION_COUNT + settings->jvm_option_count + LAST_OPTION_COUNT;
    JavaVMOption *options = mem_calloc(count, sizeof *options);
    JavaVMInitArgs arguments = { .version = JNI_VERSION_10 };
    size_t at = 0;
    jint code;

    if (symbol == NULL) {
        free(options);
        return JNI_ERR;
    }
    memcpy(&create_vm, &symbol, sizeof create_vm);
    options[at].optionString = (char *)(uintptr_t) "vfprintf";
    options[at++].extraInfo = (void *)(uintptr_t)print_said;
    for (size_t i = 0; i < OWN_OPTION_COUNT; i++)
        options[at++].optionString = (char *)(uintptr_t)own_options[i];
    for (size_t i = 0; i < settings->jvm_option_count; i++)
        options[at++].optionString = (char *)(uintptr_t)settings->jvm_options[i];
    for (size_t i = 0; i < LAST_OPTION_COUNT; i++)
        options[at++].optionString = (char *)(uintptr_t)last_options[i];
    arguments.options = options;
    arguments.nOptions = (jint)at;
    code = create_vm(&java_machine.vm, env, &arguments);
    free(options);
    return code;
}

static bool
fail_start(struct error *err, const char *path, const char *why)
{
    (void)error_set(err, ERROR_SOURCE, "could not start Java (%s): %s", path, why);
    return error_hint(err,
        "See progress_db.jvm_options; without them a Java of version %d or later "
        "starts as it is.",
        JVM_VERSION_MIN);
}

static bool
define_classes(JNIEnv *env)
{
    jclass loader_class = (*env)->FindClass(env, "java/lang/ClassLoader");
    jmethodID get = loader_class == NULL ? NULL
                                         : (*env)->GetStaticMethodID(env, loader_class,
                                               "getSystemClassLoader", "()Ljava/lang/ClassLoader;");
    jobject loader = get == NULL ? NULL : (*env)->CallStaticObjectMethod(env, loader_class, get);

    if ((*env)->ExceptionCheck(env) || loader == NULL)
        return false;
    for (size_t i = 0; i < jvm_class_count; i++) {
        jclass made = (*env)->DefineClass(env, jvm_classes[i].name, loader,
            (const jbyte *)jvm_classes[i].code, (jsize)jvm_classes[i].size);

        if (made == NULL)
            return false;
        (*env)->DeleteLocalRef(env, made);
    }
    return true;
}

static bool
find_method(JNIEnv *env, jclass class, bool is_static, const char *name, const char *signature,
    jmethodID *method)
{
    *method = is_static ? (*env)->GetStaticMethodID(env, class, name, signature)
                        : (*env)->GetMethodID(env, class, name, signature);
    return *method != NULL;
}

// A class of the helper by its place in the list, kept for good.
static jclass
find_class(JNIEnv *env, const char *name)
{
    jclass found = (*env)->FindClass(env, name);

    return found == NULL ? NULL : (*env)->NewGlobalRef(env, found);
}

static bool
find_methods(JNIEnv *env, struct jvm_methods *m)
{
    jclass reader = find_class(env, "oe2pg/BatchReader");
    jclass packer = reader == NULL ? NULL : find_class(env, "oe2pg/Packer");

    if (packer == NULL)
        return false;
    m->problem = find_class(env, "oe2pg/Problem");
    m->session = m->problem == NULL ? NULL : find_class(env, "oe2pg/Session");
    return m->session != NULL &&
           find_method(env, m->problem, true, "describe", "(Ljava/lang/Throwable;)[B",
               &m->problem_describe) &&
           find_method(env, m->session, true, "open", "([B)Loe2pg/Session;", &m->session_open) &&
           find_method(env, m->session, false, "describe", "()[B", &m->session_describe) &&
           find_method(env, m->session, false, "limits", "()[B", &m->session_limits) &&
           find_method(env, m->session, false, "setUp", "([B)[B", &m->session_set_up) &&
           find_method(env, m->session, false, "run", "([B)V", &m->session_run) &&
           find_method(
               env, m->session, false, "endTransactions", "()V", &m->session_end_transactions) &&
           find_method(env, m->session, false, "query", "([B[B[BIII)Loe2pg/BatchReader;",
               &m->session_query) &&
           find_method(env, m->session, false, "metadata", "(I[B[B)Loe2pg/BatchReader;",
               &m->session_metadata) &&
           find_method(env, m->session, false, "cancel", "()V", &m->session_cancel) &&
           find_method(env, m->session, false, "isAlive", "()Z", &m->session_is_alive) &&
           find_method(env, m->session, false, "close", "()V", &m->session_close) &&
           find_method(env, reader, false, "describe", "()[B", &m->reader_describe) &&
           find_method(
               env, reader, false, "fill", "(Ljava/nio/ByteBuffer;JIJJ)J", &m->reader_fill) &&
           find_method(
               env, reader, false, "begin", "(Ljava/nio/ByteBuffer;JIJJJ)Z", &m->reader_begin) &&
           find_method(env, reader, false, "take", "()J", &m->reader_take) &&
           find_method(env, reader, false, "close", "()V", &m->reader_close) &&
           jdbc_result_register(env, packer);
}

static bool
start(const struct source_settings *settings, struct error *err)
{
    char path[PATH_MAX];
    void *library;
    void *env = NULL;

    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody here changes the environment
    if (!jvm_find(getenv("JAVA_HOME"), "/usr/lib/jvm", path, sizeof path, err))
        return false;
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        // NOLINTNEXTLINE(concurrency-mt-unsafe): of this thread
        return fail_start(err, path, dlerror());
    if (create(settings, library, &env) != JNI_OK)
        return fail_start(
            err, path, java_machine.said[0] != '\0' ? java_machine.said : "it does not say why");
    (void)fputs(java_machine.said, stderr);
    atomic_store(&java_machine.console, CONSOLE_PRINTED);
    (void)atexit(drop_said);
    if (pthread_key_create(&java_machine.attached, leave) != 0)
        return fail_start(err, path, "no thread key is left");
    (void)pthread_setspecific(java_machine.attached, java_machine.vm);
    if (!define_classes(env) || !find_methods(env, &java_machine.methods)) {
        (*(JNIEnv *)env)->ExceptionClear(env);
        return fail_start(err, path, "it refuses oe2pg's own classes; it may be too old");
    }
    return true;
}

bool
jvm_start(const struct source_settings *settings, struct error *err)
{
    bool runs;

    (void)pthread_mutex_lock(&java_machine.lock);
    if (java_machine.state == MACHINE_NEW)
        java_machine.state = start(settings, &java_machine.failure) ? MACHINE_RUNS : MACHINE_FAILED;
    runs = java_machine.state == MACHINE_RUNS;
    if (!runs)
        *err = java_machine.failure;
    (void)pthread_mutex_unlock(&java_machine.lock);
    return runs;
}

const struct jvm_methods *
jvm_methods(void)
{
    return &java_machine.methods;
}
