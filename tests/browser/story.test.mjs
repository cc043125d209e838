/** The guided tour runs for real, from a first visit to tidying up. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertQuiet, boxes, limit, newestRun, shows, snapshotRow, snapshots, textOf, visibleText } from './actions.mjs'
import { withPage } from './browser.mjs'

const { open, errors } = withPage()

test('the tour checkpoints, breaks, goes back, branches and compares, then leaves nothing behind', limit, async () => {
  const page = await open()
  await page.getByRole('button', { name: 'Take the one-minute tour' }).click()
  const card = page.getByRole('region', { name: /./ }).filter({ has: page.getByRole('button', { name: 'End the tour' }) }).last()
  const step = async (title) => {
    await card.getByRole('heading', { name: title }).waitFor()
    await card.getByRole('button', { name: 'Do it' }).click()
    await card.getByRole('button', { name: 'Next' }).waitFor()
    const words = await textOf(card.locator('.story-seen'))
    return words
  }
  const next = () => card.getByRole('button', { name: 'Next' }).click()

  assert.match(await step('Make a box'), /Made in .* The checks pass\./)
  await next()
  assert.match(await step('Take a checkpoint'), /Taken in/)
  await snapshotRow(page, 'checkpoint').waitFor()
  await next()
  assert.match(await step('Break something'), /The checks fail: exit code 2/)
  await shows(newestRun(page), 'exit 2')
  await next()
  assert.match(await step('Go back'), /Back in .* The checks pass\./)
  await shows(newestRun(page), 'all checks pass')
  await next()
  assert.match(await step('Prepare once'), /kept in/)
  await next()
  assert.match(await step('Branch three ways'), /Three boxes branched/)
  assert.equal(await boxes(page).getByRole('listitem').count(), 4)
  await snapshotRow(page, 'with sort').waitFor()
  await next()
  await step('Compare')
  await page.getByRole('button', { name: '/workspace/home/sum (added)' }).click()
  await shows(page.getByRole('list', { name: 'Lines' }), '5000050000')
  await next()
  await card.getByRole('button', { name: 'Delete them again' }).click()
  await card.waitFor({ state: 'hidden' })
  // The one that was open stays listed, so that what it is can be read.
  await boxes(page).getByText('deleted').waitFor()
  assert.equal(await boxes(page).getByRole('listitem').count(), 1)
  await page.reload()
  await visibleText(page, 'No boxes yet').waitFor()
  assert.equal(await snapshots(page).locator('.node').count(), 0)
  assertQuiet(errors)
  await page.close()
})
