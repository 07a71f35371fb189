# QEMU of the user mode, or its static twin.
# shellcheck disable=SC2086
user_mode() {
    # Under QEMU a process with several threads that starts a child can hang for ever: the child inherits a lock that
    # another thread of QEMU held. libtest's threads are such threads, so there is one unless the user wants more.
    export RUST_TEST_THREADS="${RUST_TEST_THREADS:-1}"
    for candidate in "$emulator" "$emulator-static"; do
        if has "$candidate"; then
            # With the C library of this architecture in the system itself (multiarch), -L would mix two C libraries:
            # the loader of one, libc.so.6 of the other, and the first thread hangs for ever.
            name=${sysroot%/}
            name=${name##*/}
            for libc in "/lib/$name/libc.so.6" "/usr/lib/$name/libc.so.6"; do
                if [ -n "$name" ] && [ -e "$libc" ]; then sysroot=; fi
            done
            exec "$candidate" $options ${sysroot:+-L "$sysroot"} "$@"
        fi
    done
    missing "$emulator" "$1" qemu-user " or \`$emulator-static\`"
}

