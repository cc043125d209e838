/** Boxes made with options, paused, resumed, deleted and brought back; seen from two tabs at once. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertQuiet, boxes, boxRow, deleteForGood, limit, newBox, openBox, run, shows, snapshots, statusLine, takeSnapshot, textOf } from './actions.mjs'
import { withPage } from './browser.mjs'

const { open, errors } = withPage()

test('a box is made from a snapshot, with a size and labels', limit, async () => {
  const page = await open()
  await newBox(page, 'prepared')
  await run(page, 'echo ready > state')
  await takeSnapshot(page, 'ready-made')
  await boxes(page).getByText('Options', { exact: true }).click()
  await boxes(page).getByRole('combobox', { name: 'Starts from' }).selectOption({ label: 'ready-made' })
  await boxes(page).getByRole('combobox', { name: 'Size' }).selectOption('medium')
  await boxes(page).getByRole('textbox', { name: /^Labels/ }).fill('try one')
  await newBox(page, 'from-options')
  await shows(boxRow(page, 'from-options'), 'try · one')
  assert.match(await textOf((await run(page, 'cat state')).locator('.output')), /^ready\s*$/)
  assertQuiet(errors)
  await page.close()
})

test('the fields of an agent show only when one is chosen', limit, async () => {
  const page = await open()
  await boxes(page).getByText('Options', { exact: true }).click()
  const command = boxes(page).getByRole('textbox', { name: 'Its command' })
  const model = boxes(page).getByRole('textbox', { name: 'Model' })
  assert.ok(await command.isHidden() && await model.isHidden())
  await boxes(page).getByRole('combobox', { name: 'Agent' }).selectOption('custom')
  await command.waitFor()
  await boxes(page).getByRole('combobox', { name: 'Agent' }).selectOption('claude-code')
  await boxes(page).getByLabel("The model provider's key").waitFor()
  assert.ok(await command.isHidden())
  assertQuiet(errors)
  await page.close()
})

test('a box is paused, resumed, and woken by work', limit, async () => {
  const page = await open()
  await newBox(page, 'sleeper')
  await run(page, 'echo here > state')
  await page.getByRole('button', { name: 'Pause box sleeper' }).click()
  await shows(boxRow(page, 'sleeper'), 'paused')
  await shows(statusLine(page), /sleeper paused in/)
  await page.getByRole('button', { name: 'Resume box sleeper' }).click()
  await shows(boxRow(page, 'sleeper'), 'idle')
  await page.getByRole('button', { name: 'Pause box sleeper' }).click()
  await shows(boxRow(page, 'sleeper'), 'paused')
  assert.match(await textOf((await run(page, 'cat state')).locator('.output')), /^here\s*$/)
  await page.getByRole('button', { name: 'Pause box sleeper' }).waitFor()
  assertQuiet(errors)
  await page.close()
})

test('a deleted box is brought back with its files', limit, async () => {
  const page = await open()
  await newBox(page, 'mistaken')
  await run(page, 'echo precious > state')
  await deleteForGood(page.getByRole('article', { name: 'Box mistaken' }))
  await shows(statusLine(page), /mistaken deleted in/)
  await page.getByRole('button', { name: 'Undo: bring mistaken back' }).click()
  await shows(statusLine(page), /mistaken is back, as a new box/)
  assert.match(await textOf((await run(page, 'cat state')).locator('.output')), /^precious\s*$/)
  assertQuiet(errors)
  await page.close()
})

test('two tabs see what the other does', limit, async () => {
  const [one, two] = [await open(), await open()]
  await newBox(one, 'shared-view')
  // A page looks again by itself while it is looked at.
  await two.bringToFront()
  await openBox(two, 'shared-view')
  await one.bringToFront()
  await takeSnapshot(one, 'seen-by-both')
  await two.bringToFront()
  await snapshots(two).getByText('seen-by-both').waitFor()
  await one.bringToFront()
  await deleteForGood(one.getByRole('article', { name: 'Box shared-view' }))
  await two.bringToFront()
  await two.getByText('Deleted. Its snapshots are kept and can be restored.').waitFor()
  assertQuiet(errors)
  await one.close()
  await two.close()
})
