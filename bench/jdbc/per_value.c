// What reading by JDBC from C costs when each value is asked for by JNI: getString, its UTF-8
// copied into memory of ours. Prints rows, bytes and the seconds from the query to the last row.
//
// per_value DRIVER.jar URL USER TABLE FETCH_SIZE [JVM-OPTION...]
#include <jni.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { OPTIONS_MAX = 16, NAME_BYTES = 512, VALUE_BYTES = 65536 };

static JNIEnv *env;

// Any exception ends the program.
static void
check(const char *what)
{
    if (!(*env)->ExceptionCheck(env))
        return;
    (*env)->ExceptionDescribe(env);
    (void)fprintf(stderr, "%s failed\n", what);
    exit(1);
}

static void
start_java(int count, char **arguments, const char *jar)
{
    static char class_path[NAME_BYTES];
    JavaVMOption options[OPTIONS_MAX] = { { .optionString = class_path } };
    JavaVMInitArgs setup = { .version = JNI_VERSION_10, .options = options, .nOptions = 1 };
    JavaVM *vm;

    (void)snprintf(class_path, sizeof class_path, "-Djava.class.path=%s", jar);
    for (int i = 0; i < count && setup.nOptions < OPTIONS_MAX; i++)
        options[setup.nOptions++].optionString = arguments[i];
    if (JNI_CreateJavaVM(&vm, (void **)&env, &setup) != JNI_OK) {
        (void)fprintf(stderr, "no Java\n");
        exit(1);
    }
}

static jmethodID
method(const char *class_name, const char *name, const char *signature)
{
    jclass class = (*env)->FindClass(env, class_name);
    jmethodID found;

    check(class_name);
    found = (*env)->GetMethodID(env, class, name, signature);
    check(name);
    return found;
}

static jobject
connect_to(const char *url, const char *user)
{
    jclass manager = (*env)->FindClass(env, "java/sql/DriverManager");
    jmethodID get;
    jobject connection;

    check("DriverManager");
    get = (*env)->GetStaticMethodID(env, manager, "getConnection",
        "(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)Ljava/sql/Connection;");
    check("getConnection");
    connection = (*env)->CallStaticObjectMethod(
        env, manager, get, (*env)->NewStringUTF(env, url), (*env)->NewStringUTF(env, user), NULL);
    check("connecting");
    return connection;
}

static jobject
query(jobject connection, const char *table, int fetch_size)
{
    char sql[NAME_BYTES];
    jobject statement;
    jobject result;

    (*env)->CallVoidMethod(
        env, connection, method("java/sql/Connection", "setAutoCommit", "(Z)V"), JNI_FALSE);
    check("setAutoCommit");
    statement = (*env)->CallObjectMethod(env, connection,
        method("java/sql/Connection", "createStatement", "()Ljava/sql/Statement;"));
    check("createStatement");
    (*env)->CallVoidMethod(
        env, statement, method("java/sql/Statement", "setFetchSize", "(I)V"), (jint)fetch_size);
    check("setFetchSize");
    (void)snprintf(sql, sizeof sql, "SELECT * FROM %s", table);
    result = (*env)->CallObjectMethod(env, statement,
        method("java/sql/Statement", "executeQuery", "(Ljava/lang/String;)Ljava/sql/ResultSet;"),
        (*env)->NewStringUTF(env, sql));
    check("executeQuery");
    return result;
}

static jint
count_columns(jobject result)
{
    jobject description = (*env)->CallObjectMethod(
        env, result, method("java/sql/ResultSet", "getMetaData", "()Ljava/sql/ResultSetMetaData;"));
    jint count;

    check("getMetaData");
    count = (*env)->CallIntMethod(
        env, description, method("java/sql/ResultSetMetaData", "getColumnCount", "()I"));
    check("getColumnCount");
    return count;
}

// The bytes of one value, copied as far as there is room.
static size_t
take_value(jobject result, jmethodID get_string, jint column)
{
    static char value[VALUE_BYTES];
    jstring text = (*env)->CallObjectMethod(env, result, get_string, column);
    const char *bytes;
    size_t size;

    if ((*env)->ExceptionCheck(env))
        check("getString");
    if (text == NULL)
        return 0;
    size = (size_t)(*env)->GetStringUTFLength(env, text);
    bytes = (*env)->GetStringUTFChars(env, text, NULL);
    memcpy(value, bytes, size < sizeof value ? size : sizeof value);
    (*env)->ReleaseStringUTFChars(env, text, bytes);
    (*env)->DeleteLocalRef(env, text);
    return size;
}

static double
seconds(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int
main(int argc, char **argv)
{
    unsigned long long rows = 0;
    unsigned long long bytes = 0;
    jmethodID get_string;
    jmethodID next;
    jobject connection;
    jobject result;
    double begin;
    jint count;

    if (argc < 6)
        return 2;
    start_java(argc - 6, argv + 6, argv[1]);
    connection = connect_to(argv[2], argv[3]);
    get_string = method("java/sql/ResultSet", "getString", "(I)Ljava/lang/String;");
    next = method("java/sql/ResultSet", "next", "()Z");
    begin = seconds();
    result = query(connection, argv[4], atoi(argv[5]));
    count = count_columns(result);
    while ((*env)->CallBooleanMethod(env, result, next)) {
        rows++;
        for (jint i = 1; i <= count; i++)
            bytes += take_value(result, get_string, i);
    }
    check("next");
    printf("{\"rows\": %llu, \"bytes\": %llu, \"s\": %.3f}\n", rows, bytes, seconds() - begin);
    return 0;
}
