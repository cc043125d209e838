/**
 * A plain file server for pages: an origin of its own, other than box-server's.
 *
 * `?csp=POLICY` in an address is answered with that Content-Security-Policy.
 */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.map': 'application/json',
  '.wasm': 'application/wasm',
}

export async function startSite(folder) {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://site')
    const path = join(folder, normalize(decodeURIComponent(url.pathname)))
    try {
      const content = await readFile(path)
      const policy = url.searchParams.get('csp')
      response.writeHead(200, {
        'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream',
        'Cache-Control': 'no-store',
        ...(policy && { 'Content-Security-Policy': policy }),
      })
      response.end(content)
    } catch {
      response.writeHead(404).end()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { origin: `http://127.0.0.1:${server.address().port}`, close }
}
