/**
 * A real browser showing the page that a real box-server serves. What the page should do is for the
 * `*.test.mjs` beside this file.
 *
 * `cargo xtask test` names the browser (BROWSER_BIN), the server (BOX_SERVER_BIN) and the assembled
 * page (BOX_DEMO_WWW).
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { chromium } from 'playwright-core'
import { startServer } from '../npm/server.mjs'

/** Root has no sandbox of its own to start the browser in. */
const AS_ROOT = ['--no-sandbox']
/** Nothing but the page under test may use the network. */
const QUIET = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * Starts a server with the page, and a browser with a fresh profile, around the file's tests.
 *
 * `open()` shows the page in a new tab with the key in the fragment, as `cargo xtask demo` does.
 * `errors()` is what the pages threw or logged as errors since the last call, which a test that
 * expects none asserts to be empty. `server()` has `baseUrl` and `apiKey`.
 */
export function withPage(options = {}) {
  let server
  let profile
  let context
  let seen = []

  before(async () => {
    for (const name of ['BROWSER_BIN', 'BOX_DEMO_WWW']) {
      assert.ok(process.env[name], `${name} is not set: run these suites with \`cargo xtask test\``)
    }
    server = await startServer({ args: ['--www', process.env.BOX_DEMO_WWW, ...(options.args ?? [])] })
    profile = await mkdtemp(join(tmpdir(), 'box-browser-'))
    context = await chromium.launchPersistentContext(profile, {
      executablePath: process.env.BROWSER_BIN,
      headless: true,
      args: [...(process.getuid?.() === 0 ? AS_ROOT : []), ...QUIET],
    })
  })

  after(async () => {
    await context?.close()
    await server?.stop()
    if (profile) await rm(profile, { recursive: true, force: true })
  })

  const open = async ({ key = server.apiKey, path = '/' } = {}) => {
    const page = await context.newPage()
    page.on('pageerror', (error) => seen.push(`${error}`))
    page.on('console', (message) => {
      if (message.type() === 'error') seen.push(`${message.text()} ${message.location().url}`)
    })
    await page.goto(`${server.baseUrl}${path}${key ? `#key=${key}` : ''}`)
    return page
  }
  const errors = () => {
    const since = seen
    seen = []
    return since
  }
  return { open, errors, server: () => server }
}
