/**
 * Box: isolated Linux boxes for coding agents, with snapshots, from every JavaScript runtime.
 *
 * Nothing has to be initialised: the first call loads the WebAssembly.
 *
 * @example
 * ```ts
 * import { Box } from "upstash-box-wasm";
 *
 * const box = await Box.create({ runtime: "node" });
 * await box.exec.command("npm install -g typescript");
 * const snapshot = await box.snapshot({ name: "with-typescript" });
 * const copy = await Box.fromSnapshot(snapshot.id);
 * ```
 */
