/** The scenario in a Web Worker: it answers the one message that it gets. */
import * as sdk from '/node_modules/upstash-box-wasm/dist/index.js'
import { scenario } from '/matrix/scenario.mjs'

addEventListener('message', async ({ data }) => postMessage(await scenario(sdk, data)))
