/** The scenario in a Service Worker, bundled by the row because not every browser takes modules there. */
import * as sdk from 'upstash-box-wasm'
import { scenario } from '../../scenario.mjs'

addEventListener('install', () => skipWaiting())
addEventListener('message', (event) => {
  const answer = scenario(sdk, event.data).then((verdict) => event.ports[0].postMessage(verdict))
  event.waitUntil(answer)
})
