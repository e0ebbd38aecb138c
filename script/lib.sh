# What the scripts beside this file share. Source it with the repository as working directory.

# Ours is Debian's Python, whose modules the tests need; another may stand before it on PATH.
python=/usr/bin/python3
# Tests at a time: two more than processors, because most of them wait for something.
test_jobs=$(($(nproc) + 2))
# A run leaves no compiled modules behind, least of all with another owner.
export PYTHONDONTWRITEBYTECODE=1
export LC_ALL=C.UTF-8

# Names in the package lists given ("build demo"), without their comments.
packages_of() {
    local list
    for list in "$@"; do
        sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "script/packages-$list.txt"
    done
}

# Of those, the ones that are not installed, on one line.
missing_packages() {
    packages_of "$@" | sort -u >"$work/wanted"
    # dpkg-query fails when it does not know a name; what it knows it prints all the same.
    xargs dpkg-query -W -f '${db:Status-Status} ${Package}\n' <"$work/wanted" 2>/dev/null |
        sed -n 's/^installed //p' | sort -u >"$work/installed" || true
    comm -23 "$work/wanted" "$work/installed" | xargs
}

# PostgreSQL's package would create and start a server of its own: these scripts bring their own,
# private one. Only the installation below is told so.
install_packages() {
    local folder=/etc/postgresql-common/createcluster.d
    local note=$folder/oe2pg-no-cluster.conf status=0
    mkdir -p "$folder"
    echo 'create_main_cluster = false' >"$note"
    export DEBIAN_FRONTEND=noninteractive
    apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 update &&
        apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 \
            install --no-install-recommends "$@" || status=$?
    rm -f "$note"
    return "$status"
}

# Root gets the missing packages installed, everybody else is told how to.
need_packages() {
    local missing
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        echo "These Debian packages are missing; have them installed and come back:" >&2
        echo "    apt-get install --no-install-recommends $missing" >&2
        return 1
    fi
    echo "Installing: $missing"
    # shellcheck disable=SC2086 # a list of names
    install_packages $missing >"$work/apt.log" 2>&1 || {
        tail -n 30 "$work/apt.log" >&2
        echo "Could not install the missing packages (see above)." >&2
        return 1
    }
}

# A directory for everything that is to vanish, in $work; cleaned up whatever happens.
make_work() {
    work=$(mktemp -d "${TMPDIR:-/tmp}/oe2pg-$1-XXXXXX")
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

# build_in DIRECTORY [meson options]: configures it once, then builds what changed.
build_in() {
    local directory=$1
    shift
    if [ ! -f "$directory/build.ninja" ]; then
        meson setup "$directory" "$@" >"$work/setup.log" 2>&1 || {
            cat "$work/setup.log" >&2
            return 1
        }
    fi
    ninja -C "$directory" >"$work/build.log" 2>&1 || {
        cat "$work/build.log" >&2
        return 1
    }
    grep -E 'warning:|error:' "$work/build.log" || true
}

# The build that is tested, in build-test/asan. To optimize it fully takes twice as long, and what
# the sanitizers cost stays; for their reports the numbers of lines are enough. Tests start the program
# some thousand times: with the sanitizers in it, at a fixed address, a start costs a quarter less.
build_sanitized() {
    build_in build-test/asan -Db_sanitize=address,undefined -Dfault_points=true -Dtests=enabled \
        -Doptimization=1 '-Dc_args=-g1 -fno-pie' \
        '-Dc_link_args=-no-pie -static-libasan -static-libubsan'
}

# Debian has psqlODBC log into /tmp, a file for each process; the tests' copy of its list does not.
quiet_drivers() {
    mkdir "$work/odbc"
    [ ! -f /etc/odbcinst.ini ] ||
        sed -E 's/^(CommLog|Debug)=.*/\1=0/' /etc/odbcinst.ini >"$work/odbc/odbcinst.ini"
    export ODBCSYSINI=$work/odbc
}

# Sanitizers end the program at the first finding, with a status no test expects. What foreign
# libraries leak is listed, with reasons, in the suppressions.
sanitizer_environment() {
    export ASAN_OPTIONS=detect_leaks=1:exitcode=99:detect_stack_use_after_return=1
    export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1:exitcode=99
    export LSAN_OPTIONS=suppressions=$PWD/tests/support/lsan.supp:print_suppressions=0
    export TSAN_OPTIONS=suppressions=$PWD/tests/support/tsan.supp:exitcode=66
}
