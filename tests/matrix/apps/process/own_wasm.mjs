/** The scenario with the WebAssembly loaded by the program itself, from the file that the package has for it. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import * as sdk from 'upstash-box-wasm'
import { scenario } from '../../scenario.mjs'

const file = fileURLToPath(import.meta.resolve('upstash-box-wasm/box.wasm'))
await sdk.init(await WebAssembly.compile(await readFile(file)))
console.log(`VERDICT ${JSON.stringify(await scenario(sdk, {}))}`)
