/** The whole page without a mouse: every step by keys alone, and the focus visible wherever it is. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertQuiet, boxRow, limit, newestRun, shows, snapshotRow, statusLine, visibleText } from './actions.mjs'
import { withPage } from './browser.mjs'

const { open, errors } = withPage()

const MOST_STOPS = 60

/** How long the browser may take to make a window the active one. */
const FOCUS_MS = 5000

/** Says what has the focus, and whether that can be seen. */
const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement
    if (element === document.body) return { name: '', isVisible: true }
    const style = getComputedStyle(element)
    const name = element.getAttribute('aria-label') || element.labels?.[0]?.textContent || element.textContent || element.placeholder || ''
    return {
      name: name.trim(),
      isVisible: element.matches(':focus-visible') && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1,
    }
  })

/** Presses Tab until the focus is on what has this name. */
async function tabTo(page, name, key = 'Tab') {
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    const here = await focused(page)
    if (name.test(here.name)) return seesFocus(page, here.name)
    await page.keyboard.press(key)
  }
  assert.fail(`${key} never reached ${name}`)
}

/** Firefox shows no focus in a window that isn't the active one, and may make it that a moment later. */
async function seesFocus(page, name) {
  const deadline = Date.now() + FOCUS_MS
  while (!(await focused(page)).isVisible) {
    assert.ok(Date.now() < deadline, `the focus on "${name}" can't be seen`)
    await page.bringToFront()
  }
}

test('make a box, run, stop, edit, snapshot, restore and delete by keyboard alone', limit, async () => {
  const page = await open()
  await visibleText(page, 'No boxes yet').waitFor()
  await tabTo(page, /^Name of the new box/)
  await page.keyboard.type('by-hand')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'by-hand' }).waitFor()

  // Making a box leads to its command line.
  await tabTo(page, /^Command$/)
  await page.keyboard.type('echo hello > hello.txt; cat hello.txt')
  await page.keyboard.press('Enter')
  await shows(newestRun(page), 'hello')
  await page.getByRole('button', { name: 'Run', exact: true }).waitFor()
  await page.keyboard.type('echo begun; exec sleep 600')
  await page.keyboard.press('Enter')
  await shows(newestRun(page), 'begun')
  await page.keyboard.press('Control+c')
  await shows(newestRun(page), 'stopped')

  await tabTo(page, /^Commands$/, 'Shift+Tab')
  // Past the terminal, which takes the keys only when it is entered.
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await tabTo(page, /hello\.txt/)
  await page.keyboard.press('Enter')
  await page.getByRole('textbox', { name: 'Text of /workspace/home/hello.txt' }).waitFor()
  await tabTo(page, /^Text of/)
  await page.keyboard.press('Control+End')
  await page.keyboard.type('and more')
  await page.keyboard.press('Control+s')
  await shows(statusLine(page), /hello\.txt saved in/)

  await tabTo(page, /^Name of the new snapshot/)
  await page.keyboard.type('checkpoint')
  await page.keyboard.press('Enter')
  await snapshotRow(page, 'checkpoint').waitFor()
  await tabTo(page, /^checkpoint/)
  await page.keyboard.press('Enter')
  await tabTo(page, /^Restore checkpoint/)
  await page.keyboard.press('Enter')
  await boxRow(page, 'from checkpoint').waitFor()
  await tabTo(page, /^Command$/)
  await page.keyboard.type('cat hello.txt')
  await page.keyboard.press('Enter')
  await shows(newestRun(page), 'and more')

  // Back to the first box with the arrows of the list, to delete its snapshot and then itself.
  await tabTo(page, /from checkpoint/, 'Shift+Tab')
  await page.keyboard.press((await boxRow(page, 'by-hand').evaluate((row) => row.nextElementSibling === null)) ? 'End' : 'Home')
  await tabTo(page, /^by-hand/)
  await page.keyboard.press('Enter')
  await snapshotRow(page, 'checkpoint').waitFor()
  await tabTo(page, /^checkpoint/)
  await page.keyboard.press('Enter')
  await tabTo(page, /^Delete checkpoint$/)
  await page.keyboard.press('Enter')
  await tabTo(page, /^Delete for good: checkpoint$/)
  await page.keyboard.press('Enter')
  await shows(statusLine(page), /checkpoint deleted in/)
  await tabTo(page, /^Delete box by-hand$/, 'Shift+Tab')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await shows(boxRow(page, 'by-hand'), 'deleted')
  assertQuiet(errors)
  await page.close()
})

test('every control has a name', limit, async () => {
  const page = await open()
  await tabTo(page, /^Name of the new box/)
  await page.keyboard.press('Enter')
  await page.getByRole('tab', { name: 'Files' }).click()
  const nameless = await page.getByRole('main').locator('button, input, textarea').evaluateAll((controls) =>
    controls
      .filter((control) => !(control.getAttribute('aria-label') || control.labels?.length || control.textContent.trim()))
      .map((control) => control.outerHTML))
  assert.deepEqual(nameless, [])
  assertQuiet(errors)
  await page.close()
})
