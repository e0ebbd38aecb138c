#!/bin/bash
# Builds oe2pg with one version of Java and runs the unit tests and all tests that read by JDBC.
#
#     tools/java_test.sh VERSION
#
# VERSION is that of a package of Debian, openjdk-VERSION-jdk-headless, which root gets installed if
# it is missing, with all else that is. The build stays in build-test/java-VERSION. The last lines
# are Java's own version and "N passed, N failed". tools/chroot_test.sh --java runs this on a newer
# Debian than this machine's.
set -euo pipefail
cd "$(dirname "$0")/.."
. script/lib.sh
[ $# -eq 1 ] || { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 2; }
make_work java

need_packages build demo test
package=openjdk-$1-jdk-headless
if ! dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed; then
    install_packages "$package" >"$work/apt.log" 2>&1 || { tail -n 30 "$work/apt.log" >&2; exit 1; }
fi
JAVA_HOME=$(echo "/usr/lib/jvm/java-$1-openjdk-"*)
export JAVA_HOME PATH=$JAVA_HOME/bin:$PATH

build=build-test/java-$1
echo "Building ..."
build_in "$build" -Db_sanitize=address,undefined -Dfault_points=true -Dtests=enabled -Djdbc=enabled
sanitizer_environment
export OE2PG_BIN=$PWD/$build/oe2pg OE2PG_TEST_PROGRAMS=$PWD/$build/tests

unit_status=0 pytest_status=0
meson test -C "$build" --no-rebuild --print-errorlogs --timeout-multiplier 10 --suite unit || unit_status=$?
# Their names say by what they read.
"$python" -m pytest -p no:cacheprovider -q -rs -n "$test_jobs" --junitxml="$work/jdbc.xml" \
    --rootdir=tests/integration --basetemp="$work/jdbc" tests/integration/test_jdbc.py \
    tests/integration/test_source_conformance.py tests/integration/test_openedge.py \
    tests/integration/test_lookalike*.py \
    -k "test_jdbc or jdbc or h2 or hsqldb or derby or openedge or lookalike" || pytest_status=$?

java -version 2>&1 | head -n 2
"$python" script/count_results.py --status "$unit_status" --status "$pytest_status" \
    "$build/meson-logs/testlog.junit.xml" "$work/jdbc.xml"
