/** The terminal of a box: a real one, under the page's strict policy. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertQuiet, limit, newBox, view } from './actions.mjs'
import { withPage } from './browser.mjs'

const { open, errors } = withPage()

const rows = (page) => page.locator('.xterm-rows')
const shows = (page, text) => rows(page).filter({ hasText: text }).waitFor()

test('a shell answers, keeps its state while other views are shown, and draws colours', limit, async () => {
  const page = await open()
  await newBox(page, 'interactive')
  await view(page, 'Terminal')
  await shows(page, /workspace\/home/)
  await page.keyboard.type('kept=yes; tty\n')
  await shows(page, /\/dev\/pts\/\d/)
  await view(page, 'Files')
  await view(page, 'Terminal')
  await page.keyboard.type('printf "%s-%s \\033[38;2;255;100;0mcoloured\\033[0m" "$kept" indeed\n')
  await shows(page, /yes-indeed/)
  // Looked for anew each time, as the terminal draws its rows again.
  await page.waitForFunction(() =>
    [...document.querySelectorAll('.xterm-rows span')].some((cell) => cell.textContent === 'coloured' && getComputedStyle(cell).color === 'rgb(255, 100, 0)'))
  assertQuiet(errors)
  await page.close()
})

test('the terminal has the size of its place', limit, async () => {
  const page = await open()
  await newBox(page, 'sized')
  await view(page, 'Terminal')
  await shows(page, /workspace\/home/)
  await page.setViewportSize({ width: 900, height: 600 })
  await page.keyboard.type('while :; do set -- $(stty size); [ "$2" -lt 80 ] && echo "now $2 wide" && break; done\n')
  await shows(page, /now \d\d wide/)
  assertQuiet(errors)
  await page.close()
})

test('a shell that ended can be started anew, and the keyboard gets out of the terminal', limit, async () => {
  const page = await open()
  await newBox(page, 'ending')
  await view(page, 'Terminal')
  await shows(page, /workspace\/home/)
  await page.keyboard.type('exit 3\n')
  await page.getByText('The shell ended with exit code 3.').waitFor()
  await page.getByRole('button', { name: 'Start a shell' }).click()
  await page.getByText('The shell ended with exit code 3.').waitFor({ state: 'hidden' })
  await page.locator('.xterm textarea').focus()
  await page.keyboard.press('Shift+Tab')
  assert.equal(await page.evaluate(() => document.activeElement.closest('.xterm') === null), true)
  assertQuiet(errors)
  await page.close()
})
