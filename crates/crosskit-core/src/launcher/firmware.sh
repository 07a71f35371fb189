# A program of UEFI: the shell of the firmware starts it from a disk that is made here, and tells its status.
# shellcheck disable=SC2086
firmware() {
    case $emulator in
        *-x86_64) images='/usr/share/OVMF/OVMF_CODE_4M.fd /usr/share/OVMF/OVMF_CODE.fd /usr/share/edk2/ovmf/OVMF_CODE.fd /usr/share/edk2/x64/OVMF_CODE.4m.fd' package=ovmf ;;
        *-i386) images='/usr/share/OVMF/OVMF32_CODE_4M.secboot.fd /usr/share/edk2/ovmf-ia32/OVMF_CODE.fd /usr/share/edk2/ia32/OVMF_CODE.4m.fd' package=ovmf-ia32 ;;
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
        serial_status 0
    exit $?
}

