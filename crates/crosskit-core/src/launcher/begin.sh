#!/bin/sh
# Starts a program of another architecture; written by `cargo xtask cross`, which restores it when it differs.
# Cargo calls it as runner: run EMULATOR [OPTION...] PROGRAM [ARGUMENT...]
# It fits the emulator to this machine, so that the same .cargo/config.toml serves everybody:
# the program starts as it is where the machine has its architecture, else under the emulator or its twin.
# Called as run --emulation EMULATOR [OPTION...] PROGRAM, it starts nothing and says in which way it would.

# An option such as `-E A=*` must not turn into the names of files.
set -f

asked=
if [ "$1" = --emulation ]; then
    asked=1
    shift
fi
emulator=$1
shift

# The kernel's name for the architecture, and what is looked for on the machine.
here=$(uname -sm)
here=${here% *}/${here##* }
case $emulator in
    qemu-system-* | ssh) native= ;;
    qemu-aarch64) native='Linux/aarch64 Linux/arm64' ;;
    qemu-arm) native='Linux/armv7l Linux/armv8l' ;;
    qemu-i386) native='Linux/i686 Linux/i586 Linux/i386' ;;
    qemu-ppc) native='Linux/ppc' ;;
    *) native=Linux/${emulator#qemu-} ;;
esac

# Options that take a value are followed by it; the first word that is no option is the program.
sysroot=
options=
while [ $# -gt 1 ]; do
    case $1 in
        -L) sysroot=$2; shift 2 ;;
        -cpu | -machine | -M | -m | -smp | -bios | -device | -drive | -serial | -dtb | -append | -semihosting-config) options="$options $1 $2"; shift 2 ;;
        -E | -U | -0 | -r | -s | -B | -R | -g | -d | -D | -p | -t | -seed | -dfilter | -plugin | -tb-size | -trace) options="$options $1 $2"; shift 2 ;;
        --dir | --env) options="$options $1 $2"; shift 2 ;;
        -*) options="$options $1"; shift ;;
        *) break ;;
    esac
done

for machine in $native; do
    if [ "$machine" = "$here" ]; then
        if [ -n "$asked" ]; then echo native; else exec "$@"; fi
        exit
    fi
done

has() { command -v "$1" >/dev/null 2>&1; }

# Not echo: to some shells a backslash in the program's name is an escape.
missing() {
    printf 'error: `%s` not found, and this machine (%s) cannot start `%s` without it\n' "$1" "$here" "$2" >&2
    if [ -n "$3" ] && has apt-get; then
        before=
        case $3 in
            *:*) before="sudo dpkg --add-architecture ${3#*:} && sudo apt-get update && " ;;
        esac
        echo "hint: install it with \`${before}sudo apt-get install $3\`" >&2
    else
        echo "hint: install the package of your distribution that holds \`$1\`$4" >&2
    fi
    exit 127
}

# What is made for emulators is kept in the workspace, and not in the home directory.
kept=${0%/*}/../../target/crosskit

# The options are words without blanks everywhere: they came to us split at blanks.

