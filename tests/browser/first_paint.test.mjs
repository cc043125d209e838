/** How long a browser that has nothing of the page yet takes to paint it. Told, not judged: machines differ. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limit } from './actions.mjs'
import { withPage } from './browser.mjs'

const { open } = withPage()

test('the page paints for a browser that sees it for the first time', limit, async (t) => {
  const page = await open({ key: '' })
  await page.getByRole('heading', { name: 'Connect to a Box server' }).waitFor()
  const paint = await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime)
  const ms = await paint.jsonValue()
  t.diagnostic(`first paint in ${process.env.BROWSER_NAME}, from cold: ${Math.round(ms)} ms`)
  assert.ok(ms > 0)
  await page.close()
})
