/**
 * Every method and property that the installed client offers, read from the package itself.
 *
 * What its own declarations call private is no part of it; JavaScript can't tell.
 */
import { readFile } from 'node:fs/promises'
import * as client from '@upstash/box'

const declarations = new URL('client.d.ts', import.meta.resolve('@upstash/box'))
const PRIVATE = /^ +private (?:static )?(?:readonly )?(?:get )?(\w+)/gm

/** Names like `Box.create`, `box.files.read` and `run.cancel`, given one handle of each kind. */
export async function surface(handles) {
  const text = await readFile(declarations, 'utf8')
  const hidden = new Set([...text.matchAll(PRIVATE)].map(([, name]) => name))
  const isPublic = (name) => !name.startsWith('_') && name !== 'constructor' && !hidden.has(name)
  const names = []
  for (const [name, value] of Object.entries(client)) {
    if (typeof value !== 'function') continue
    if (!isClass(value)) names.push(name)
    for (const own of Object.getOwnPropertyNames(value)) {
      if (typeof value[own] === 'function' && isPublic(own)) names.push(`${name}.${own}`)
    }
  }
  for (const [prefix, handle] of Object.entries(handles)) {
    names.push(...members(handle, isPublic).map((name) => `${prefix}.${name}`))
  }
  return names.sort()
}

/** Methods and getters of the handle's own class, and the methods of its namespaces. */
function members(handle, isPublic) {
  const own = Reflect.ownKeys(Object.getPrototypeOf(handle))
  const found = own.map((key) => (typeof key === 'symbol' ? `[${key.description}]` : key)).filter(isPublic)
  for (const [name, value] of Object.entries(handle)) {
    if (!isPublic(name) || typeof value !== 'object' || value === null) continue
    for (const [method, member] of Object.entries(value)) {
      if (typeof member === 'function') found.push(`${name}.${method}`)
    }
  }
  return found
}

function isClass(value) {
  return /^class\b/.test(Function.prototype.toString.call(value))
}
