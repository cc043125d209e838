/** A thousand snapshots in one picture. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertQuiet, boxes, chooseSnapshot, limit, openBox, snapshots } from './actions.mjs'
import { withPage } from './browser.mjs'

const { open, errors } = withPage()

test('a thousand snapshots are drawn, and the last of them can be chosen', { ...limit, timeout: 180_000 }, async () => {
  const page = await open()
  await boxes(page).waitFor()
  await page.evaluate(async () => {
    const { Box } = await import('./package.js')
    const connection = JSON.parse(sessionStorage.getItem('box.session'))
    const box = await Box.create({ ...connection, name: 'long-lived' })
    for (let n = 1; n <= 1000; n += 1) await box.snapshot({ name: `state ${n}.` })
  })
  await page.reload()
  await openBox(page, 'long-lived')
  await snapshots(page).getByText('state 1000.', { exact: true }).waitFor()
  assert.equal(await snapshots(page).locator('.node').count(), 1001)
  const panel = await chooseSnapshot(page, 'state 1000.')
  await panel.getByRole('button', { name: 'Restore state 1000. into a new box' }).waitFor()
  assertQuiet(errors)
  await page.close()
})
