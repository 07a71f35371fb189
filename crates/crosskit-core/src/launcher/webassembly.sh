# WebAssembly: wasmtime; or node (18 or later) for a module, and for a component the wasmtime in a package of Python.
#
# The directories that a program may open are told by their names. A path that begins with `/` is sought in the one whose name
# is the longest that it begins with, and `.` counts as the empty name; so the workspace, the package and what was built have
# their whole names as well.
# shellcheck disable=SC2086
webassembly() {
    workspace=$(cd "${0%/*}/../.." && pwd)
    built=$(cd "${1%/*}/../../.." 2>/dev/null && pwd) || built=$workspace
    if [ "$emulator" = node ]; then threads "$@"; fi
    if has wasmtime; then
        exec wasmtime run --dir / --dir . --dir "$PWD" --dir "$workspace" --dir "$built" -S inherit-env=y $options "$@"
    fi
    case $(od -An -tx1 -j4 -N1 "$1" 2>/dev/null) in
        *01) ;;
        *) component "$@" ;;
    esac
    has node || missing wasmtime "$1" nodejs ' or `node`'
    exec node --no-warnings --experimental-wasi-unstable-preview1 --input-type=module -e '
        import { readFile } from "node:fs/promises";
        import { WASI } from "node:wasi";
        import { argv, cwd, env, exit } from "node:process";
        const [, workspace, built, program, ...rest] = argv;
        const bytes = await readFile(program);
        const preopens = { "/": "/", ".": ".", [cwd()]: ".", [workspace]: workspace, [built]: built };
        const wasi = new WASI({ version: "preview1", args: [program, ...rest], env, preopens, returnOnExit: true });
        const { instance } = await WebAssembly.instantiate(bytes, { wasi_snapshot_preview1: wasi.wasiImport });
        exit(wasi.start(instance));
    ' -- "$workspace" "$built" "$@"
}

# A program of WASI 0.2, which has no exit codes but 0 and 1. The package of Python is where the kit installs it.
component() {
    packages=${XDG_DATA_HOME:-$HOME/.local/share}/crosskit/python
    if ! has python3 || [ ! -e "$packages/wasmtime/__init__.py" ]; then
        printf 'error: `wasmtime` not found, without which this machine (%s) cannot start `%s`\n' "$here" "$1" >&2
        echo 'hint: install it, or let `cargo xtask cross wasm32-wasip2 --install` get the package of Python by this name' >&2
        exit 127
    fi
    exec python3 -c '
import os, sys

# The first place is the present directory, where anything may lie.
sys.path[0], workspace, built = sys.argv[1:4]
program, *_ = arguments = sys.argv[4:]
import wasmtime
from wasmtime.component import Component, Linker

config = wasmtime.WasiConfig()
config.argv = arguments
config.inherit_env()
config.inherit_stdin()
config.inherit_stdout()
config.inherit_stderr()
for place, name in ("/", "/"), (".", "."), (".", os.getcwd()), (workspace, workspace), (built, built):
    config.preopen_dir(place, name)
engine = wasmtime.Engine()
store = wasmtime.Store(engine)
store.set_wasi(config)
linker = Linker(engine)
linker.add_wasip2()
component = Component.from_file(engine, program)
name = next((name for name in component.type.exports(engine) if name.startswith("wasi:cli/run@")), None)
if name is None:
    sys.exit(f"error: `{program}` has nothing to run")
instance = linker.instantiate(store, component)
run = instance.get_func(store, instance.get_export_index(store, "run", instance.get_export_index(store, name)))
try:
    result = run(store)
except wasmtime.ExitTrap as end:
    sys.exit(end.code)
except (wasmtime.Trap, wasmtime.WasmtimeError) as trap:
    print(trap, file=sys.stderr)
    sys.exit(134)
sys.exit(0 if getattr(result, "tag", "ok") == "ok" else 1)
' "$packages" "$workspace" "$built" "$@"
}

