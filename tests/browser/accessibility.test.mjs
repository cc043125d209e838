/** What axe finds wrong with the page in its main states: nothing. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { boxes, chooseSnapshot, limit, newBox, run, snapshotRow, takeSnapshot, view } from './actions.mjs'
import { withPage } from './browser.mjs'

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const { open } = withPage()

/** Fails with each thing that axe complains about, and where. */
async function assertAccessible(page) {
  // Loaded past the page's policy, which would not let it in.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe)
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }))
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n')}`), [])
}

for (const colorScheme of ['light', 'dark']) {
  test(`nothing keeps anybody out, in ${colorScheme} colours`, limit, async () => {
    const page = await open({ key: '', colorScheme, reducedMotion: 'reduce' })
    await page.getByRole('heading', { name: 'Connect to a Box server' }).waitFor()
    await assertAccessible(page)
    await page.close()

    const connected = await open({ colorScheme, reducedMotion: 'reduce' })
    await boxes(connected).getByText('Options', { exact: true }).click()
    await assertAccessible(connected)
    await newBox(connected, `seen-${colorScheme}`)
    await run(connected, 'echo one > file.txt; exit 3')
    await takeSnapshot(connected, 'first')
    await run(connected, 'echo two > file.txt')
    await takeSnapshot(connected, 'second')
    await assertAccessible(connected)
    const panel = await chooseSnapshot(connected, 'first')
    await panel.getByRole('button', { name: /^Edit/ }).click()
    await assertAccessible(connected)
    await panel.getByRole('button', { name: /^Compare/ }).click()
    await snapshotRow(connected, 'second').getByRole('button').click()
    await connected.getByRole('button', { name: '/workspace/home/file.txt (modified)' }).click()
    await connected.getByRole('list', { name: 'Lines' }).waitFor()
    await assertAccessible(connected)
    await connected.keyboard.press('Escape')
    await view(connected, 'Files')
    await connected.getByRole('button', { name: /file\.txt/ }).click()
    await connected.getByRole('textbox', { name: /^Text of/ }).waitFor()
    await assertAccessible(connected)
    await view(connected, 'Agent')
    await assertAccessible(connected)
    // What asks for another key once the one in use has ended.
    await connected.locator('#renewal').evaluate((bar) => { bar.hidden = false })
    await assertAccessible(connected)
    await connected.getByRole('button', { name: 'Tour' }).click()
    await assertAccessible(connected)
    await connected.close()
  })
}
