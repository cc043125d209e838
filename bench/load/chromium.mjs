/** From an empty page to the answer of the first call, in Chromium, client by client. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { median, note, report, rounds, row } from '../rows.mjs'
import { OFFICIAL } from '../sdk/clients.mjs'
import { bundle, getter } from './bundle.mjs'

const PACKAGE = new URL('../../node_modules/upstash-box-wasm/dist/box.wasm', import.meta.url)
const CLIENTS = ['fetch', 'ours', 'official']
/** Root has no sandbox of its own to start it in; memory is counted when asked, not when convenient. */
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--enable-blink-features=ForceEagerMeasureMemory']

try {
  const { BENCH_BROWSER: executablePath, BENCH_PLAYWRIGHT: playwright } = process.env
  if (!executablePath) throw new Error('there is no browser')
  const { chromium } = await import(playwright)
  const browser = await chromium.launch({ executablePath, args: FLAGS })
  const site = await serve()
  try {
    report(await measure(browser, site.address))
  } finally {
    await browser.close()
    site.close()
  }
} catch (error) {
  note(`Chromium is left out: ${error.message}`)
  report([])
}

async function measure(browser, address) {
  const measured = { fetch: [], ours: [], official: [] }
  for (let round = -1; round < rounds(10, 3); round += 1) {
    for (const client of CLIENTS) {
      // A context of its own has an empty cache.
      const context = await browser.newContext()
      const page = await context.newPage()
      await page.goto(address)
      const one = await page.evaluate(inPage, `/${client}.mjs`)
      if (round >= 0) measured[client].push(one)
      await context.close()
    }
  }
  const of = (client, member) => measured[client].map((one) => one[member])
  const base = median(of('fetch', 'ready'))
  const over = (client) => of(client, 'ready').map((ready) => ready - base)
  const method = 'empty cache, loopback: import and one call; against the median of bare fetch'
  const memory = 'performance.measureUserAgentSpecificMemory after the first call'
  return [
    row('load and first request over bare fetch, Chromium', over('ours'), { method }),
    row(`  load over bare fetch, Chromium, ${OFFICIAL}`, over('official'), { method, peer: true }),
    row('memory, Chromium', of('ours', 'megabytes'), { unit: 'MB', method: memory }),
    row(`  memory, Chromium, ${OFFICIAL}`, of('official', 'megabytes'), { unit: 'MB', method: memory, peer: true }),
    row('  memory, Chromium, bare fetch', of('fetch', 'megabytes'), { unit: 'MB', method: memory, peer: true }),
  ]
}

/** Runs in the page. */
async function inPage(module) {
  const started = performance.now()
  const { get } = await import(module)
  const box = await get(location.origin)
  const ready = performance.now() - started
  if (box.id !== 'box-1') throw new Error('the answer is not the box')
  const { bytes } = await performance.measureUserAgentSpecificMemory()
  return { ready, megabytes: bytes / 1e6 }
}

/** The modules, the WebAssembly and the answer of the call, all from one origin. */
async function serve() {
  const files = Object.fromEntries(CLIENTS.map((client) => [`/${client}.mjs`, ['text/javascript', bundle(getter[client], 'browser')]]))
  files['/box.wasm'] = ['application/wasm', readFileSync(PACKAGE)]
  files['/v2/box/box-1'] = ['application/json', JSON.stringify({ id: 'box-1', status: 'idle', created_at: 1, updated_at: 1 })]
  files['/'] = ['text/html', '<!doctype html><title>measured</title>']
  // Isolated, or the browser does not tell how much memory a page has.
  const isolated = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }
  const server = createServer((request, answer) => {
    const [type, body] = files[request.url] ?? []
    answer.writeHead(type ? 200 : 404, { 'content-type': type ?? 'text/plain', ...isolated })
    answer.end(body)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { address: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() }
}
