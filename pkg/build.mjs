/**
 * Assembles pkg/dist from pkg/src and pkg/generated: one flat file per environment; and the
 * declarations from pkg/types.
 *
 * It runs after wasm-pack and wasm-opt, and uses no network.
 */

import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { toText } from "./module-text.mjs";
import { shrink } from "./shrink.mjs";

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, "dist");
const generated = join(root, "generated");

/** The parts of the declarations, in the order in which a reader wants them. */
const TYPES = [
  "index", "calls", "boxes", "snapshots", "contents", "exec", "runs", "files", "git", "agent", "schedules", "tokens", "browser",
  "harness", "errors", "loading", "models",
];

const compiled = (await readdir(generated)).find((name) => name.endsWith("_bg.wasm"));
if (!compiled) throw new Error("pkg/generated has no WebAssembly: run `cargo xtask build`, which makes it first.");
const glueFile = join(generated, compiled.replace("_bg.wasm", ".js"));
const { wasm, glue } = shrink(await readFile(join(generated, compiled)), await readFile(glueFile, "utf8"));

const IN_BACKGROUND = "export const instantiate = (module, imports) => WebAssembly.instantiate(module, imports);";

/**
 * Where each environment gets the module and how it starts it: `source` and `instantiate` of the module that the
 * entry imports as `#wasm`.
 *
 * The text stands outside the function, or it would be read once more when that is first called.
 */
const sources = {
  inline: `
    import { fromText } from "./src/module-text.js";
    const text = "${toText(wasm)}";
    export const source = () => fromText(text);
    ${IN_BACKGROUND}`,
  // Read from a disk, so its weight counts less than the time to decode it: 0.1 ms in place of 5 to 7. And at once,
  // in 3 ms: in the background it stands in line behind what Node compiles for its own `fetch`, for up to 100.
  node: `
    const text = "${Buffer.from(wasm).toString("base64")}";
    export const source = () => Buffer.from(text, "base64");
    export const instantiate = (module, imports) =>
      new WebAssembly.Instance(module.byteLength >= 0 ? new WebAssembly.Module(module) : module, imports);`,
  workerd: `
    import module from "./box.wasm";
    export const source = () => module;
    ${IN_BACKGROUND}`,
  edge: `
    import module from "./box.wasm?module";
    export const source = () => module;
    ${IN_BACKGROUND}`,
};

/** Only Node has a `fetch` that must be told so much. */
const nodeFetch = (name) => (name.startsWith("node.") ? join(root, "src/node-fetch.js") : undefined);

const rows = await tableOfRoutes();
await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await Promise.all([
  bundle("index.js", "esm", sources.inline),
  bundle("index.cjs", "cjs", sources.inline),
  bundle("node.js", "esm", sources.node),
  bundle("node.cjs", "cjs", sources.node),
  bundle("workerd.js", "esm", sources.workerd),
  bundle("edge.js", "esm", sources.edge),
  writeFile(join(dist, "box.wasm"), wasm),
  declarations(),
]);

/** The table of routes, a row a line: what stands in src/requests/rows without comments and indentation. */
async function tableOfRoutes() {
  const folder = join(root, "../src/requests/rows");
  const files = (await readdir(folder)).sort();
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), "utf8")));
  const withoutComments = texts.join("\n").replace(/^#.*/gm, "");
  return withoutComments.replace(/\n +/g, " ").replace(/ +/g, " ").replace(/\n+/g, "\n").trim();
}

/** One file for programs that import, and the same under a name of its own for those that require. */
async function declarations() {
  const read = (name) => readFile(join(root, "types", `${name}.d.ts`), "utf8");
  const text = (await Promise.all(TYPES.map(read))).join("\n");
  await Promise.all(["index.d.ts", "index.d.cts"].map((name) => writeFile(join(root, name), text)));
}

async function bundle(name, format, source) {
  const result = await build({
    entryPoints: [join(root, "src/index.js")],
    bundle: true,
    write: false,
    format,
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    // Names stay, so that a printed `Box` says so; whoever bundles this shortens them.
    minifySyntax: true,
    minifyWhitespace: true,
    // What wasm-bindgen's classes keep to themselves.
    mangleProps: /^__(wbg_ptr|destroy_into_raw|wrap)$/,
    // Node shows the line that an error was thrown on, whole.
    lineLimit: 160,
    sourcemap: "linked",
    outfile: join(dist, name),
    plugins: [{ name: "wasm-source", setup: (setup) => provide(setup, source, nodeFetch(name)) }],
  });
  await Promise.all(result.outputFiles.map(({ path, text }) => writeFile(path, path.endsWith(".map") ? mapped(text) : text)));
}

/** The map without the text of the modules made above: the entry holds it, and it is mostly the WebAssembly. */
function mapped(text) {
  const map = JSON.parse(text);
  map.sourcesContent = map.sourcesContent.map((content, at) => (map.sources[at].startsWith("wasm:") ? null : content));
  return JSON.stringify(map);
}

function provide(setup, source, nodeFetch) {
  setup.onResolve({ filter: /^#node-fetch$/ }, ({ path }) => (nodeFetch ? { path: nodeFetch } : { path, namespace: "made" }));
  setup.onLoad({ filter: /node-fetch/, namespace: "made" }, () => ({ contents: "export const forNode = undefined;" }));
  setup.onResolve({ filter: /^#(wasm|rows)$/ }, ({ path }) => ({ path, namespace: "made" }));
  setup.onResolve({ filter: /^\.\/box\.wasm/ }, ({ path }) => ({ path, external: true }));
  setup.onLoad({ filter: /generated/ }, ({ path }) => (path == glueFile ? { contents: glue } : undefined));
  setup.onLoad({ filter: /wasm/, namespace: "made" }, () => ({ contents: source, resolveDir: root }));
  setup.onLoad({ filter: /rows/, namespace: "made" }, () => ({ contents: `export const ROWS = ${JSON.stringify(rows)}` }));
}
