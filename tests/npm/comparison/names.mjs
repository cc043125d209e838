/** Each name that the official client exports has its row in MIGRATING.md, which names what ours has in its place. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import * as official from '@upstash/box'

const textOf = async (name, from) => readFile(new URL(from, import.meta.resolve(name)), 'utf8')
const all = (text, pattern) => [...text.matchAll(pattern)].map(([, found]) => found)

const lists = all(await textOf('@upstash/box', 'index.d.ts'), /^export (?:type )?\{([^}]*)\}/gm)
const theirs = new Set(lists.flatMap((list) => all(list, /(\w+)\s*(?:,|$)/g)))
for (const name of Object.keys(official)) assert.ok(theirs.has(name), `${name} is missed by this reading of the declarations`)

const declared = await textOf('upstash-box-wasm', '../index.d.ts')
const ours = new Set(all(declared, /^export (?:declare )?(?:const|class|function|interface|type) (\w+)/gm))
assert.ok(ours.has('Box') && ours.has('ErrorCode'))

const [, section] = (await readFile(new URL('MIGRATING.md', import.meta.url), 'utf8')).split('\n## Each exported name\n')
const rows = section.split('\n## ')[0].split('\n').filter((line) => line.startsWith('| `')).slice(1)
const told = []
for (const row of rows) {
  const [left, right, what] = row.split('|').slice(1).map((cell) => cell.trim())
  const names = all(left, /`(\w+)`/g)
  told.push(...names)
  if (right == 'none') assert.ok(what, `${left}: say what to do instead`)
  else for (const name of right == 'same' ? names : all(right, /`(\w+)`/g)) assert.ok(ours.has(name), `${left}: the package exports no ${name}`)
}
assert.deepEqual([...told].sort(), [...theirs].sort())
console.log(`${told.length} exported names are in MIGRATING.md`)
