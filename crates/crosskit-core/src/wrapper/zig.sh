#!/bin/sh
# Calls zig for @TRIPLE@; written by `cargo xtask cross`, which restores it when it differs.
# What it does is in its name: ...-clang compiles C and links, ...-clang++ does so for C++, ...-ar makes archives.

set -f

# zig's words for the target.
told='@TOLD@'

own="${XDG_DATA_HOME:-$HOME/.local/share}/crosskit/python/ziglang/zig"
call() {
    for zig in zig python-zig "$own"; do
        if command -v "$zig" >/dev/null 2>&1; then exec "$zig" "$@"; fi
    done
    # shellcheck disable=SC2016
    printf 'error: `zig` not found, which compiles and links for %s\nhint: `cargo xtask cross doctor %s --install` gets it\n' \
        @TRIPLE@ @TRIPLE@ >&2
    exit 127
}

tool=cc
case $0 in
    *-ar) call ar "$@" ;;
    *++) tool=c++ ;;
esac

links=yes
static=
# Without the C library of another system a program of musl starts everywhere, and rustc makes some that need it.
case $told in
    *-linux-musl*) static=yes ;;
esac
for argument in "$@"; do
    case $argument in
        -c | -S | -E) links= ;;
        -shared | -static | -static-pie) static= ;;
    esac
done

left=$#
while [ "$left" -gt 0 ]; do
    argument=$1
    shift
    left=$((left - 1))
    case $argument in
        # The cc crate tells a clang its target, in words that zig does not know, and for some a processor as well. Where
        # zig's words name none, what else is said of one is the user's.
        --target=* | -march=rv64gc) continue ;;
        -march=* | -mfloat-abi=* | -mfpu=*)
            case $told in
                *' -mcpu='*) continue ;;
            esac
            ;;
        # zig brings the objects with which a program begins and ends, and the library that unwinds.
        -nostartfiles) continue ;;
        crt1.o | crti.o | crtn.o | Scrt1.o | rcrt1.o | crtbegin*.o | crtend*.o) continue ;;
        */self-contained/*crt1.o | */self-contained/crti.o | */self-contained/crtn.o | */self-contained/crtbegin*.o | */self-contained/crtend*.o) continue ;;
        # The format of the output, which is another name of the target.
        -Wl,-melf_*) continue ;;
        -lgcc_s | -lgcc_eh) argument=-lunwind ;;
        -lgcc) continue ;;
        # It brings the C library of Windows as well, the later one of the two that there are, and this is the older.
        -lmingw32 | -lmingwex | -lmsvcrt | -nolibc | --unwindlib=none) continue ;;
        -pie) if [ -n "$static" ]; then continue; fi ;;
    esac
    set -- "$@" "$argument"
done
if [ -n "$links" ] && [ -n "$static" ]; then
    set -- -static "$@"
fi
# shellcheck disable=SC2086
call "$tool" -target $told "$@"
