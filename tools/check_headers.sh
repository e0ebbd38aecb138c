#!/bin/sh
# Each header compiles alone: it includes what it needs.
#   check_headers.sh SOURCE_ROOT [COMPILER...]
cd "${1:-.}" || exit 2
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- cc
# shellcheck disable=SC2046
set -- "$@" $(pkg-config --cflags libpq odbc yajl cmocka 2>/dev/null)

# Without a JDK, what needs its headers is not built either.
javac=$(command -v javac)
if [ -n "$javac" ]; then
    jni=$(dirname "$(dirname "$(readlink -f "$javac")")")/include
    set -- "$@" -isystem "$jni" -isystem "$jni/linux"
    left_out=none
else
    left_out='src/source/jdbc/*'
fi

faults=0
headers=$(find src include tests -name '*.h' -not -path "$left_out" | sort)
# The compiler takes each as a translation unit of its own, and names those that it refuses.
if ! echo "$headers" | xargs -n 32 "$@" -std=c17 -D_GNU_SOURCE -Wall -Wextra -Wpedantic \
    -Wno-unused-function -Werror -fsyntax-only -x c -Isrc -Iinclude; then
    echo "not every header compiles alone"
    faults=1
fi
# Names of guards follow the path, so that no two are alike.
unguarded=$(echo "$headers" | xargs grep -L '^#ifndef OE2PG_')
if [ -n "$unguarded" ]; then
    echo "without an include guard: $unguarded"
    faults=1
fi
twice=$(find src include -name '*.h' -exec grep -h '^#ifndef OE2PG_' {} + | sort | uniq -d)
if [ -n "$twice" ]; then
    echo "guards used twice: $twice"
    faults=1
fi
echo "$(echo "$headers" | wc -l) headers"
exit "$faults"
