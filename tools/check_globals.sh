#!/bin/sh
# Writable globals of the library, against the list of those that there must be.
#   check_globals.sh LIBRARY.a
library=${1:?a built liboe2pg_core.a}

# name                why
allowed='
log_sink            the log: one for the process
locale_once         Unicode character classes, made once: base/text.c
locale_of_names     the same
connect_lock        drivers race with themselves while connecting: source/odbc/odbc_driver.c
java_birth          how it was born, which it may tell from any of its threads: source/jdbc/jvm_create.c
java_machine        a process has one, for good: source/jdbc/jvm.c
faults              test builds only: how many fault points were passed, base/fault.c
'

# Constant tables of pointers stand in .data.rel.ro: read-only once the program has started.
found=$(nm --defined-only --format=sysv "$library" 2>/dev/null |
    awk -F '|' '{ gsub(/ /, ""); sub(/\.[0-9]+$/, "", $1) }
        $3 ~ /^[bBdDsSCgG]$/ && $7 !~ /^\.data\.rel\.ro/ { print $1 }' |
    grep -vE '^(__|\.L|_GLOBAL_|DW\.ref\.)' | # what compilers and sanitizers add
    sort -u)
faults=0
for name in $found; do
    if ! echo "$allowed" | grep -q "^$name[[:space:]]"; then
        where=$(nm -A --defined-only "$library" 2>/dev/null | grep -E "[ ]$name(\\.[0-9]+)?\$" |
            head -n 1 | cut -d: -f2)
        echo "$name ($where): a writable global that is not on the list"
        faults=1
    fi
done
[ "$faults" -eq 0 ] && echo "only known writable globals:" $found
exit "$faults"
