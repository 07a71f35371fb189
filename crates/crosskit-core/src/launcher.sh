#!/bin/sh
# Starts a program of another architecture; written by `cargo xtask cross`, which restores it when it differs.
# Cargo calls it as runner: run EMULATOR [OPTION...] PROGRAM [ARGUMENT...]
# It fits the emulator to this machine, so that the same .cargo/config.toml serves everybody:
# the program starts as it is where the machine has its architecture, else under the emulator or its twin.

# An option such as `-E A=*` must not turn into the names of files.
set -f

emulator=$1
shift

# The kernel's name for the architecture, and what is looked for on the machine.
here=$(uname -s)/$(uname -m)
case $emulator in
    qemu-system-*) native= ;;
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
    if [ "$machine" = "$here" ]; then exec "$@"; fi
done

has() { command -v "$1" >/dev/null 2>&1; }

# Not echo: to some shells a backslash in the program's name is an escape.
missing() {
    printf 'error: `%s` not found, and this machine (%s) cannot start `%s` without it\n' "$1" "$here" "$2" >&2
    if [ -n "$3" ] && has apt-get; then
        echo "hint: install it with \`sudo apt-get install $3\`" >&2
    else
        echo "hint: install the package of your distribution that holds \`$1\`$4" >&2
    fi
    exit 127
}

# What is made for emulators is kept in the workspace, and not in the home directory.
kept=${0%/*}/../../target/crosskit

# The options are words without blanks everywhere: they came to us split at blanks.

# A machine without an operating system, which prints and ends by semihosting.
# shellcheck disable=SC2086
bare_metal() {
    program=$1
    shift
    arguments=
    for argument in "$program" "$@"; do
        # QEMU takes a single comma as the end of an argument.
        case $argument in
            *,*) argument=$(printf '%s' "$argument" | sed 's/,/,,/g') ;;
        esac
        arguments="$arguments,arg=$argument"
    done
    # The boot code of virt's network card is another package; a card that is soldered on would complain.
    card=
    case "$options " in
        *' virt '*) card='-nic none' ;;
    esac
    exec "$emulator" $options $card -display none -monitor none -no-reboot \
        -chardev stdio,id=console,signal=on -serial chardev:console -semihosting-config "enable=on,target=native$arguments" -kernel "$program"
}

# A program of UEFI: the shell of the firmware starts it from a disk that is made here, and tells its status.
# shellcheck disable=SC2086
firmware() {
    case $emulator in
        *-x86_64) images='/usr/share/OVMF/OVMF_CODE_4M.fd /usr/share/OVMF/OVMF_CODE.fd /usr/share/edk2/ovmf/OVMF_CODE.fd /usr/share/edk2/x64/OVMF_CODE.4m.fd' package=ovmf ;;
        *-i386) images='/usr/share/OVMF/OVMF32_CODE_4M.secboot.fd /usr/share/edk2/ovmf-ia32/OVMF_CODE.fd' package=ovmf-ia32 ;;
        *-aarch64) images='/usr/share/AAVMF/AAVMF_CODE.fd /usr/share/edk2/aarch64/QEMU_EFI-pflash.raw' package=qemu-efi-aarch64 ;;
        *) images='' package='' ;;
    esac
    image=
    for candidate in $images; do
        if [ -z "$image" ] && [ -e "$candidate" ]; then image=$candidate; fi
    done
    if [ -z "$image" ]; then missing "${images%% *}" "$1" "$package" ''; fi
    disk=$(mktemp -d) || exit 127
    trap 'rm -rf "$disk" "$disk.variables"' EXIT
    trap 'exit 130' INT TERM
    cp -- "$1" "$disk/program.efi" || exit 127
    shift
    line=program.efi
    for argument in "$@"; do
        # The shell's own signs lose their meaning behind a caret.
        line="$line \"$(printf '%s' "$argument" | sed 's/[%^"]/^&/g')\""
    done
    printf '%s\r\n' '@echo -off' 'fs0:' 'echo crosskit-begins' "$line" 'echo crosskit-status %lasterror%' 'reset -s' >"$disk/startup.nsh"
    # Some firmware does not start without a memory for its variables, of which each run gets a fresh one.
    memory=''
    variables=$(printf '%s' "$image" | sed 's/_CODE/_VARS/; s/\.secboot//')
    if [ "$variables" != "$image" ] && [ -e "$variables" ]; then
        cp -- "$variables" "$disk.variables" || exit 127
        chmod u+w "$disk.variables"
        memory="-drive if=pflash,format=raw,unit=1,file=$disk.variables"
    fi
    # A key at the right moment would shorten the shell's five seconds; nothing is sent, as there is no right moment.
    "$emulator" $options -display none -monitor none -no-reboot -net none -serial stdio \
        -drive "if=pflash,format=raw,unit=0,readonly=on,file=$image" $memory -drive "format=raw,file=fat:rw:$disk" </dev/null |
        tr -d '\r' | awk '
            /crosskit-status 0x/ { sub(/.*crosskit-status 0x/, ""); status = $1; ended = 1; exit }
            began { print; fflush() }
            /^crosskit-begins$/ { began = 1 }
            END {
                if (!ended) { print "error: the firmware ended without a status of the program" > "/dev/stderr"; exit 125 }
                # Codes of errors have the highest bit, and the low byte says which.
                low = tolower(substr(status, length(status) - 1))
                high = index("0123456789abcdef", substr(low, 1, 1)) - 1
                if (length(low) > 1) code = high * 16 + index("0123456789abcdef", substr(low, 2, 1)) - 1; else code = high
                if (code == 0 && status !~ /^0*$/) code = 1
                exit code
            }'
    exit $?
}

# A program of Windows. Wine makes its prefix at the first start, which takes some seconds.
# shellcheck disable=SC2086
windows() {
    wine=
    for candidate in "$emulator" wine wine64 /usr/lib/wine/wine64; do
        if [ -z "$wine" ] && has "$candidate"; then wine=$candidate; fi
    done
    if [ -z "$wine" ]; then missing "$emulator" "$1" wine64 ''; fi
    # A Wine without its half for 32 bits starts no such program, says nothing, and ends as if all were well.
    header=$(od -An -tu4 -j60 -N4 "$1" 2>/dev/null)
    machine=$(od -An -tx1 -j$((${header:-0} + 4)) -N2 "$1" 2>/dev/null)
    if [ "$machine" = ' 4c 01' ] && [ ! -e /usr/lib/wine/wine ] && ! has wine32; then
        version=$("$wine" --version 2>/dev/null)
        version=${version#wine-}
        case ${version%%.*} in
            [1-8]) missing wine32 "$1" 'wine32:i386' '' ;;
        esac
    fi
    mkdir -p "$kept" && kept=$(cd "$kept" && pwd) || exit 127
    export WINEPREFIX="${WINEPREFIX:-$kept/wine}" WINEDEBUG="${WINEDEBUG:--all}"
    # Wine before 9 lacks a library that std imports since Rust 1.78, and ends with status 53 without a word. It only
    # gives random bytes, which another library has.
    own=$(find /usr/lib /opt/wine* -name bcryptprimitives.dll -path '*x86_64*' 2>/dev/null | head -n 1)
    if [ -z "$own" ]; then
        shim=$kept/wine-shim
        compiler=x86_64-w64-mingw32-gcc
        if [ ! -e "$shim/bcryptprimitives.dll" ] && has "$compiler"; then
            mkdir -p "$shim"
            cat >"$shim/shim.$$.c" <<'C'
unsigned char __stdcall SystemFunction036(void *, unsigned long);
__declspec(dllexport) int __stdcall ProcessPrng(unsigned char *bytes, unsigned long long count) {
    while (count > 0) {
        unsigned long part = count > 65536 ? 65536 : (unsigned long)count;
        if (!SystemFunction036(bytes, part)) return 0;
        bytes += part;
        count -= part;
    }
    return 1;
}
C
            "$compiler" -shared -o "$shim/shim.$$.dll" "$shim/shim.$$.c" -ladvapi32 &&
                mv "$shim/shim.$$.dll" "$shim/bcryptprimitives.dll"
            rm -f "$shim/shim.$$.c"
        fi
        export WINEPATH="$shim${WINEPATH:+;$WINEPATH}"
    fi
    exec "$wine" $options "$@"
}

# WebAssembly: wasmtime, or node (18 or later), which knows no threads and no components.
# shellcheck disable=SC2086
webassembly() {
    if has wasmtime; then
        exec wasmtime run --dir / --dir . -S inherit-env=y $options "$@"
    fi
    has node || missing wasmtime "$1" nodejs ' or `node`'
    exec node --no-warnings --experimental-wasi-unstable-preview1 --input-type=module -e '
        import { readFile } from "node:fs/promises";
        import { WASI } from "node:wasi";
        import { argv, cwd, env, exit } from "node:process";
        const [, program, ...rest] = argv;
        const bytes = await readFile(program);
        if (bytes[4] !== 1) {
            console.error("error: `" + program + "` is a component, and node cannot start it");
            console.error("hint: install wasmtime: https://wasmtime.dev");
            exit(127);
        }
        const wasi = new WASI({
            version: "preview1", args: [program, ...rest], env, preopens: { "/": "/", ".": cwd() }, returnOnExit: true,
        });
        const { instance } = await WebAssembly.instantiate(bytes, { wasi_snapshot_preview1: wasi.wasiImport });
        exit(wasi.start(instance));
    ' -- "$@"
}

# QEMU of the user mode, or its static twin.
# shellcheck disable=SC2086
user_mode() {
    # Under QEMU a process with several threads that starts a child can hang for ever: the child inherits a lock that
    # another thread of QEMU held. libtest's threads are such threads, so there is one unless the user wants more.
    export RUST_TEST_THREADS="${RUST_TEST_THREADS:-1}"
    for candidate in "$emulator" "$emulator-static"; do
        if has "$candidate"; then
            # With the C library of this architecture in the system itself (multiarch), -L would mix two C libraries:
            # the loader of one, libc.so.6 of the other, and the first thread hangs for ever.
            name=${sysroot%/}
            name=${name##*/}
            for libc in "/lib/$name/libc.so.6" "/usr/lib/$name/libc.so.6"; do
                if [ -n "$name" ] && [ -e "$libc" ]; then sysroot=; fi
            done
            exec "$candidate" $options ${sysroot:+-L "$sysroot"} "$@"
        fi
    done
    missing "$emulator" "$1" qemu-user " or \`$emulator-static\`"
}

case $emulator in
    qemu-system-*)
        has "$emulator" || missing "$emulator" "$1" '' ''
        case $1 in
            *.efi) firmware "$@" ;;
            *) bare_metal "$@" ;;
        esac
        ;;
    wine | wine32) windows "$@" ;;
    wasmtime) webassembly "$@" ;;
    *) user_mode "$@" ;;
esac
