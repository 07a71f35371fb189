# QEMU of the user mode, or its static twin.
# shellcheck disable=SC2086
user_mode() {
    # Under QEMU a process with several threads that starts a child can hang for ever: the child inherits a lock that
    # another thread of QEMU held. libtest's threads are such threads, so there is one unless the user wants more.
    export RUST_TEST_THREADS="${RUST_TEST_THREADS:-1}"
    # With the C library of this architecture in the system itself (multiarch), -L would mix two C libraries:
    # the loader of one, libc.so.6 of the other, and the first thread hangs for ever.
    name=${sysroot%/}
    name=${name##*/}
    # Debian names the directories of i686 after i386, and has its libraries for x86_64 in a place of their own, too.
    case $name in
        i686-linux-gnu) places='lib/i386-linux-gnu usr/lib/i386-linux-gnu lib32 usr/lib32' ;;
        *) places="lib/$name usr/lib/$name" ;;
    esac
    for place in $places; do
        if [ -n "$name" ] && [ -e "$system/$place/libc.so.6" ]; then sysroot=; fi
    done
    program=
    for candidate in "$emulator" "$emulator-static"; do
        if [ -z "$program" ] && has "$candidate"; then program=$candidate; fi
    done
    choose
    if [ -n "$asked" ]; then
        printf '%s\n%s' "${way:-none}" "$reasons"
        exit 0
    fi
    case $way in
        system | namespace)
            if [ -n "$sysroot" ]; then export QEMU_LD_PREFIX="$sysroot"; fi
            if [ -n "$cpu" ]; then export QEMU_CPU="$cpu"; fi
            # A name alone would be looked for in PATH.
            case $1 in
                */*) ;;
                *) argument=$1; shift; set -- "./$argument" "$@" ;;
            esac
            if [ "$way" = system ] || inside_namespace; then exec "$@"; fi
            if [ -n "$CROSSKIT_EMULATION" ]; then enter_namespace strict "$@"; else enter_namespace "$program" "$@"; fi
            ;;
        runner) exec "$program" $options ${sysroot:+-L "$sysroot"} "$@" ;;
    esac
    case ${CROSSKIT_EMULATION-} in
        '' | runner) missing "$emulator" "$1" qemu-user " or \`$emulator-static\`" ;;
    esac
    printf 'error: programs of %s cannot be emulated here by CROSSKIT_EMULATION=%s\n%s' \
        "$emulator" "$CROSSKIT_EMULATION" "$reasons" >&2
    exit 127
}

# How programs are started: the first way that works here, or the one that is asked for.
choose() {
    way='' reasons=''
    case ${CROSSKIT_EMULATION-} in
        '') ways='system namespace runner' ;;
        system | namespace | runner) ways=$CROSSKIT_EMULATION ;;
        *)
            reasons='hint: set it to `system`, `namespace` or `runner`, or unset it
'
            return
            ;;
    esac
    cpu=
    for candidate in $ways; do
        why='' enable=''
        if works; then
            way=$candidate
            return
        fi
        reasons="${reasons}note: \`$candidate\`: $why
"
        if [ -n "$enable" ]; then
            reasons="${reasons}hint: $enable
"
        fi
    done
}

# Whether programs can be started in the way `candidate`; else why not, and what enables it.
works() {
    if [ "$candidate" = runner ]; then
        why="\`$emulator\` not found"
        [ -n "$program" ]
        return
    fi
    if ! header || [ "${here%%/*}" != Linux ]; then
        why='not known for it on this system'
        return 1
    fi
    by_environment $options || return 1
    if [ "$candidate" = system ]; then
        if registered; then return; fi
        if has apt-get; then
            enable='sudo apt-get install qemu-user-binfmt'
        else
            enable='install the package of your distribution that registers QEMU with binfmt_misc'
        fi
        return 1
    fi
    if inside_namespace; then return; fi
    if [ -z "$program" ]; then
        why="\`$emulator\` not found"
        return 1
    fi
    program=$(command -v "$program")
    case $program in
        /*) ;;
        *) program=$PWD/$program ;;
    esac
    # Where nothing else was asked for, what is tried is no more than what cannot be taken back: this is each start.
    if [ -n "$asked$CROSSKIT_EMULATION" ]; then can_have_namespace strict; else can_have_namespace ''; fi
}

# What the emulator is told by options is told by variables instead, which the children of a program inherit.
by_environment() {
    while [ $# -gt 0 ]; do
        case $1 in
            -cpu) cpu=$2; shift 2 ;;
            *)
                why="the option \`$1\` of $emulator reaches no children"
                return 1
                ;;
        esac
    done
}
