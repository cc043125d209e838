/** The command line: output as it comes, exit codes, stopping, history, the working directory. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertQuiet, begin, boxRow, boxes, commandLine, deleteForGood, limit, newBox, newestRun, run, shows, statusLine, textOf, view, openBox } from './actions.mjs'
import { withPage } from './browser.mjs'

const { open, errors } = withPage()

test('a box is made, named and opened, with the time it took', limit, async () => {
  const page = await open()
  await newBox(page, 'first-light')
  await shows(boxRow(page, 'first-light'), /idle · made in \d+(\.\d+)?\s(ms|s)/)
  await shows(statusLine(page), /first-light made in/)
  assert.equal(await boxes(page).getByRole('textbox').inputValue(), '')
  assertQuiet(errors)
  await page.close()
})

test('a name that is taken is refused, and stays in its field', limit, async () => {
  const page = await open()
  await newBox(page, 'taken-name')
  const field = boxes(page).getByRole('textbox')
  await field.fill('taken-name')
  await field.press('Enter')
  await page.getByRole('alert').filter({ hasText: 'conflict' }).waitFor()
  assert.equal(await field.inputValue(), 'taken-name')
  assert.equal(await boxRow(page, 'taken-name').count(), 1)
  errors()
  await page.close()
})

test('output shows while the command still runs, and a second box works meanwhile', limit, async () => {
  const page = await open()
  await newBox(page, 'streaming')
  await begin(page, 'echo first; until [ -e go ]; do sleep 0.02; done; echo second')
  await shows(newestRun(page), 'first')
  assert.doesNotMatch(await textOf(newestRun(page).locator('.output')), /second/)
  await shows(boxRow(page, 'streaming'), 'running')

  await newBox(page, 'meanwhile')
  assert.match(await textOf(await run(page, 'hostname; echo here')), /here/)

  await openBox(page, 'streaming')
  await view(page, 'Files')
  await page.getByRole('textbox', { name: 'Name of a new file' }).fill('go')
  await page.getByRole('textbox', { name: 'Name of a new file' }).press('Enter')
  await page.getByRole('button', { name: 'Save' }).click()
  await view(page, 'Commands')
  await shows(newestRun(page), 'second')
  await shows(boxRow(page, 'streaming'), 'idle')
  // The page looks whether the new file is there already, and the browser reports the answer.
  assert.deepEqual(errors().filter((message) => !/404/.test(message)), [])
  await page.close()
})

test('Ctrl+C and the Stop button end a running command in the box itself', limit, async () => {
  const page = await open()
  await newBox(page, 'stopping')
  await begin(page, 'echo begun; exec sleep 600')
  await shows(newestRun(page), 'begun')
  await commandLine(page).fill('typed meanwhile')
  await commandLine(page).press('Control+c')
  await shows(newestRun(page), 'stopped')
  assert.equal(await commandLine(page).inputValue(), 'typed meanwhile')
  await shows(boxRow(page, 'stopping'), 'idle')

  await begin(page, 'echo again; exec sleep 600')
  await shows(newestRun(page), 'again')
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await shows(newestRun(page), 'stopped')
  await shows(boxRow(page, 'stopping'), 'idle')
  const left = await run(page, "grep -lxz sleep /proc/[0-9]*/cmdline || echo none left")
  assert.match(await textOf(left.locator('.output')), /none left/)
  assertQuiet(errors)
  await page.close()
})

test('a failing command shows its exit code, and is no error of the page', limit, async () => {
  const page = await open()
  await newBox(page, 'failing')
  const failed = await run(page, 'echo wrong >&2; exit 7')
  assert.match(await textOf(failed), /exit 7/)
  assert.match(await textOf(failed.locator('.output')), /wrong/)
  assert.equal(await page.getByRole('alert').count(), 0)
  assertQuiet(errors)
  await page.close()
})

test('cd is remembered, and a folder that is not there changes nothing', limit, async () => {
  const page = await open()
  await newBox(page, 'walking')
  await run(page, "mkdir -p 'a folder'/below")
  await run(page, "cd 'a folder'")
  assert.match(await textOf((await run(page, 'pwd')).locator('.output')), /^\/workspace\/home\/a folder\s*$/)
  await run(page, 'cd below')
  assert.match(await textOf(await run(page, 'cd nowhere')), /exit [12]/)
  assert.match(await textOf((await run(page, 'pwd')).locator('.output')), /a folder\/below\s*$/)
  await run(page, 'cd')
  assert.match(await textOf((await run(page, 'pwd')).locator('.output')), /^\/workspace\/home\s*$/)
  assertQuiet(errors)
  await page.close()
})

test('the arrow keys walk the history and bring back what was being typed', limit, async () => {
  const page = await open()
  await newBox(page, 'remembering')
  await run(page, 'echo one')
  await run(page, 'echo two')
  const line = commandLine(page)
  await line.fill('echo thr')
  const pressed = async (key) => {
    await line.press(key)
    return line.inputValue()
  }
  assert.equal(await pressed('ArrowUp'), 'echo two')
  assert.equal(await pressed('ArrowUp'), 'echo one')
  assert.equal(await pressed('ArrowUp'), 'echo one')
  assert.equal(await pressed('ArrowDown'), 'echo two')
  assert.equal(await pressed('ArrowDown'), 'echo thr')
  assertQuiet(errors)
  await page.close()
})

test('colours and progress bars become plain lines, and markup stays text', limit, async () => {
  const page = await open()
  await newBox(page, 'plain')
  const shown = await run(page, String.raw`printf '\033[31mred\033[0m\r\n10%%\r20%%\rdone\n<b>bold</b>\n'`)
  assert.equal((await textOf(shown.locator('.output'))).trimEnd(), 'red\ndone\n<b>bold</b>')
  assertQuiet(errors)
  await page.close()
})

test('a flood of output leaves the page usable and shows its end', limit, async () => {
  const page = await open()
  await newBox(page, 'flooding')
  const flood = await run(page, 'seq 1 300000; echo the end')
  await shows(flood, 'the end')
  await shows(flood, 'Earlier output was dropped')
  assert.match(await textOf(flood.locator('.output')), /299999\n300000\nthe end/)
  assertQuiet(errors)
  await page.close()
})

test('a deleted box leaves the list after asking once', limit, async () => {
  const page = await open()
  await newBox(page, 'passing')
  const work = page.getByRole('article', { name: 'Box passing' })
  await work.getByRole('button', { name: 'Delete box passing' }).click()
  await page.keyboard.press('Escape')
  await run(page, 'echo still here')
  await deleteForGood(work)
  await shows(work, 'Deleted. Its snapshots are kept')
  await shows(boxRow(page, 'passing'), 'deleted')
  await page.reload()
  await boxes(page).waitFor()
  assert.equal(await boxRow(page, 'passing').count(), 0)
  assertQuiet(errors)
  await page.close()
})
