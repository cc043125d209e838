/** How the page looks: pictures of it in light, dark and narrow, and no layout that breaks. */
import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { assertQuiet, boxRow, chooseSnapshot, limit, newBox, openBox, run, takeSnapshot, view } from './actions.mjs'
import { withPage } from './browser.mjs'

const { open, errors } = withPage()
const pictures = fileURLToPath(new URL(`../../target/screenshots/${process.env.BROWSER_NAME}`, import.meta.url))

/** For a picture Playwright adds a style of its own, which the page's policy forbids, and Firefox says so. */
async function picture(page, name) {
  assertQuiet(errors)
  await page.screenshot({ path: join(pictures, `${name}.png`) })
  errors()
}
const background = (page) => page.evaluate(() => getComputedStyle(document.querySelector('#work')).backgroundColor)

const overflows = (page) => page.evaluate(() => document.documentElement.scrollWidth > innerWidth)

test('light, dark and narrow', limit, async () => {
  await mkdir(pictures, { recursive: true })
  const page = await open({ reducedMotion: 'reduce' })
  await page.setViewportSize({ width: 1440, height: 900 })
  await newBox(page, 'web-scraper')
  await run(page, 'id -un; pwd')
  await run(page, 'printf "# Plan\\n\\n1. Clone\\n2. Install\\n3. Snapshot\\n" > plan.md; mkdir src; seq 1 400 > src/numbers.txt')
  await takeSnapshot(page, 'clean-start')
  await run(page, 'wc -l src/numbers.txt plan.md')
  await run(page, 'for step in clone install build; do echo "$step: done"; done')
  await takeSnapshot(page, 'after-setup')
  await (await chooseSnapshot(page, 'after-setup')).getByRole('button', { name: /^Restore/ }).click()
  await boxRow(page, 'from after-setup').waitFor()
  await openBox(page, 'web-scraper')
  const panel = await chooseSnapshot(page, 'clean-start')
  await panel.getByRole('button', { name: 'Fork clean-start' }).click()
  await panel.getByRole('button', { name: 'Fork', exact: true }).click()
  await boxRow(page, 'from clean-start').nth(2).waitFor()
  await panel.getByRole('button', { name: 'Cancel' }).click()
  await run(page, 'rm -r src && ls')
  assert.equal(await background(page), 'rgb(255, 255, 255)')
  await picture(page, 'light')

  const dark = await open({ colorScheme: 'dark', reducedMotion: 'reduce' })
  await dark.setViewportSize({ width: 1440, height: 900 })
  await openBox(dark, 'web-scraper')
  await view(dark, 'Files')
  await dark.getByRole('button', { name: /plan\.md/ }).click()
  await dark.getByRole('textbox', { name: /^Text of/ }).waitFor()
  await chooseSnapshot(dark, 'clean-start')
  assert.notEqual(await background(dark), 'rgb(255, 255, 255)')
  await picture(dark, 'dark')
  assert.equal(await overflows(dark), false)
  await dark.close()

  await page.bringToFront()
  await page.setViewportSize({ width: 390, height: 780 })
  await picture(page, 'narrow')
  assert.equal(await overflows(page), false)
  assertQuiet(errors)
  await page.close()
})

test('on a narrow screen one region shows at a time', limit, async () => {
  const page = await open()
  await page.setViewportSize({ width: 360, height: 640 })
  const region = (name) => page.getByRole('region', { name })
  await region('Boxes').waitFor()
  assert.ok(await region('Snapshots').isHidden())
  await newBox(page, `long-${'name-'.repeat(9)}end`)
  await region('Work').waitFor()
  assert.ok(await region('Boxes').isHidden())
  assert.equal(await overflows(page), false)
  await page.getByRole('navigation', { name: 'Parts of the page' }).getByRole('button', { name: 'Snapshots' }).click()
  await region('Snapshots').waitFor()
  assert.equal(await overflows(page), false)
  assertQuiet(errors)
  await page.close()
})

test('nothing moves for those who asked for less motion', limit, async () => {
  const page = await open({ reducedMotion: 'reduce' })
  const seconds = await page.getByRole('button', { name: 'New box' }).evaluate((button) => getComputedStyle(button).transitionDuration)
  assert.equal(seconds, '0s')
  assertQuiet(errors)
  await page.close()
})
