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
    if [ "$machine" = ' 4c 01' ]; then
        own=i386 shim=$kept/wine-shim-32 compiler=i686-w64-mingw32-gcc
    else
        own=x86_64 shim=$kept/wine-shim compiler=x86_64-w64-mingw32-gcc
    fi
    own=$(find /usr/lib /opt/wine* -name bcryptprimitives.dll -path "*$own*" 2>/dev/null | head -n 1)
    if [ -z "$own" ]; then
        if [ ! -e "$shim/bcryptprimitives.dll" ] && has "$compiler"; then
            mkdir -p "$shim"
            cat >"$shim/shim.$$.c" <<'C'
unsigned char __stdcall SystemFunction036(void *, unsigned long);
__declspec(dllexport) int __stdcall ProcessPrng(unsigned char *bytes, __SIZE_TYPE__ count) {
    while (count > 0) {
        unsigned long part = count > 65536 ? 65536 : (unsigned long)count;
        if (!SystemFunction036(bytes, part)) return 0;
        bytes += part;
        count -= part;
    }
    return 1;
}
C
            "$compiler" -shared -Wl,--kill-at -o "$shim/shim.$$.dll" "$shim/shim.$$.c" -ladvapi32 &&
                mv "$shim/shim.$$.dll" "$shim/bcryptprimitives.dll"
            rm -f "$shim/shim.$$.c"
        fi
        export WINEPATH="$shim${WINEPATH:+;$WINEPATH}"
    fi
    exec "$wine" $options "$@"
}

