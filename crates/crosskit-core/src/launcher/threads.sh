# WebAssembly with threads: node (18 or later), as wasmtime no longer knows them. Each thread is a worker with an instance of
# its own over one memory. Files belong to all of them, so the process itself opens, reads and writes them, while the threads
# wait; what ends one with an error ends all.
threads() {
    has node || missing node "$1" nodejs ''
    exec node --no-warnings --experimental-wasi-unstable-preview1 --input-type=module -e '
        import { readFile } from "node:fs/promises";
        import { WASI } from "node:wasi";
        import { Worker } from "node:worker_threads";
        import { argv, cwd, env, exit } from "node:process";

        // The memory that the module imports: its size at the start, and what it may grow to, in pages.
        const limits = (bytes) => {
            let at = 8;
            const number = () => {
                let value = 0;
                for (let shift = 0; ; shift += 7) {
                    value += (bytes[at] & 127) * 2 ** shift;
                    if (bytes[at++] < 128) return value;
                }
            };
            while (at < bytes.length) {
                const isImports = bytes[at++] === 2;
                const end = number() + at;
                for (let left = isImports ? number() : 0; left > 0; left--) {
                    // The names of a module and of what is taken from it; then what that is, and its type.
                    at = number() + at;
                    at = number() + at;
                    const kind = bytes[at++];
                    if (kind === 1 || kind === 3 || kind === 4) at++;
                    if (kind === 1 || kind === 2) {
                        const hasMaximum = bytes[at++] & 1;
                        const initial = number();
                        const maximum = hasMaximum ? number() : undefined;
                        if (kind === 2) return { initial, maximum };
                    } else {
                        number();
                    }
                }
                at = end;
            }
            throw new Error("the module imports no memory");
        };

        const thread = async () => {
            const { WASI } = await import("node:wasi");
            const { parentPort, workerData } = await import("node:worker_threads");
            const { module, memory, options, id, start } = workerData;
            const answer = new Int32Array(new SharedArrayBuffer(8));
            const ask = (name, ...values) => {
                parentPort.postMessage({ name, values, answer });
                Atomics.wait(answer, 0, 0);
                answer[0] = 0;
                return answer[1];
            };
            const own = new WASI(options);
            own.initialize({ exports: { memory } });
            const imports = { ...own.wasiImport };
            for (const name of Object.keys(imports)) {
                if (/^(fd|path|sock)_|^proc_exit$/.test(name)) imports[name] = (...values) => ask(name, ...values);
            }
            const { exports } = await WebAssembly.instantiate(module, {
                env: { memory },
                wasi: { "thread-spawn": (start) => ask("spawn", start) },
                wasi_snapshot_preview1: imports,
            });
            if (id > 0) return exports.wasi_thread_start(id, start);
            exports._start();
            ask("proc_exit", 0);
        };

        const [, workspace, built, program, ...rest] = argv;
        const bytes = await readFile(program);
        const preopens = { "/": "/", ".": ".", [cwd()]: ".", [workspace]: workspace, [built]: built };
        const options = { version: "preview1", args: [program, ...rest], env, preopens, returnOnExit: true };
        const module = await WebAssembly.compile(bytes);
        const memory = new WebAssembly.Memory({ ...limits(bytes), shared: true });
        const wasi = new WASI(options);
        wasi.initialize({ exports: { memory } });
        let count = 0;
        const spawn = (start) => {
            const id = count++;
            const workerData = { module, memory, options, id, start };
            const worker = new Worker(`(${thread})()`, { eval: true, workerData });
            worker.on("message", ({ name, values, answer }) => {
                if (name === "proc_exit") exit(values[0]);
                answer[1] = name === "spawn" ? spawn(...values) : wasi.wasiImport[name](...values);
                Atomics.store(answer, 0, 1);
                Atomics.notify(answer, 0);
            });
            worker.on("error", (error) => {
                console.error(error);
                exit(134);
            });
            return id;
        };
        spawn(0);
    ' -- "$workspace" "$built" "$@"
}

