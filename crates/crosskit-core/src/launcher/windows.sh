# Whether Wine has a library. The places are where packages put them, and the kit looks there, too.
wine_has() {
    for place in \
        /usr/lib/x86_64-linux-gnu/wine \
        /usr/lib/i386-linux-gnu/wine \
        /usr/lib/wine \
        /usr/lib64/wine \
        /usr/lib32/wine \
        /usr/local/lib/wine \
        /usr/local/lib64/wine \
        /opt/wine-stable/lib64/wine \
        /opt/wine-stable/lib/wine \
        /opt/wine-staging/lib64/wine \
        /opt/wine-staging/lib/wine \
        /opt/wine-devel/lib64/wine \
        /opt/wine-devel/lib/wine; do
        if [ -e "$place/$1" ]; then return; fi
    done
    return 1
}

# A program of Windows. Wine makes its prefix at the first start, which takes some seconds.
# shellcheck disable=SC2086
windows() {
    header=$(od -An -tu4 -j60 -N4 "$1" 2>/dev/null)
    machine=$(od -An -tx1 -j$((${header:-0} + 4)) -N2 "$1" 2>/dev/null)
    if [ "$machine" = ' 4c 01' ]; then
        own=i386 bits=-32 compiler=i686-w64-mingw32-gcc
        candidates='wine32 /usr/lib/wine/wine wine'
    else
        own=x86_64 bits='' compiler=x86_64-w64-mingw32-gcc
        candidates="$emulator wine wine64 /usr/lib/wine/wine64"
    fi
    wine=
    for candidate in $candidates; do
        # A Wine without its half for 32 bits starts no such program, says nothing, and ends as if all were well.
        if [ "$bits$candidate" = -32wine ] && ! wine_has i386-windows/ntdll.dll; then continue; fi
        if [ -z "$wine" ] && has "$candidate"; then wine=$candidate; fi
    done
    if [ -z "$wine" ]; then
        if [ -n "$bits" ]; then missing wine32 "$1" wine32:i386 ''; else missing "$emulator" "$1" wine64 ''; fi
    fi
    mkdir -p "$kept" && kept=$(cd "$kept" && pwd) || exit 127
    if [ -z "$WINEPREFIX" ]; then
        # A prefix is for 32 bits, or for both if both halves were there when it was made; a Wine of the other kind
        # refuses it.
        case $bits$wine in
            -32wine) export WINEPREFIX="$kept/wine-${WINEARCH:-win64}" ;;
            -32*) export WINEARCH="${WINEARCH:-win32}" && export WINEPREFIX="$kept/wine-$WINEARCH" ;;
            *) export WINEPREFIX="$kept/wine" ;;
        esac
    fi
    export WINEDEBUG="${WINEDEBUG:--all}"
    # Wine before 9 lacks a library that std imports since Rust 1.78, and ends with status 53 without a word. It only
    # gives random bytes, which another library has.
    if ! wine_has "$own-windows/bcryptprimitives.dll"; then
        shim=$kept/wine-shim$bits
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

