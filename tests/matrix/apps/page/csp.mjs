/** One call, in a page whose policy may forbid it; how it went is the page's verdict. */
import { Box, BoxError } from '/node_modules/upstash-box-wasm/dist/index.js'

const { baseUrl, apiKey } = Object.fromEntries(new URLSearchParams(location.search))
try {
  globalThis.verdict = { boxes: (await Box.list({ baseUrl, apiKey, timeoutMs: 10_000 })).length }
} catch ({ code, message, constructor }) {
  globalThis.verdict = { code, message, isBoxError: constructor === BoxError }
}
