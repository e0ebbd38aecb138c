// Who comes first starts the machine, under the lock; what it leaves behind is not changed any more
// and read without it. A machine that could not be started cannot be started again in the same
// process (JNI has no way), so its failure is kept and told to everybody.
#include "source/jdbc/jvm.h"

#include "base/mem.h"
#include "source/jdbc/jdbc_result.h"
#include "source/jdbc/jvm_classes.h"
#include "source/jdbc/jvm_create.h"
#include "source/jdbc/jvm_find.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>

static struct java_machine {
    pthread_mutex_t lock;
    enum { MACHINE_NEW, MACHINE_RUNS, MACHINE_FAILED } state;
    JavaVM *vm;
    pthread_key_t attached; // set in threads that must be detached at their end
    struct jvm_methods methods;
    struct error failure;
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
    JNIEnv *env;

    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody here changes the environment
    if (!jvm_find(getenv("JAVA_HOME"), "/usr/lib/jvm", path, sizeof path, err))
        return false;
    java_machine.vm = jvm_create(settings, path, err);
    if (java_machine.vm == NULL)
        return false;
    if (pthread_key_create(&java_machine.attached, leave) != 0)
        return jvm_fail_start(err, path, "no thread key is left", NULL);
    env = jvm_enter();
    if (!define_classes(env) || !find_methods(env, &java_machine.methods)) {
        (*env)->ExceptionClear(env);
        return jvm_fail_start(err, path, "it refuses oe2pg's own classes; it may be too old", NULL);
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
