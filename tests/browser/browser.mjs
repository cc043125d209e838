/**
 * A real browser showing the page that a real box-server serves. What the page should do is for the
 * `*.test.mjs` beside this file.
 *
 * `cargo xtask test` names the browser (BROWSER_NAME, BROWSER_BIN), the server (BOX_SERVER_BIN) and the assembled
 * page (BOX_DEMO_WWW).
 */
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { startServer } from '../npm/server.mjs'
import { holdBrowser } from './shared_browser.mjs'

/**
 * Starts a server with the page around the file's tests, and holds a browser for them.
 *
 * `open()` shows the page in a new tab with the key in the fragment, as `cargo xtask demo` does; `colorScheme`
 * and `reducedMotion` are what the person asked their browser for.
 * `errors()` is what the pages threw or logged as errors since the last call, which a test that
 * expects none asserts to be empty. `server()` has `baseUrl` and `apiKey`, `bringBack()` starts it again where
 * it was.
 */
export function withPage(options = {}) {
  let server
  let browser
  let seen = []
  const args = ['--www', process.env.BOX_DEMO_WWW, ...(options.args ?? [])]

  before(async () => {
    for (const name of ['BROWSER_NAME', 'BROWSER_BIN', 'BOX_DEMO_WWW']) {
      assert.ok(process.env[name], `${name} is not set: run these suites with \`cargo xtask test\``)
    }
    server = await startServer({ args })
    browser = holdBrowser()
  })

  after(async () => {
    try {
      await browser?.release()
    } finally {
      await server?.stop()
    }
  })

  const open = async ({ key = server.apiKey, path = '/', colorScheme = 'light', reducedMotion = 'no-preference' } = {}) => {
    const page = await browser.newPage({ colorScheme, reducedMotion })
    page.on('pageerror', (error) => seen.push(`${error}`))
    page.on('console', (message) => {
      if (message.type() === 'error') seen.push(`${message.text()} ${message.location().url}`)
    })
    await page.goto(`${server.baseUrl}${path}${key ? `#key=${key}` : ''}`)
    // In Firefox each is a window of its own, and one that isn't active shows no focus.
    while (!(await page.evaluate(() => document.hasFocus()))) await page.bringToFront()
    return page
  }
  const errors = () => {
    const since = seen
    seen = []
    return since
  }
  const bringBack = async () => {
    server = await startServer({ args, again: server })
  }
  return { open, errors, server: () => server, bringBack }
}
