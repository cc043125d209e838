/** What keeps a page safe: its own policy, the origins that box-server welcomes, and tokens. */
import assert from 'node:assert/strict'
import { Box } from 'upstash-box-wasm'
import { verdictOf } from '../browsers.mjs'
import { startSite } from '../site.mjs'

const FAMILIES = { chrome: 'Chromium', firefox: 'Firefox' }
const PAGE = 'matrix/apps/page/csp.html'

const inEach = (title, check) =>
  Object.entries(FAMILIES).map(([family, browserName]) => ({
    name: `${browserName}, ${title}`,
    async run(bench) {
      await check(bench, await bench.browser(family))
      return true
    },
  }))

const underPolicy = (bench, browser, policy) =>
  verdictOf(browser, `${bench.site.origin}/${PAGE}`, { ...bench.connection, csp: policy })

/** A token of the server, made with the account's key. */
async function token({ connection: { baseUrl, apiKey } }, request) {
  const headers = { 'X-Box-Api-Key': apiKey, 'Content-Type': 'application/json' }
  const answer = await fetch(`${baseUrl}/v2/tokens`, { method: 'POST', headers, body: JSON.stringify(request) })
  assert.equal(answer.status, 200)
  return answer.json()
}

export const rows = [
  ...inEach("strict policy with 'wasm-unsafe-eval'", async (bench, browser) => {
    const { baseUrl } = bench.connection
    const verdict = await underPolicy(bench, browser, `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src ${baseUrl}`)
    assert.equal(typeof verdict.boxes, 'number', verdict.message)
  }),
  ...inEach("strict policy without 'wasm-unsafe-eval'", async (bench, browser) => {
    const { baseUrl } = bench.connection
    const verdict = await underPolicy(bench, browser, `default-src 'none'; script-src 'self'; connect-src ${baseUrl}`)
    assert.equal(verdict.code, 'wasm_unavailable')
    assert.equal(verdict.isBoxError, true)
    assert.match(verdict.message, /needs 'wasm-unsafe-eval' in script-src/)
  }),
  ...inEach('page of an origin that is not welcome', async (bench, browser) => {
    const stranger = await startSite(bench.root)
    try {
      const verdict = await verdictOf(browser, `${stranger.origin}/${PAGE}`, bench.connection)
      assert.equal(verdict.code, 'network')
    } finally {
      await stranger.close()
    }
  }),
  ...inEach('page of another origin reads the request id of an error', async (bench, browser) => {
    const page = await browser.newPage()
    await page.goto(`${bench.site.origin}/${PAGE}`)
    const error = await page.evaluate(async (connection) => {
      const { Box } = await import('/node_modules/upstash-box-wasm/dist/index.js')
      const { code, status, requestId } = await Box.get('no-such-box', connection).catch((thrown) => thrown)
      return { code, status, requestId }
    }, bench.connection)
    await page.close()
    assert.deepEqual([error.code, error.status], ['box_not_found', 404])
    assert.ok(error.requestId, 'the id of the request is hidden from the page')
  }),
  ...inEach('page with a token for one box', async (bench, browser) => {
    const boxes = await Promise.all([1, 2].map(() => Box.create(bench.connection)))
    const [own, other] = boxes.map(({ id }) => id)
    const page = await browser.newPage()
    try {
      const { id, token: apiKey } = await token(bench, { scopes: ['read', 'exec'], box_id: own, ttl: 60 })
      await page.goto(`${bench.site.origin}/${PAGE}`)
      const connection = { baseUrl: bench.connection.baseUrl, apiKey }
      const codes = await page.evaluate(
        async (connection, own, other) => {
          const { Box } = await import('/node_modules/upstash-box-wasm/dist/index.js')
          const box = await Box.get(own, connection)
          const { stdout } = await box.exec.command('echo by token')
          const codeOf = (call) => call.then(() => 'allowed', ({ code }) => code)
          return [stdout, await codeOf(Box.get(other, connection)), await codeOf(box.delete()), await codeOf(Box.list(connection))]
        },
        connection,
        own,
        other,
      )
      assert.deepEqual(codes, ['by token\n', 'forbidden', 'forbidden', 'forbidden'])
      const headers = { 'X-Box-Api-Key': bench.connection.apiKey }
      await fetch(`${connection.baseUrl}/v2/tokens/${id}`, { method: 'DELETE', headers })
      await assert.rejects(Box.get(own, connection), { code: 'unauthorized' })
    } finally {
      await page.close()
      await Promise.all(boxes.map((box) => box.delete()))
    }
  }),
]
