/** A server for one measurement, with the package told to use it. */
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { json, text } from 'node:stream/consumers'
import { startServer } from '../npm/server.mjs'

/** Keeps its connections, as `fetch` does, and is lighter: what the client takes of the processors the server lacks. */
const agent = new Agent({ keepAlive: true })

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
    agent.destroy()
    await connected.stop()
  }
}

/** A request without the SDK: the answer as a stream. Fails unless its status is 2xx. */
export async function send(server, method, path, body) {
  const headers = { 'content-type': 'application/json', 'x-box-api-key': server.apiKey }
  const asked = request(server.baseUrl + path, { method, headers, agent })
  asked.end(body === undefined ? undefined : JSON.stringify(body))
  const [answer] = await once(asked, 'response')
  if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${await text(answer)}`)
  return answer
}

/** The JSON answer of a raw POST, and how many milliseconds it took here and on the server. */
export async function post(server, path, body) {
  const started = performance.now()
  const response = await send(server, 'POST', path, body)
  const answer = await json(response)
  return { answer, here: performance.now() - started, there: serverTime(response) }
}

/** What the server says it took, in milliseconds. */
export function serverTime(response) {
  const told = /total;dur=([\d.]+)/.exec(response.headers['server-timing'] ?? '')
  if (!told) throw new Error('the answer does not say how long the server took')
  return Number(told[1])
}
