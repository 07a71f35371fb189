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
