/** Files that come from the person's machine and go to it, repositories cloned, and the agent of a box. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { startHost } from '../npm/stand-ins/host.mjs'
import { assertQuiet, boxes, limit, newBox, run, shows, statusLine, textOf, view, visibleText } from './actions.mjs'
import { withPage } from './browser.mjs'

const { open, errors } = withPage({ args: ['--allow-private-egress'] })
let folder
let host
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'box-upload-'))
  host = await startHost()
})
after(async () => {
  await host?.stop()
  await rm(folder, { recursive: true, force: true })
})

const visible = (locator) => locator.filter({ visible: true })

test('chosen files are uploaded byte for byte, and come back by Download', limit, async () => {
  const page = await open()
  const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, n) => n % 251))
  await writeFile(join(folder, 'noise.bin'), bytes)
  await writeFile(join(folder, 'ünïcode ☂.txt'), 'words')
  await newBox(page, 'uploads')
  await view(page, 'Files')
  await page.getByRole('button', { name: 'Upload', exact: true }).setInputFiles([join(folder, 'noise.bin'), join(folder, 'ünïcode ☂.txt')])
  await shows(statusLine(page), /2 files uploaded/)
  await page.getByRole('button', { name: /ünïcode ☂\.txt/ }).click()
  assert.equal(await page.getByRole('textbox', { name: /^Text of .*☂\.txt/ }).inputValue(), 'words')
  await page.getByRole('button', { name: /noise\.bin/ }).click()
  // Until it is read, the editor still shows the file before it, and would download that one.
  await page.getByRole('textbox', { name: /^Text of .*noise\.bin/ }).waitFor()
  const [download] = await Promise.all([page.waitForEvent('download'), visible(page.getByRole('button', { name: 'Download' })).click()])
  assert.equal(download.suggestedFilename(), 'noise.bin')
  assert.deepEqual(await readFile(await download.path()), bytes)
  assertQuiet(errors)
  await page.close()
})

test('a file dropped on the list goes into the folder that is shown', limit, async () => {
  const page = await open()
  await newBox(page, 'dropped')
  await run(page, 'mkdir inner')
  await view(page, 'Files')
  await page.getByRole('button', { name: /inner\// }).click()
  await visibleText(page, 'This folder is empty').waitFor()
  const data = await page.evaluateHandle(() => {
    const transfer = new DataTransfer()
    transfer.items.add(new File(['dropped words'], 'note.txt'))
    return transfer
  })
  const list = visible(page.locator('.browser'))
  await list.dispatchEvent('dragover', { dataTransfer: data })
  await list.dispatchEvent('drop', { dataTransfer: data })
  await shows(statusLine(page), /note\.txt uploaded/)
  await view(page, 'Commands')
  assert.match(await textOf((await run(page, 'cat inner/note.txt')).locator('.output')), /^dropped words\s*$/)
  assertQuiet(errors)
  await page.close()
})

test('a repository is cloned, and one that is not there says so and stays in its field', limit, async () => {
  const page = await open()
  await newBox(page, 'cloned')
  await view(page, 'Files')
  const field = visible(page.getByRole('textbox', { name: 'Address of a repository' }))
  await field.fill(host.repository('someone/project').replace('/git/', '/nothing/'))
  await visible(page.getByRole('button', { name: 'Clone', exact: true })).click()
  await page.getByRole('alert').waitFor()
  errors()
  assert.match(await field.inputValue(), /nothing/)
  await field.fill(host.repository('someone/project'))
  await visible(page.getByRole('button', { name: 'Clone', exact: true })).click()
  await page.getByRole('button', { name: /project\// }).waitFor()
  assertQuiet(errors)
  await page.close()
})

test('the agent of a box says what it does, and the next prompt follows', limit, async () => {
  const page = await open()
  await boxes(page).waitFor()
  await page.evaluate(async () => {
    const { Box } = await import('./package.js')
    const connection = JSON.parse(sessionStorage.getItem('box.session'))
    const script = String.raw`printf 'event: text\ndata: {"text":"<b>looking</b>"}\n\n'
printf 'event: tool\ndata: {"name":"note","input":{"file":"a.txt"},"toolCallId":"1"}\n\n'
printf 'event: tool_result\ndata: {"toolCallId":"1","output":"noted"}\n\n'
printf 'event: done\ndata: {"output":"done","input_tokens":7,"output_tokens":5}\n\n'`
    await Box.create({ ...connection, name: 'with-agent', agent: { harness: 'custom', customHarness: { command: 'sh', args: ['-c', script, 'agent'] } } })
  })
  await page.reload()
  await page.getByRole('heading', { name: 'with-agent' }).waitFor()
  await view(page, 'Agent')
  await page.getByRole('textbox', { name: 'Prompt' }).fill('Look around')
  await page.keyboard.press('Enter')
  const answer = page.getByRole('article', { name: 'Look around' })
  await answer.getByText('7 tokens read, 5 written').waitFor()
  await answer.getByText('<b>looking</b>').waitFor()
  await answer.getByText('uses note').click()
  await answer.getByText('noted').waitFor()
  assertQuiet(errors)
  await page.close()
})
