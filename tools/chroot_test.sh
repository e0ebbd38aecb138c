#!/bin/bash
# Clones the repository into a minimal Debian and runs script/demo and script/test there, as root
# and as an ordinary user: what a stranger with a fresh machine would see.
#
#     tools/chroot_test.sh [--short] [--suite SUITE] CACHE-DIRECTORY
#     tools/chroot_test.sh --java VERSION [--suite SUITE] CACHE-DIRECTORY
#
# Needs root, debootstrap and git. The base system is made once and kept in CACHE-DIRECTORY as a
# tarball. Packages come from where this machine's own do: its /etc/apt is copied into the chroot;
# of another SUITE than bookworm they come from the same mirror. What is committed in the repository
# is tested. --short leaves out the second run of script/test; --java runs tools/java_test.sh alone.
set -euo pipefail
cd "$(dirname "$0")/.."

short=no release=bookworm java=
while [ $# -gt 1 ]; do
    case $1 in
        --short) short=yes ;;
        --suite) release=$2; shift ;;
        --java) java=$2; shift ;;
        *) break ;;
    esac
    shift
done
[[ $# -eq 1 && $1 != -* ]] || { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 2; }
[ "$(id -u)" -eq 0 ] || { echo "chroot_test.sh: only root can make a chroot" >&2; exit 2; }
cache=$(mkdir -p "$1" && cd "$1" && pwd)

# The first Debian mirror that this machine's own sources name.
mirror_of_this_machine() {
    { sed -n 's/^URIs:[[:space:]]*\([^[:space:]]*\).*/\1/p' /etc/apt/sources.list.d/*.sources
        sed -n 's/^deb [^h]*\(http[^ ]*\) .*/\1/p' /etc/apt/sources.list /etc/apt/sources.list.d/*.list
    } 2>/dev/null | head -n 1
}

root=$(mktemp -d "$cache/root-XXXXXX")
clean_up() {
    # Whatever still runs in there would keep the mounts busy.
    for process in /proc/[0-9]*; do
        [ "$(readlink "$process/root" 2>/dev/null)" != "$root" ] || kill -9 "${process#/proc/}" || true
    done
    for mounted in dev/shm dev/pts proc; do
        ! mountpoint -q "$root/$mounted" || umount -l "$root/$mounted"
    done
    rm -rf --one-file-system "$root"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

base=$cache/$release-minbase.tar
if [ ! -f "$base" ]; then
    echo "Making the base system ..."
    debootstrap --variant=minbase "$release" "$root" "$(mirror_of_this_machine)" >"$cache/debootstrap.log"
    tar -C "$root" --one-file-system -cf "$base.new" .
    mv "$base.new" "$base"
else
    tar -C "$root" -xf "$base"
fi

chmod 755 "$root" # mktemp makes it for its owner alone
rm -rf "$root/etc/apt"
cp -a /etc/apt "$root/etc/apt"
mkdir -p "$root/usr/share/keyrings"
cp -a /usr/share/keyrings/. "$root/usr/share/keyrings/"
if [ "$release" != bookworm ]; then
    rm -rf "$root"/etc/apt/sources.list "$root"/etc/apt/sources.list.d/*
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
        "$(mirror_of_this_machine) $release main" >"$root/etc/apt/sources.list"
fi
cp -L /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || true
mkdir -p "$root/dev/shm" "$root/dev/pts"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts "$root/dev/pts" # for terminals
ln -sf pts/ptmx "$root/dev/ptmx"
[ -e "$root/dev/null" ] || mknod -m 666 "$root/dev/null" c 1 3
[ -e "$root/dev/urandom" ] || mknod -m 666 "$root/dev/urandom" c 1 9

git clone -q --no-hardlinks . "$root/root/oe2pg"
in_chroot() {
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb LANG=C.UTF-8 \
        chroot "$root" "$@"
}

failed=""
step() {
    local name=$1 log=$cache/${1// /-}.log started=$SECONDS status=0
    shift
    "$@" >"$log" 2>&1 || status=$?
    printf '%-28s status %d, %4d s: %s\n' "$name" "$status" $((SECONDS - started)) "$(tail -n 1 "$log")"
    [ "$status" -eq 0 ] || failed="$failed $name ($log);"
}

if [ -n "$java" ]; then
    step "test with Java $java" in_chroot /root/oe2pg/tools/java_test.sh "$java"
    tail -n 3 "$cache/test-with-Java-$java.log"
    [ -z "$failed" ] || { echo "Failed:$failed"; exit 1; }
    exit 0
fi

step "demo as root" in_chroot /root/oe2pg/script/demo
step "test as root" in_chroot /root/oe2pg/script/test
in_chroot useradd -m tester
git clone -q --no-hardlinks . "$root/home/tester/oe2pg"
in_chroot chown -R tester: /home/tester
as_tester() {
    in_chroot setpriv --reuid tester --regid tester --init-groups env HOME=/home/tester "$@"
}
step "demo as a user" as_tester /home/tester/oe2pg/script/demo
[ "$short" = yes ] || step "test as a user" as_tester /home/tester/oe2pg/script/test

# Java's compiler keeps an empty folder for each user.
left=$(find "$root/tmp" -mindepth 1 -maxdepth 1 ! \( -name 'hsperfdata_*' -empty \) -printf '%f ')
left+=$(find "$root/dev/shm" -mindepth 1 -maxdepth 1 -name 'oe2pg-*' -printf '%f ')
[ -z "$left" ] || failed="$failed left in /tmp or /dev/shm: $left;"
dirty=$(git -C "$root/home/tester/oe2pg" -c safe.directory='*' status --porcelain | head -n 3)
[ -z "$dirty" ] || failed="$failed left in the clone: $dirty;"
running=$(for process in /proc/[0-9]*; do
    [ "$(readlink "$process/root" 2>/dev/null)" != "$root" ] || cat "$process/comm"
done | xargs)
[ -z "$running" ] || failed="$failed still running: $running;"
[ -z "$failed" ] || { echo "Failed:$failed"; exit 1; }
echo "All well."
