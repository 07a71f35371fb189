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

