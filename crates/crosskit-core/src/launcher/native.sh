# Programs of 32 bits on a kernel of x86_64, which may run them as they are. Whoever gives QEMU an option, or demands a way
# to emulate, wants QEMU.

# Whether the kernel does. It is built or started without that in some places, and says so nowhere, so it is given a
# program, which is kept for the next time; whoever only asks wants nothing kept. Shells start what the kernel refuses as
# a script, and this one begins with a command that does not exist.
runs_32_bits() {
    tiny=$kept/ends-with-77 made_in=
    if [ ! -x "$tiny" ]; then
        if [ -n "$asked" ]; then
            made_in=$(mktemp -d 2>/dev/null) || return 1
            tiny=$made_in/ends-with-77
        else
            mkdir -p "$kept" 2>/dev/null || return 1
        fi
        tiny_program 2>/dev/null >"$tiny.$$" && chmod +x "$tiny.$$" 2>/dev/null && mv "$tiny.$$" "$tiny" 2>/dev/null
    fi
    "$tiny" >/dev/null 2>&1
    ended=$?
    if [ -n "$made_in" ]; then rm -rf "$made_in"; fi
    [ $ended = 77 ]
}

# A program of 32 bits that ends with status 77.
tiny_program() {
    # The header of the file, 52 bytes: 32 bits, executable, i386; it starts at 0x8048054.
    printf '\177ELF\001\001\001\000\000\000\000\000\000\000\000\000\002\000\003\000\001\000\000\000' &&
        printf '\124\200\004\010\064\000\000\000\000\000\000\000\000\000\000\000\064\000\040\000\001\000\000\000\000\000\000\000' &&
        # All of it, 96 bytes, is loaded at 0x8048000, to be read and executed.
        printf '\001\000\000\000\000\000\000\000\000\200\004\010\000\200\004\010\140\000\000\000\140\000\000\000\005\000\000\000\000\020\000\000' &&
        # mov $1, %eax; mov $77, %ebx; int $0x80
        printf '\270\001\000\000\000\273\115\000\000\000\315\200'
}

# Whether the system has the C library of 32 bits, and GCC's for unwinding, which std needs as well. Where one of them is
# missing, the sysroot of the emulator may have it.
has_libraries_of_32_bits() {
    [ -e "${system}/lib/ld-linux.so.2" ] || return 1
    for library in lib/i386-linux-gnu usr/lib/i386-linux-gnu usr/lib32 usr/lib; do
        library=$system/$library/libgcc_s.so.1
        # Some put there what has 64 bits.
        if [ -e "$library" ] && [ "$(od -An -tx1 -j4 -N1 "$library")" = ' 01' ]; then return; fi
    done
    return 1
}

# Whether the program starts as it is. The sysroot tells who needs the system's libraries: musl's programs are static. One
# of the user's own has other libraries than the system.
as_it_is() {
    case $sysroot in
        '' | */i686-linux-gnu | */i686-linux-gnu/) ;;
        *) return 1 ;;
    esac
    if [ -n "$sysroot" ]; then has_libraries_of_32_bits || return 1; fi
    runs_32_bits || return 1
    if [ -z "$asked$sysroot" ]; then return; fi
    # A program may need more than those two.
    if [ -z "$asked" ]; then
        case $("$system/lib/ld-linux.so.2" --list "$1" 2>&1) in
            *'not found'*) return 1 ;;
        esac
    fi
}

system=
if [ "$here $emulator$options${CROSSKIT_EMULATION-}" = 'Linux/x86_64 qemu-i386' ] && as_it_is "$1"; then
    if [ -n "$asked" ]; then echo native; else exec "$@"; fi
    exit
fi

