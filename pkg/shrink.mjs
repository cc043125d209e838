/**
 * Makes the WebAssembly and its glue smaller than compilers can, without changing what they do.
 *
 * It takes the module with function names (wasm-opt -g) and gives it without. Nothing here is specific
 * to the SDK's functions: it knows only Rust's panics and wasm-bindgen's glue.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import binaryen from "binaryen";
import { Reader } from "./module-text.mjs";

/**
 * Rust's panics and all printing of values, which only panics use here.
 *
 * A panic formats a message, hands it to a hook that has nowhere to write it, and traps. Trapping at
 * once is the same to everyone outside, and 3 kB lighter.
 */
const PANICS = new RegExp(
  [
    "panicking", "panic_", "rust_panic", "begin_unwind", "PanicPayload", "AccessError", "__rust_end_short_backtrace",
    "(expect|unwrap|assert|index|slice_error)_fail(ed)?", "rust_oom", "rdl_oom", "handle_(alloc_)?error", "capacity_overflow",
    "core(\\[[0-9a-f]+\\])?::fmt::", "as core(\\[[0-9a-f]+\\])?::fmt", "^wasm_bindgen::(throw_str|__rt::throw_null)",
  ].join("|"),
);

/** Calls from JavaScript into Rust's closures, and what only futures use: they stay in the table when no glue can reach them. */
const CLOSURES = /wasm_bindgen::(convert::)?closure|js_sys::futures/;

/** The features that rustc emits by default and every supported runtime has. */
const FEATURES = [
  "--enable-bulk-memory", "--enable-bulk-memory-opt", "--enable-multivalue", "--enable-mutable-globals",
  "--enable-nontrapping-float-to-int", "--enable-reference-types", "--enable-sign-ext",
];

/** The module and the glue, smaller. */
export function shrink(wasm, glue) {
  const unreachable = /make(Mut)?Closure/.test(glue) ? [PANICS] : [PANICS, CLOSURES];
  const { module, names } = optimize(trapping(wasm, unreachable));
  return { wasm: withoutPanicTexts(module), glue: rename(leaner(glue), names) };
}

/** Text up to this long is put together by hand when it is ASCII: a TextDecoder takes longer to be called. */
const SHORT = 100;

/** Text from this length on is not: a loop over it takes longer before it is compiled. */
const LONG = 5000;

/** What the glue has for others: loading by itself, decoders that wear out after 2 GB in old Safari, freeing by hand. */
function leaner(glue) {
  const replaceFunction = (name, body) => {
    const found = new RegExp(`(async )?function ${name}\\(.*?\\n}\\n`, "s");
    if (!found.test(glue)) throw new Error(`The glue has no function ${name}: is this another wasm-bindgen?`);
    glue = glue.replace(found, () => body);
  };
  replaceFunction(
    "decodeText",
    `function decodeText(ptr, len) {
  const bytes = getUint8ArrayMemory0();
  if (len < ${SHORT}) {
    let text = "", at = ptr;
    for (; at < ptr + len && bytes[at] < 128; at++) text += String.fromCharCode(bytes[at]);
    if (at == ptr + len) return text;
  }
  return cachedTextDecoder.decode(bytes.subarray(ptr, ptr + len));
}
`,
  );
  replaceFunction("getStringFromWasm0", "function getStringFromWasm0(ptr, len) {\n  return decodeText(ptr >>> 0, len);\n}\n");
  replaceFunction(
    "passStringToWasm0",
    `function passStringToWasm0(text, malloc, realloc) {
  let ptr = malloc(text.length, 1) >>> 0, bytes = getUint8ArrayMemory0(), at = 0;
  for (; at < text.length && text.length < ${LONG}; at++) {
    const code = text.charCodeAt(at);
    if (code > 127) break;
    bytes[ptr + at] = code;
  }
  if (at < text.length) {
    bytes = cachedTextEncoder.encode(text);
    ptr = realloc(ptr, text.length, at = bytes.length, 1) >>> 0;
    getUint8ArrayMemory0().set(bytes, ptr);
  }
  WASM_VECTOR_LEN = at;
  return ptr;
}
`,
  );
  replaceFunction(
    "getDataViewMemory0",
    `function getDataViewMemory0() {
  const { buffer } = wasm.memory;
  return cachedDataViewMemory0?.buffer == buffer ? cachedDataViewMemory0 : (cachedDataViewMemory0 = new DataView(buffer));
}
`,
  );
  replaceFunction(
    "__wbg_finalize_init",
    `function __wbg_finalize_init(instance) {
  wasm = instance.exports;
  cachedDataViewMemory0 = cachedUint8ArrayMemory0 = null;
  wasm.__wbindgen_start();
}
`,
  );
  replaceFunction(
    "__wbg_init",
    `async function __wbg_init(instantiate) {
  const made = await instantiate(__wbg_get_imports());
  return __wbg_finalize_init(made.instance ?? made);
}
`,
  );
  for (const unneeded of [/^if \(Symbol\.dispose\).*$/gm, /^if \(!\('encodeInto'.*?^}$/ms, /^cachedTextDecoder\.decode\(\);$/gm]) {
    if (!unneeded.test(glue)) throw new Error(`The glue has nothing like ${unneeded}: is this another wasm-bindgen?`);
    glue = glue.replace(unneeded, "");
  }
  return glue;
}

/** The module with functions of these names trapping at once. */
function trapping(wasm, patterns) {
  const module = binaryen.readBinary(wasm);
  let found = 0;
  for (let index = 0; index < module.getNumFunctions(); index++) {
    const reference = module.getFunctionByIndex(index);
    const { name, module: importedFrom } = binaryen.getFunctionInfo(reference);
    if (importedFrom || !patterns.some((pattern) => pattern.test(name))) continue;
    binaryen.Function(reference).body = module.unreachable();
    found++;
  }
  if (found < 10) throw new Error("The module's functions have no names: run wasm-opt with -g before this.");
  const result = module.emitBinary();
  module.dispose();
  return result;
}

/** Optimises once more, and shortens the names of imports and exports. */
function optimize(wasm) {
  const folder = mkdtempSync(join(tmpdir(), "shrink-"));
  try {
    const [before, after] = [join(folder, "before.wasm"), join(folder, "after.wasm")];
    writeFileSync(before, wasm);
    const wasmOpt = join(dirname(createRequire(import.meta.url).resolve("binaryen/package.json")), "bin/wasm-opt");
    const passes = [
      // Rust's stack lies below everything else, so no pointer is as small as an offset.
      "-Oz", "--low-memory-unused", "--reorder-locals", "--reorder-functions", "--strip-producers", "--strip-target-features",
      "--minify-imports-and-exports-and-modules",
    ];
    const map = execFileSync(process.execPath, [wasmOpt, ...FEATURES, ...passes, before, "-o", after]);
    const { imports, exports } = JSON.parse(map);
    return { module: readFileSync(after), names: { imports, exports } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The new names in wasm-bindgen's JavaScript. */
function rename(glue, { imports, exports }) {
  for (const [from, name, short] of imports) {
    glue = replaced(glue, `${name}:`, `"${short}":`).replace(JSON.stringify(from), '"a"');
  }
  // What only panics called is imported no more.
  glue = glue.replace(/^ {8}__wb\w+: function\(.*?^ {8}\},\n/gms, "");
  for (const [name, short] of exports) glue = replaced(glue, new RegExp(`\\bwasm\\.${name}\\b`, "g"), `wasm.${short}`, name);
  return glue;
}

function replaced(text, from, to) {
  return typeof from == "string" ? text.replace(from, () => to) : text.replaceAll(from, to);
}

/** What panics would have printed. The paths also name folders of the machine that built the package. */
const PANIC_TEXTS = [
  /(?:[\w.-]*\/)+[\w.-]+\.rs(?=[^\w])/g,
  /slice index starts at |range (start|end) index |" out of range for slice of length | but ends at /g,
  /`at` split index \(is |\) should be <= len \(is |window size must be non-zero|mid > len|attempt to divide by zero/g,
  /(?:Once|LazyCell) instance has previously been poisoned|one-time initialization may not be performed recursively/g,
  /internal error: entered unreachable code(?:: invalid Once state)?|capacity overflow|Tried to shrink to a larger capacity/g,
  /called `\w+::\w+\(\)` on an? `\w+` value|`async fn` resumed after \w+|RefCell already (?:mutably )?borrowed/g,
  /attempted to take ownership of Rust value while it was borrowed|null pointer passed to rust/g,
  /recursive use of an object detected which would lead to unsafe aliasing in rust/g,
  /closure invoked recursively or after being dropped/g,
  /(?<=\D)0001020304\d{190}(?=\D)/g,
];

function withoutPanicTexts(wasm) {
  let text = withoutLocations(Buffer.from(wasm)).toString("latin1");
  for (const pattern of PANIC_TEXTS) text = text.replace(pattern, (found) => "\0".repeat(found.length));
  return Buffer.from(text, "latin1");
}

/** The module without the places in the source that panics would tell: address and length of a path, line, column. */
function withoutLocations(wasm) {
  const paths = wasm.toString("latin1").matchAll(PANIC_TEXTS[0]);
  const start = startOfData(wasm);
  const ends = new Set(Array.from(paths, ({ index, 0: path }) => index + path.length - start.at + start.address));
  for (let at = start.at; at + 16 <= wasm.length; at++) {
    const [address, length, line, column] = [0, 4, 8, 12].map((offset) => wasm.readUInt32LE(at + offset));
    const isPlace = ends.has(address + length) && line > 0 && line < 10_000 && column > 0 && column < 200;
    if (isPlace) wasm.fill(0, at, at + 16);
  }
  return wasm;
}

/** Where the first data stand in the module, and where in memory. */
function startOfData(wasm) {
  const reader = new Reader(wasm);
  reader.at = 8;
  while (reader.byte() != 11) reader.at = reader.unsigned() + reader.at;
  for (const _ of ["size", "segments", "kind", "i32.const"]) reader.unsigned();
  const address = reader.signed();
  reader.byte();
  reader.unsigned();
  return { at: reader.at, address };
}
