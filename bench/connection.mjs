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

/** A raw POST on a kept connection, for times without the SDK. Fails unless the answer is 2xx. */
export async function post(server, path, body) {
  const response = await fetch(`${server.baseUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-box-api-key': server.apiKey },
    body: JSON.stringify(body),
  })
  const answer = await response.json()
  if (!response.ok) throw new Error(`${path}: ${response.status} ${answer.error}`)
  return answer
}
