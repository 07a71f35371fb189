# Emulating whole trees of processes: the kernel itself starts programs of another architecture under the emulator where
# that is registered with binfmt_misc, be it by the system or in a namespace that is made here and ends with the program.
kernel=/proc/sys
registry=$kernel/fs/binfmt_misc

# The header by which the kernel knows the programs of an emulator, as bytes in hexadecimal: class (32 or 64 bits),
# byte order and machine, in the order in which they stand in the file. Source: the ELF specification and its
# supplements for the processors.
header() {
    case $emulator in
        qemu-aarch64) class=02 order=01 machine=b700 ;;
        qemu-aarch64_be) class=02 order=02 machine=00b7 ;;
        qemu-arm) class=01 order=01 machine=2800 ;;
        qemu-armeb) class=01 order=02 machine=0028 ;;
        qemu-hexagon) class=01 order=01 machine=a400 ;;
        qemu-i386) class=01 order=01 machine=0300 ;;
        qemu-loongarch64) class=02 order=01 machine=0201 ;;
        qemu-m68k) class=01 order=02 machine=0004 ;;
        qemu-mips) class=01 order=02 machine=0008 ;;
        qemu-mipsel) class=01 order=01 machine=0800 ;;
        qemu-mips64) class=02 order=02 machine=0008 ;;
        qemu-mips64el) class=02 order=01 machine=0800 ;;
        qemu-ppc) class=01 order=02 machine=0014 ;;
        qemu-ppc64) class=02 order=02 machine=0015 ;;
        qemu-ppc64le) class=02 order=01 machine=1500 ;;
        qemu-riscv32) class=01 order=01 machine=f300 ;;
        qemu-riscv64) class=02 order=01 machine=f300 ;;
        qemu-s390x) class=02 order=02 machine=0016 ;;
        qemu-sparc) class=01 order=02 machine=0002 ;;
        qemu-sparc32plus) class=01 order=02 machine=0012 ;;
        qemu-sparc64) class=02 order=02 machine=002b ;;
        qemu-x86_64) class=02 order=01 machine=3e00 ;;
        *) return 1 ;;
    esac
    # Executables have type 2, and those that can be loaded anywhere have 3.
    case $order in
        01) fixed=0200 movable=0300 either=feff ;;
        *) fixed=0002 movable=0003 either=fffe ;;
    esac
}

# Whether the kernel takes a program with a header for one of an entry: `fits HEADER MAGIC MASK`.
fits() {
    bytes=$1 magic=$2 mask=$3
    while [ -n "$magic" ]; do
        # What lies behind the header are flags that are not set in programs of these targets.
        byte=${bytes%"${bytes#??}"}
        wanted=${magic%"${magic#??}"}
        counts=${mask%"${mask#??}"}
        [ $(((0x${byte:-00} ^ 0x$wanted) & 0x${counts:-ff})) -eq 0 ] || return 1
        bytes=${bytes#??} magic=${magic#??} mask=${mask#??}
    done
}

# Whether this runs in a namespace that was made here for the emulator's programs; none is made within another.
inside_namespace() {
    [ -e "$registry/crosskit-${emulator#qemu-}" ]
}

# Whether the programs of the emulator are registered, here or in the namespace that this is already in.
registered() {
    why="nothing is registered for its programs in $registry"
    state=
    [ ! -r "$registry/status" ] || read -r state <"$registry/status"
    [ "$state" = enabled ] || return 1
    set +f
    set -- "$registry"/*
    set -f
    for entry in "$@"; do
        case $entry in
            */register | */status) ;;
            *) if serves "$entry"; then return; fi ;;
        esac
    done
    return 1
}

# Whether an entry is for the emulator's programs, and can be used.
serves() {
    interpreter='' flags='' magic='' mask=''
    {
        read -r state && [ "$state" = enabled ] || return 1
        while read -r key value; do
            case $key in
                interpreter) interpreter=$value ;;
                flags:) flags=$value ;;
                offset) [ "$value" = 0 ] || return 1 ;;
                magic)
                    case $value in
                        7f454c46$class$order*) magic=$value ;;
                        *) return 1 ;;
                    esac
                    ;;
                mask) mask=$value ;;
            esac
        done
    } <"$1"
    wanted_magic=$magic wanted_mask=$mask
    [ -n "$wanted_magic" ] || return 1
    for type in $fixed $movable; do
        fits "7f454c46${class}${order}01000000000000000000$type$machine" "$wanted_magic" "$wanted_mask" || return 1
    done
    # The kernel opened it long ago where it is fixed, and it need not be seen from here.
    case $flags in
        *F*) ;;
        *)
            if [ ! -e "$interpreter" ]; then
                why="$1 names $interpreter, which is not there"
                return 1
            fi
            ;;
    esac
}

# Takes the place of this process in a namespace of its own: `enter_namespace HOW COMMAND...`, where HOW is
#   empty   the emulator is not registered: this is how it is tried whether there are namespaces at all
#   strict  the emulator is registered for everything that the command starts, or this ends with what keeps it from that
#   else    the emulator, which runs the command alone where it cannot be registered
#
# A user without privileges is root in a namespace of their own for as long as it takes to register, and themselves again
# in one below it. Root needs a namespace in which every user exists, for chown to work; only a process outside of it
# may write such a map, and it is no child of ours, as the program may wait for its children.
# shellcheck disable=SC2086
enter_namespace() {
    how=$1
    shift
    user='' group=''
    while read -r key _ effective _; do
        case $key in
            Uid:) user=$effective ;;
            Gid:) group=$effective && break ;;
        esac
    done </proc/self/status
    again=
    if [ "$user" != 0 ]; then
        again="unshare --user --map-user=$user --map-group=$group"
        if [ -z "$how" ]; then exec unshare --user --map-root-user --mount $again "$@"; fi
    fi
    words_of_entry
    set -- /bin/sh -c "$in_namespace" "$again" "${how:+$registry}" "$entry" "${how#strict}" "$options" "$sysroot" "$@"
    if [ -n "$again" ]; then exec unshare --user --map-root-user --mount "$@"; fi
    read -r self _ </proc/self/stat
    # A new shell, and not a copy of this one, which would hold on to our output.
    (/bin/sh -c "$identity_maps" sh "$self" </dev/null >/dev/null 2>&1 &)
    exec unshare --user --mount "$@"
}

# What is done in the namespace. Its name is what puts the user back; then come the place where formats are registered,
# the entry, and the emulator with its options and sysroot as it is called where the entry cannot be made.
# shellcheck disable=SC2016
in_namespace='
    set -f
    again=$0 registry=$1 entry=$2 emulator=$3 options=$4 sysroot=$5
    shift 5
    turn=0
    until read -r map </proc/self/uid_map && [ -n "$map" ]; do
        turn=$((turn + 1))
        if [ $turn -gt 20000 ]; then
            echo "the namespace got no users" >&2
            exit 127
        fi
    done
    register() {
        [ -z "$registry" ] || LC_ALL=C mount -t binfmt_misc crosskit "$registry" && printf %s "$entry" >"$registry/register"
    }
    if [ -z "$registry" ]; then
        emulator=
    elif [ -z "$emulator" ]; then
        register || exit 127
    elif register 2>/dev/null; then
        emulator=
    fi
    if [ -z "$emulator" ]; then exec $again "$@"; fi
    exec $again "$emulator" $options ${sysroot:+-L "$sysroot"} "$@"
'

# The words by which the emulator is registered. The kernel keeps it open (F), opens programs that may not be read and
# heeds their owner (C), and leaves a program its own name (P, which QEMU knows since 6.0).
words_of_entry() {
    escape "7f454c46${class}${order}01000000000000000000$fixed$machine"
    entry=":crosskit-${emulator#qemu-}:M::$escaped"
    escape "ffffffffffffff000000000000000000${either}ffff"
    entry="$entry:$escaped:$program:FPC"
}

# Bytes as the kernel reads them: each behind `\x`.
escape() {
    bytes=$1 escaped=
    while [ -n "$bytes" ]; do
        escaped="$escaped\\x${bytes%"${bytes#??}"}"
        bytes=${bytes#??}
    done
}

# Lets every user and group of this namespace be the same in that of a process, once it has one: until then its maps are
# those of this namespace, which were written long ago and cannot be written again.
# shellcheck disable=SC2016
identity_maps='
    same() {
        while read -r inside _ count; do printf "%s %s %s\n" "$inside" "$inside" "$count"; done <"/proc/self/$1"
    }
    users=$(same uid_map) groups=$(same gid_map)
    turn=0
    until printf "%s\n" "$groups" >"/proc/$1/gid_map"; do
        turn=$((turn + 1))
        if [ $turn -gt 20000 ] || [ ! -e "/proc/$1" ]; then exit; fi
    done
    printf "%s\n" "$users" >"/proc/$1/uid_map"
'

# Whether a namespace can be had: one is made and left. `can_have_namespace HOW`
can_have_namespace() {
    release=
    [ ! -r "$kernel/kernel/osrelease" ] || read -r release <"$kernel/kernel/osrelease"
    major=${release%%.*} minor=${release#*.}
    minor=${minor%%[!0-9]*}
    if ! has unshare || ! has mount; then
        why='`unshare` or `mount` not found' enable='install the package util-linux'
    elif [ "${major:-0}" -lt 6 ] || { [ "$major" = 6 ] && [ "${minor:-0}" -lt 7 ]; }; then
        why="a namespace has a binfmt_misc of its own since Linux 6.7, and this is ${release:-no Linux}"
    elif [ ! -d "$registry" ]; then
        why="the kernel has no $registry" enable='sudo modprobe binfmt_misc'
    elif told=$(LC_ALL=C enter_namespace "$1" /bin/sh -c : 2>&1 >/dev/null); then
        return
    else
        told=${told%%"
"*}
        why="the system does not let it: ${told:-no message}"
        switched user max_user_namespaces 0 65536
        switched kernel unprivileged_userns_clone 0 1
        switched kernel apparmor_restrict_unprivileged_userns 1 0
        if [ -z "$enable" ]; then
            enable='a container needs the permission to make user namespaces, or an entry that is registered outside of it'
        fi
    fi
    return 1
}

# Whether a switch of the kernel is what forbids it: `switched GROUP NAME FORBIDS ALLOWS`.
switched() {
    value=
    [ ! -r "$kernel/$1/$2" ] || read -r value <"$kernel/$1/$2"
    if [ "$value" = "$3" ]; then
        why="$1.$2 is $3" enable="sudo sysctl $1.$2=$4"
    fi
}
