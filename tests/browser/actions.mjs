/**
 * What a person does on the page, found the way a screen reader finds it: by role and name.
 * It asserts nothing; the `*.test.mjs` beside this file do.
 */
import assert from 'node:assert/strict'

/** The longest one test may take. */
export const limit = { timeout: 90_000 }

const escaped = (text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

export const boxes = (page) => page.getByRole('region', { name: 'Boxes' })
export const snapshots = (page) => page.getByRole('region', { name: 'Snapshots' })
export const commandLine = (page) => page.getByRole('textbox', { name: 'Command', exact: true })
export const statusLine = (page) => page.getByRole('status')
export const newestRun = (page) => page.getByRole('log').getByRole('article').last()
export const snapshotRow = (page, name) => snapshots(page).locator('[data-kind=snapshot]').filter({ hasText: name })
export const inspector = (page, name) => snapshots(page).getByRole('group', { name: `Snapshot ${name}` })

/** Chooses a snapshot in the picture; answers the panel with what can be done with it. */
export async function chooseSnapshot(page, name) {
  const button = snapshotRow(page, name).getByRole('button')
  if (await button.getAttribute('aria-pressed') !== 'true') await button.click()
  const panel = inspector(page, name)
  await panel.waitFor()
  return panel
}

/** The row of a box, by a word in it. */
export const boxRow = (page, name) => boxes(page).getByRole('listitem').filter({ hasText: name })

/** Opens the first box in whose row this word is, and waits until it shows: until then what is there is another's. */
export async function openBox(page, word) {
  const row = boxRow(page, word).first()
  const name = await row.locator('.row-name').textContent()
  await row.getByRole('button').click()
  await page.getByRole('heading', { name, exact: true }).waitFor()
}

/** Makes a box and waits until its command line is there. */
export async function newBox(page, name) {
  await boxes(page).getByRole('textbox', { name: /Name of the new box/ }).fill(name)
  await boxes(page).getByRole('button', { name: 'New box' }).click()
  await page.getByRole('heading', { name, exact: true }).waitFor()
}

/** Gives a command and waits for its end; answers its element. */
export async function run(page, command) {
  await begin(page, command)
  const ended = newestRun(page)
  await page.getByRole('button', { name: 'Run', exact: true }).waitFor()
  return ended
}

/** Gives a command without waiting for its end. */
export async function begin(page, command) {
  const before = await page.getByRole('log').getByRole('article').count()
  await commandLine(page).fill(command)
  await commandLine(page).press('Enter')
  await page.getByRole('log').getByRole('article').nth(before).waitFor()
}

/** Waits until `locator` holds this text. */
export const shows = (locator, text) =>
  locator.filter({ hasText: text instanceof RegExp ? text : new RegExp(escaped(text)) }).first().waitFor()

/** Where this text can be seen; boxes opened earlier keep their own copies of the page's words. */
export const visibleText = (page, text, options) => page.getByText(text, options).filter({ visible: true })

/** Opens one of the two views of a box. */
export const view = (page, name) => page.getByRole('tab', { name }).click()

/** Takes a snapshot of the open box; answers its row. */
export async function takeSnapshot(page, name) {
  await snapshots(page).getByRole('textbox', { name: /Name of the new snapshot/ }).fill(name)
  await snapshots(page).getByRole('button', { name: 'Take snapshot' }).click()
  const row = snapshotRow(page, name)
  await row.waitFor()
  return row
}

/** Presses a button that asks once more, and agrees. */
export async function deleteForGood(place) {
  await place.getByRole('button', { name: /^Delete/ }).click()
  await place.getByRole('button', { name: /for good/ }).click()
}

/** The text of a locator once it is there. */
export const textOf = async (locator) => (await locator.textContent()) ?? ''

/** Fails with what the pages complained about, if they did. */
export const assertQuiet = (errors) => assert.deepEqual(errors(), [])
