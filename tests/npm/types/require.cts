/** The declarations serve a CommonJS program too. */
import sdk = require('upstash-box-wasm')

export const made: Promise<sdk.Box> = sdk.Box.create({ name: 'from commonjs' })
