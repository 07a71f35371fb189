#!/bin/sh
# Calls clang for @TRIPLE@; written by `cargo xtask cross`, which restores it when it differs.
# What it does is in its name: ...-clang compiles C and links, ...-clang++ does so for C++, ...-ar makes archives.

set -f

# clang's words for the target, and what the names of its GNU tools begin with.
told='@TOLD@'
prefix=@PREFIX@

is_here() { command -v "$1" >/dev/null 2>&1; }

missing() {
    # shellcheck disable=SC2016
    printf 'error: `%s` not found, which %s for %s\nhint: `cargo xtask cross doctor %s --install` gets it\n' \
        "$1" "$2" @TRIPLE@ @TRIPLE@ >&2
    exit 127
}

clang=clang
own=cc
case $0 in
    *-ar)
        # The last one is of another machine, and makes what LLD and rustc read all the same.
        for ar in "$prefix-ar" llvm-ar ar; do
            if is_here "$ar"; then exec "$ar" "$@"; fi
        done
        missing "$prefix-ar" 'makes archives'
        ;;
    *++)
        clang='clang++'
        own='c++'
        ;;
esac

if ! is_here "$clang"; then
    # The machine may be the target itself, and needs no cross compiler then.
    machine=$("$own" -dumpmachine 2>/dev/null) || machine=
    case $machine in
        "${prefix%%-*}"-*linux*) exec "$own" "$@" ;;
    esac
    missing "$clang" 'compiles and links'
fi

links=yes
left=$#
while [ "$left" -gt 0 ]; do
    argument=$1
    shift
    left=$((left - 1))
    case $argument in
        # The cc crate tells a clang its target as well, by which not every clang finds the C library.
        --target=*) continue ;;
        # What is only compiled meets no linker, and whoever names one knows.
        -c | -S | -E | -fuse-ld=* | --ld-path=*) links= ;;
    esac
    set -- "$@" "$argument"
done
if [ -n "$links" ] && ! is_here "$prefix-ld"; then
    # clang would take the linker of this machine. rustc puts its own LLD into PATH by a name that clang does not know,
    # and what has that name beside it.
    if ! is_here ld.lld && lld=$(command -v rust-lld); then
        set -- "-B${lld%/*}/gcc-ld" "$@"
    fi
    set -- -fuse-ld=lld "$@"
fi
# shellcheck disable=SC2086
exec "$clang" --target=$told "$@"
