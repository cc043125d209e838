/** What became of calls: a value, or a BoxError with one of the codes that fit. Anything else fails the test. */
import assert from 'node:assert/strict'
import { BoxError } from 'upstash-box-wasm'

/** `{ value }` or `{ error }`. */
export async function outcome(call, what) {
  try {
    return { value: await call }
  } catch (error) {
    assert.ok(error instanceof BoxError, `${what}: ${error?.stack ?? error}`)
    assert.match(error.code, /^[a-z_]+$/, what)
    assert.ok(error.message.length > 10, what)
    return { error }
  }
}

/** Fails unless the call fails with one of these codes. */
export async function failsWith(codes, call, what) {
  const { error, value } = await outcome(call, what)
  assert.ok(error, `${what}: succeeded with ${JSON.stringify(value)}`)
  assert.ok([codes].flat().includes(error.code), `${what}: ${error.code}: ${error.message}`)
  return error
}

/** Does `work` with each item, `most` at a time. */
export async function each(items, most, work) {
  const rest = items[Symbol.iterator]()
  const worker = async () => {
    for (const item of rest) await work(item)
  }
  await Promise.all(Array.from({ length: most }, worker))
}

/** The numbers from 0 to `end`, without it. */
export const upTo = (end) => Array.from({ length: end }, (_, number) => number)
