/**
 * Runs an example of the documentation as it stands: only the package's name is changed, and what the
 * example can't have here (somebody's repository, an agent with a key) is replaced by a stand-in.
 *
 * The examples are fragments, so names that they use without making them are given as globals.
 */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { format } from 'node:util'
import { transform } from 'esbuild'

/**
 * Runs `examples/<name>.ts`.
 *
 * - `given`: the names the fragment takes from its surroundings
 * - `standIns`: pairs of the text replaced and what replaces it; each must be there
 * - `makes`: the fragment's own names that the caller wants to see
 *
 * Resolves to those, and `printed`: what it gave to `console.log`.
 */
export async function runExample(name, { given = {}, standIns = [], makes = [] } = {}) {
  const source = await readFile(new URL(`examples/${name}.ts`, import.meta.url), 'utf8')
  let text = source.replaceAll('"@upstash/box"', '"upstash-box-wasm"')
  for (const [original, standIn] of standIns) {
    assert.ok(text.includes(original), `${name}.ts does not say ${original}`)
    text = text.replaceAll(original, standIn)
    console.log(`        stand-in: ${original} -> ${standIn.trim()}`)
  }
  const { code } = await transform(`${text}\nexport { ${makes.join(', ')} }`, {
    loader: 'ts',
    format: 'esm',
    target: 'es2022',
  })
  const module = new URL(`examples/${name}.run.mjs`, import.meta.url)
  await writeFile(module, code)

  const printed = []
  const log = console.log
  Object.assign(globalThis, given)
  console.log = (...values) => {
    printed.push(...values)
    log(format(...values).replace(/^/gm, '        '))
  }
  try {
    const made = await import(module)
    return { ...made, printed }
  } finally {
    console.log = log
    for (const key of Object.keys(given)) delete globalThis[key]
  }
}
