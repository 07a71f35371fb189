case $asked$emulator in
    1qemu-system-* | 1wine | 1wine32 | 1wasmtime | 1node | 1ssh) echo runner ;;
    qemu-system-*)
        has "$emulator" || missing "$emulator" "$1" '' ''
        case $1 in
            *.efi) firmware "$@" ;;
            *)
                case $emulator in
                    *-x86_64 | *-loongarch64) board "$@" ;;
                    *) bare_metal "$@" ;;
                esac
                ;;
        esac
        ;;
    wine | wine32) windows "$@" ;;
    wasmtime | node) webassembly "$@" ;;
    ssh) over_ssh "$@" ;;
    *) user_mode "$@" ;;
esac
