/** The server goes away: the page says so where it was noticed, keeps what was typed, and goes on when it is back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { begin, boxes, commandLine, limit, newBox, newestRun, run, shows, view, visibleText } from './actions.mjs'
import { withPage } from './browser.mjs'

const { open, server, bringBack } = withPage()

test('when the server is back, the page notices by itself and work goes on where it was', limit, async () => {
  const page = await open()
  await newBox(page, 'patient')
  await run(page, 'echo text > file.txt')
  await view(page, 'Files')
  await page.getByRole('button', { name: /file\.txt/ }).click()
  await page.getByRole('textbox', { name: 'Text of /workspace/home/file.txt' }).fill('kept for later')

  await server().stop({ keepData: true })
  const lost = boxes(page).getByRole('alert').filter({ hasText: 'network' })
  await lost.waitFor()
  await bringBack()
  await lost.waitFor({ state: 'hidden' })
  await page.getByRole('button', { name: 'Save' }).click()
  await visibleText(page, 'Unsaved changes.').waitFor({ state: 'hidden' })
  await view(page, 'Commands')
  await shows(await run(page, 'cat file.txt'), 'kept for later')
  await page.close()
})

test('nothing typed is lost when the server stops', limit, async () => {
  const page = await open()
  await newBox(page, 'cut-off')
  await run(page, 'echo text > file.txt')
  await view(page, 'Files')
  await page.getByRole('button', { name: /file\.txt/ }).click()
  const text = page.getByRole('textbox', { name: 'Text of /workspace/home/file.txt' })
  await text.fill('written with care')
  await view(page, 'Commands')
  await begin(page, 'echo begun; exec sleep 600')
  await shows(newestRun(page), 'begun')

  await server().stop()
  const alert = page.getByRole('article', { name: 'Box cut-off' }).getByRole('alert')
  // A server that stops in good order has time to say so.
  await alert.filter({ hasText: 'run_failed' }).waitFor()
  await shows(newestRun(page), 'run_failed')
  assert.equal(await commandLine(page).inputValue(), 'echo begun; exec sleep 600')

  await view(page, 'Files')
  await page.getByRole('button', { name: 'Save' }).click()
  await alert.filter({ hasText: 'See that the server is running' }).last().waitFor()
  assert.equal(await text.inputValue(), 'written with care')
  await visibleText(page, 'Unsaved changes.').waitFor()

  const name = boxes(page).getByRole('textbox')
  await name.fill('later')
  await name.press('Enter')
  await boxes(page).getByRole('alert').filter({ hasText: 'network' }).waitFor()
  assert.equal(await name.inputValue(), 'later')
  await page.close()
})
