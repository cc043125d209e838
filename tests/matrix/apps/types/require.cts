/** A strict program that requires. */
import sdk = require('upstash-box-wasm')
import wasm = require('upstash-box-wasm/box.wasm')

export const loaded: Promise<void> = sdk.init(wasm)
export const made: Promise<sdk.Box> = sdk.Box.create({ name: 'required' })

// @ts-expect-error: a member that does not exist
export const missing = made.then((box) => box.nmae)
