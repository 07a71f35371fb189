# A board without semihosting prints to its serial port, and finds program and arguments, each ended by NUL, in the file
# `opt/crosskit/arguments` of QEMU's device `fw_cfg`.
board() {
    case $emulator in
        *-x86_64)
            printf '%s\000' "$@" | on_board "$1" -device isa-debug-exit,iobase=0xf4,iosize=4
            status=$?
            # QEMU ends with twice the value that was written, and one. For success that is 16, as the code is the value with
            # this bit turned: 1 is what QEMU ends with where it cannot start, and 0 where the machine is reset.
            if [ $((status % 2)) -eq 0 ] || [ "$status" -eq 1 ]; then
                echo 'error: the machine ended without a status of the program' >&2
                exit 125
            fi
            exit $((status / 2 ^ 16))
            ;;
        *)
            printf '%s\000' "$@" | on_board "$1" | serial_status 1
            exit $?
            ;;
    esac
}

# shellcheck disable=SC2086
on_board() {
    program=$1
    shift
    "$emulator" $options -display none -monitor none -no-reboot -nic none -serial stdio "$@" \
        -fw_cfg name=opt/crosskit/arguments,file=/dev/stdin -kernel "$program"
}

