/** A server for one measurement, with the package told to use it. */
import { startServer } from '../npm/server.mjs'

/** Starts it; call `stop()` at the end. */
export async function connect() {
  const server = await startServer()
  process.env.UPSTASH_BOX_BASE_URL = server.baseUrl
  process.env.UPSTASH_BOX_API_KEY = server.apiKey
  const { Box } = await import('upstash-box-wasm')
  return { Box, server, stop: server.stop }
}

/** Does `work` with a server of its own, which is gone when this settles. */
export async function withServer(work) {
  const connected = await connect()
  try {
    return await work(connected)
  } finally {
    await connected.stop()
  }
}

/** A request without the SDK, on a kept connection. Fails unless the answer is 2xx. */
export async function send(server, method, path, body) {
  const response = await fetch(`${server.baseUrl}${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'x-box-api-key': server.apiKey },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return response
}

/** The JSON answer of a raw POST, and how many milliseconds it took here and on the server. */
export async function post(server, path, body) {
  const started = performance.now()
  const response = await send(server, 'POST', path, body)
  const answer = await response.json()
  return { answer, here: performance.now() - started, there: serverTime(response) }
}

/** What the server says it took, in milliseconds. */
export function serverTime(response) {
  const told = /total;dur=([\d.]+)/.exec(response.headers.get('server-timing') ?? '')
  if (!told) throw new Error('the answer does not say how long the server took')
  return Number(told[1])
}
