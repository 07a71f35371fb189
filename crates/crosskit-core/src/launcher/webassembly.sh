# WebAssembly: wasmtime, or node (18 or later), which knows no components.
# shellcheck disable=SC2086
webassembly() {
    if has wasmtime; then
        exec wasmtime run --dir / --dir . -S inherit-env=y $options "$@"
    fi
    has node || missing wasmtime "$1" nodejs ' or `node`'
    exec node --no-warnings --experimental-wasi-unstable-preview1 --input-type=module -e '
        import { readFile } from "node:fs/promises";
        import { WASI } from "node:wasi";
        import { argv, cwd, env, exit } from "node:process";
        const [, program, ...rest] = argv;
        const bytes = await readFile(program);
        if (bytes[4] !== 1) {
            console.error("error: `" + program + "` is a component, and node cannot start it");
            console.error("hint: install wasmtime: https://wasmtime.dev");
            exit(127);
        }
        const wasi = new WASI({
            version: "preview1", args: [program, ...rest], env, preopens: { "/": "/", ".": cwd() }, returnOnExit: true,
        });
        const { instance } = await WebAssembly.instantiate(bytes, { wasi_snapshot_preview1: wasi.wasiImport });
        exit(wasi.start(instance));
    ' -- "$@"
}

