#!/bin/sh
# Starts a program of another architecture; written by `cargo xtask cross`, which restores it when it differs.
# Cargo calls it as runner: run EMULATOR [OPTION...] PROGRAM [ARGUMENT...]
# It fits the emulator to this machine, so that the same .cargo/config.toml serves everybody:
# the program starts as it is where the machine has its architecture, else under the emulator or its static twin.

# An option such as `-E A=*` must not turn into the names of files.
set -f

emulator=$1
shift

# The kernel's name for the architecture, and what is looked for on the machine.
here=$(uname -s)/$(uname -m)
case $emulator in
    qemu-aarch64) native='Linux/aarch64 Linux/arm64' ;;
    qemu-arm) native='Linux/armv7l Linux/armv8l' ;;
    qemu-i386) native='Linux/i686 Linux/i586 Linux/i386' ;;
    *) native=Linux/${emulator#qemu-} ;;
esac

# Options that take a value are followed by it; the first word that is no option is the program.
sysroot=
options=
while [ $# -gt 1 ]; do
    case $1 in
        -L) sysroot=$2; shift 2 ;;
        -cpu | -E | -U | -0 | -r | -s | -B | -R | -g | -d | -D | -p | -t | -seed | -dfilter | -plugin | -tb-size | -trace) options="$options $1 $2"; shift 2 ;;
        -*) options="$options $1"; shift ;;
        *) break ;;
    esac
done

for machine in $native; do
    if [ "$machine" = "$here" ]; then exec "$@"; fi
done

# Under QEMU a process with several threads that starts a child can hang for ever: the child inherits a lock that
# another thread of QEMU held. libtest's threads are such threads, so there is one unless the user wants more.
export RUST_TEST_THREADS="${RUST_TEST_THREADS:-1}"

for candidate in "$emulator" "$emulator-static"; do
    if command -v "$candidate" >/dev/null 2>&1; then
        # With the C library of this architecture in the system itself (multiarch), -L would mix two C libraries:
        # the loader of one, libc.so.6 of the other, and the first thread hangs for ever.
        name=${sysroot%/}
        name=${name##*/}
        for libc in "/lib/$name/libc.so.6" "/usr/lib/$name/libc.so.6"; do
            if [ -n "$name" ] && [ -e "$libc" ]; then sysroot=; fi
        done
        # The options are words without blanks: they came to us split at blanks.
        # shellcheck disable=SC2086
        exec "$candidate" $options ${sysroot:+-L "$sysroot"} "$@"
    fi
done

# Not echo: to some shells a backslash in the program's name is an escape.
printf 'error: `%s` not found, and this machine (%s) cannot start `%s` without it\n' "$emulator" "$here" "$1" >&2
if command -v apt-get >/dev/null 2>&1; then
    echo "hint: install it with \`sudo apt-get install qemu-user\`" >&2
else
    echo "hint: install the package of your distribution that holds \`$emulator\` or \`$emulator-static\`" >&2
fi
exit 127
