/** Snapshots: taken, restored and deleted from the page, each with the time it took. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertQuiet, boxRow, boxes, chooseSnapshot, deleteForGood, limit, newBox, run, shows, snapshotRow, snapshots, statusLine, takeSnapshot, textOf, visibleText, openBox } from './actions.mjs'
import { withPage } from './browser.mjs'

const { open, errors } = withPage()

const DURATION = /\d+(\.\d+)?\s(ms|s)/

test('a snapshot is taken, restored into a new box, and deleted', limit, async () => {
  const page = await open()
  await newBox(page, 'source')
  await run(page, 'echo before > state')
  const row = await takeSnapshot(page, 'good-state')
  assert.match(await textOf(row), DURATION)
  await shows(statusLine(page), /good-state taken in/)
  await run(page, 'echo after > state')

  await (await chooseSnapshot(page, 'good-state')).getByRole('button', { name: /^Restore/ }).click()
  const restored = boxRow(page, 'from good-state')
  await restored.waitFor()
  assert.match(await textOf(restored), DURATION)
  assert.match(await textOf((await run(page, 'cat state')).locator('.output')), /^before\s*$/)

  await openBox(page, 'source')
  assert.match(await textOf((await run(page, 'cat state')).locator('.output')), /^after\s*$/)
  await deleteForGood(await chooseSnapshot(page, 'good-state'))
  await visibleText(page, 'None yet.').waitFor()
  await shows(statusLine(page), /good-state deleted in/)
  await page.reload()
  await openBox(page, 'source')
  await visibleText(page, 'None yet.').waitFor()
  assertQuiet(errors)
  await page.close()
})

test('snapshots of a deleted box are still there to restore', limit, async () => {
  const page = await open()
  await newBox(page, 'leaving')
  await run(page, 'echo kept > state')
  await takeSnapshot(page, 'farewell')
  await deleteForGood(page.getByRole('article', { name: 'Box leaving' }))
  await shows(boxRow(page, 'leaving'), 'deleted')
  assert.ok(await snapshots(page).getByRole('button', { name: 'Take snapshot' }).isHidden())
  await (await chooseSnapshot(page, 'farewell')).getByRole('button', { name: /^Restore/ }).click()
  await boxRow(page, 'from farewell').waitFor()
  assert.match(await textOf((await run(page, 'cat state')).locator('.output')), /^kept\s*$/)
  assertQuiet(errors)
  await page.close()
})

test('each box shows its own snapshots, oldest first, and keeps a name half typed', limit, async () => {
  const page = await open()
  await newBox(page, 'one')
  await takeSnapshot(page, 'one-a')
  await takeSnapshot(page, 'one-b')
  const names = () => snapshots(page).locator('[data-kind=snapshot] .row-name').allTextContents()
  assert.deepEqual(await names(), ['one-a', 'one-b'])
  const field = snapshots(page).getByRole('textbox')
  await field.fill('half typ')
  await newBox(page, 'two')
  await visibleText(page, 'None yet.').waitFor()
  assert.equal(await field.inputValue(), '')
  await boxes(page).getByRole('button', { name: /^one/ }).click()
  await snapshotRow(page, 'one-a').waitFor()
  assert.equal(await field.inputValue(), 'half typ')
  assertQuiet(errors)
  await page.close()
})

test('a snapshot deleted elsewhere says so, and the list can be refreshed', limit, async () => {
  const page = await open()
  await newBox(page, 'shared')
  await takeSnapshot(page, 'short-lived')
  const panel = await chooseSnapshot(page, 'short-lived')
  // At once, or the page itself sees first that it is gone.
  await panel.getByRole('button', { name: /^Restore/ }).evaluate(async (restore) => {
    const { Box } = await import('./package.js')
    const { baseUrl, apiKey } = JSON.parse(sessionStorage.getItem('box.session'))
    const known = (await Box.list({ baseUrl, apiKey })).find(({ name }) => name === 'shared')
    const box = await Box.get(known.id, { baseUrl, apiKey })
    for (const { id } of await box.listSnapshots()) await box.deleteSnapshot(id)
    restore.click()
  })
  await page.getByRole('alert').filter({ hasText: 'snapshot_not_found' }).waitFor()
  await boxes(page).getByRole('button', { name: /shared/ }).click()
  await visibleText(page, 'None yet.').waitFor()
  errors()
  await page.close()
})
