/** A program and what it imports as one file, for runtimes that know no node_modules. */
import { execFileSync } from 'node:child_process'

/** Bundles the text of a module that imports packages installed beside this folder. */
export function bundle(text, conditions) {
  const words = ['--bundle', '--minify', '--format=esm', '--platform=neutral', '--main-fields=module,main', `--conditions=${conditions}`]
  // What only Node has is never reached here, and our WebAssembly is a module of its own.
  const outside = ['--external:node:*', '--external:*.wasm']
  return execFileSync('esbuild', [...words, ...outside, '--log-level=error'], { input: text, encoding: 'utf8' })
}

/** The text of a module that exports `get(baseUrl)`, which answers with a box, by this client. */
export const getter = {
  ours: `import { Box } from 'upstash-box-wasm'
    export const get = (baseUrl) => Box.get('box-1', { baseUrl, apiKey: 'box_measured' })`,
  official: `import { Box } from '@upstash/box'
    export const get = (baseUrl) => Box.get('box-1', { baseUrl, apiKey: 'box_measured', enableTelemetry: false })`,
  fetch: `export const get = async (baseUrl) =>
    (await fetch(baseUrl + '/v2/box/box-1', { headers: { 'x-box-api-key': 'box_measured' } })).json()`,
}
