/** The scenario in Vercel's edge runtime. */
import * as sdk from 'upstash-box-wasm'
import { scenario } from '../../scenario.mjs'

addEventListener('fetch', (event) => {
  event.respondWith(scenario(sdk, globalThis.connection).then((verdict) => Response.json(verdict)))
})
