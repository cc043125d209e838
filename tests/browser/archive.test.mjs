/** Snapshots that leave the page as files and come back from them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chooseSnapshot, limit, newBox, run, shows, snapshotRow, snapshots, statusLine, takeSnapshot, textOf } from './actions.mjs'
import { withPage } from './browser.mjs'

const { open, errors } = withPage()

test('an exported snapshot is imported again, and a box made from it', limit, async () => {
  const page = await open()
  await newBox(page, 'leaving')
  await run(page, 'echo packed > state')
  await takeSnapshot(page, 'to go')
  const panel = await chooseSnapshot(page, 'to go')
  const [download] = await Promise.all([page.waitForEvent('download'), panel.getByRole('button', { name: 'Export to go' }).click()])
  assert.equal(download.suggestedFilename(), 'to-go.tar')
  await shows(statusLine(page), /to go exported/)
  const file = await download.path()
  await page.getByRole('button', { name: 'Import an archive' }).setInputFiles(file)
  await shows(statusLine(page), /to go imported in/)
  assert.match(await textOf((await run(page, 'cat state')).locator('.output')), /^packed\s*$/)
  await snapshotRow(page, 'to go').first().waitFor()
  await page.getByRole('button', { name: 'Import an archive' }).setInputFiles({ name: 'broken.tar', mimeType: 'application/x-tar', buffer: Buffer.from('no archive') })
  await snapshots(page).getByRole('alert').filter({ hasText: 'invalid_archive' }).waitFor()
  errors()
  await page.close()
})
