/**
 * What each part of the package costs: the two halves as they travel, and the code of the WebAssembly
 * by crate and module, before the last step of the build takes the names away.
 */
import { readFileSync } from 'node:fs'
import { brotliCompressSync } from 'node:zlib'
import { note, report, row } from '../rows.mjs'
import { functions } from './wasm-functions.mjs'

/** Less than this is not worth a line. */
const LEAST = 300
const dist = new URL('../../node_modules/upstash-box-wasm/dist/', import.meta.url)
const compressed = (name) => brotliCompressSync(readFileSync(new URL(name, dist))).length
const bytes = (what, size, method) => row(what, [size], { unit: 'bytes', method })

const rows = [
  bytes('part: WebAssembly', compressed('box.wasm'), 'brotli 11'),
  bytes('part: JavaScript', compressed('workerd.js'), 'brotli 11'),
]
const parts = new Map()
for (const [name, size] of functions(readFileSync(process.env.BENCH_NAMED_WASM))) {
  const part = partOf(name)
  parts.set(part, (parts.get(part) ?? 0) + size)
}
const sorted = [...parts].sort(([, a], [, b]) => b - a)
for (const [part, size] of sorted) {
  if (size >= LEAST) rows.push(bytes(`  code: ${part}`, size, 'not compressed; function sizes of the named module'))
}
note(`${parts.size} parts of code`)
report(rows)

/** The crate of a function, and for our own the module; what is inlined counts where it was put. */
function partOf(name) {
  const path = name.replaceAll(/\[[0-9a-f]+\]/g, '').match(/\w+(::\w+)+/)?.[0].split('::')
  if (!path) return name.startsWith('__r') ? 'alloc' : 'exports and shims'
  const [crate, module] = path
  // The future that wasm-bindgen turns into a promise is a call of ours, all of it inlined.
  if (crate === 'js_sys' && module === 'futures' && path[2] === 'future_to_promise') return 'the call itself, inlined into its promise'
  return crate === 'upstash_box_wasm' ? `SDK, ${module}` : crate
}
