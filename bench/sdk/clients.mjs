/** Our client, the official one and bare fetch, all with the same scripted server. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** How the official client is called in the rows. */
export const OFFICIAL = '@upstash/box 0.5.5'

const apiKey = 'box_measured'

/** Does `work` with the address of a scripted server, which is gone when this settles. */
export async function withScriptedServer(work) {
  const program = fileURLToPath(new URL('scripted-server.mjs', import.meta.url))
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [port] = await once(child.stdout, 'data')
    return await work(`http://127.0.0.1:${String(port).trim()}`)
  } finally {
    child.kill('SIGKILL')
  }
}

/** Does `work` with a handle of each client. */
export function withClients(work) {
  return withScriptedServer(async (baseUrl) => {
    const [ours, official] = await Promise.all([import('upstash-box-wasm'), import('@upstash/box')])
    return work({
      ours: await ours.Box.get('box-1', { baseUrl, apiKey }),
      official: await official.Box.get('box-1', { baseUrl, apiKey, enableTelemetry: false }),
      fetch: (path, body) => post(baseUrl, path, body),
    })
  })
}

function post(baseUrl, path, body) {
  return fetch(`${baseUrl}/v2/box/box-1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-box-api-key': apiKey },
    body: JSON.stringify(body),
  })
}
