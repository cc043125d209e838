/** The scenario in a program that imports; two environment variables configure it. */
import * as sdk from 'upstash-box-wasm'
import { scenario } from '../../scenario.mjs'

console.log(`VERDICT ${JSON.stringify(await scenario(sdk, {}))}`)
