/** The scenario in a Cloudflare Worker; its variables come from the worker's environment. */
import * as sdk from 'upstash-box-wasm'
import { scenario } from '../../scenario.mjs'

export default {
  async fetch(_request, { baseUrl, apiKey }) {
    return Response.json(await scenario(sdk, { baseUrl, apiKey }))
  },
}
