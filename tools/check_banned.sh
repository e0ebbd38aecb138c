#!/bin/sh
# Calls that have a better form, or no business where they are.
#   check_banned.sh [SOURCE_ROOT]
cd "${1:-.}" || exit 2

faults=0

sources=$(find src -name '*.[ch]' | sort)
everything=$(find src tests -name '*.[ch]' | sort)
bare=$(mktemp -d) || exit 2
trap 'rm -rf "$bare"' EXIT

# Comments and string literals may say what they like.
# shellcheck disable=SC2086
cp --parents $everything "$bare" &&
    (cd "$bare" &&
        sed -i -E -e 's/"([^"\\]|\\.)*"/""/g' -e 's://.*::' -e 's:/\*.*\*/::g' $everything) || exit 2

# refuse PATTERN WHY FILES...
refuse() {
    pattern=$1
    why=$2
    shift 2
    hits=$(cd "$bare" &&
        grep -nE "(^|[^A-Za-z0-9_.>])($pattern)[[:space:]]*\(" "$@" /dev/null) || return 0
    echo "$hits" | sed "s|^\([^:]*:[0-9]*\):.*|\1: $why|"
    faults=1
}

outside_main=$(echo "$sources" | grep -v '^src/main\.c$')
outside_base=$(echo "$outside_main" | grep -v '^src/base/')
below_methods=$(echo "$sources" | grep -E '^src/(model|config|source|target|plan)/')

# shellcheck disable=SC2086
{
    refuse 'strcpy|strcat|strncpy|strncat|stpcpy|stpncpy|sprintf|vsprintf|gets' \
        'writes without knowing how much room there is' $everything
    # A path is for the system and stays as it is, or is refused.
    refuse 'snprintf|vsnprintf' \
        'may cut inside a character, or keep bytes that are none: text_print' \
        $(echo "$outside_base" | grep -vE '^src/(config/file|source/jdbc/jvm_find)\.c$')
    refuse 'strtok|strtok_r' 'cuts up its argument' $everything
    refuse 'atoi|atol|atoll|atof' 'cannot tell a number from none' $everything
    refuse 'gmtime|localtime|asctime|ctime|strerror|getpwnam|getpwuid|rand' \
        'shares a buffer between threads' $everything
    refuse 'alloca' 'takes the stack by the size of data' $everything
    refuse 'setlocale' 'is for main.c alone' $outside_main
    refuse 'exit|abort' 'is for main.c and base alone' $outside_base
    # run/run_wait.c ends the process on a second signal, when threads hang out of reach.
    refuse '_exit' 'is for main.c, base and run/run_wait.c alone' \
        $(echo "$outside_base" | grep -vE '^src/run/run_wait\.c$')
    refuse 'log_(debug|info|warning|error|failure)' \
        'logs below the methods: return a struct error' $below_methods
    refuse 'v?printf|puts|putchar|perror' 'writes to standard output below cli' \
        $(echo "$sources" | grep -vE '^src/(cli|report)/|^src/main\.c$')
}
if grep -nE '\b(setjmp|longjmp|goto)\b' $sources /dev/null |
    grep -vE 'goto out;|:[0-9]+:[[:space:]]*//'; then
    echo 'above: the only jump is "goto out"'
    faults=1
fi
[ "$faults" -eq 0 ] && echo "$(echo "$everything" | wc -l) files, nothing banned"
exit "$faults"
