/** A token that ends while the page is open: the page asks for another, and what was typed goes on. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { boxes, commandLine, limit, newBox, run, shows, snapshots, statusLine, takeSnapshot, textOf, view, visibleText } from './actions.mjs'
import { withPage } from './browser.mjs'

const { open, errors, server } = withPage()

const SCOPES = ['read', 'write', 'exec', 'snapshot', 'create', 'delete']

/** Asks the server itself, with its own key. */
async function ask(method, path, body) {
  const response = await fetch(`${server().baseUrl}${path}`, {
    method,
    headers: { 'X-Box-Api-Key': server().apiKey, 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body),
  })
  assert.ok(response.ok, `${method} ${path} answered ${response.status}`)
  return response.json()
}
const newToken = () => ask('POST', '/v2/tokens', { scopes: SCOPES, ttl: 3600 })

test('an ended token asks for another, and all that was typed goes on with it', limit, async () => {
  const first = await newToken()
  const page = await open({ key: first.token })
  await newBox(page, 'outlasting')
  await run(page, 'echo kept > state')
  await view(page, 'Files')
  await page.getByRole('button', { name: /state/ }).click()
  const text = page.getByRole('textbox', { name: 'Text of /workspace/home/state' })
  await text.fill('half a thought')
  await view(page, 'Commands')
  await commandLine(page).fill('cat state')
  await snapshots(page).getByRole('textbox').fill('to be taken')

  await ask('DELETE', `/v2/tokens/${first.id}`)
  const bar = page.getByRole('region', { name: 'Your key works no more' })
  await bar.getByRole('alert').filter({ hasText: 'What you typed is all still here' }).waitFor()
  const field = bar.getByRole('textbox', { name: 'Another key or token' })
  await field.fill('not-the-key')
  await field.press('Enter')
  await bar.getByRole('alert').filter({ hasText: 'unauthorized' }).waitFor()
  assert.equal(await field.inputValue(), 'not-the-key')

  await field.fill((await newToken()).token)
  await bar.getByRole('button', { name: 'Go on' }).click()
  await bar.waitFor({ state: 'hidden' })
  await shows(statusLine(page), 'Connected again')
  assert.equal(await commandLine(page).inputValue(), 'cat state')
  assert.equal(await snapshots(page).getByRole('textbox').inputValue(), 'to be taken')
  assert.match(await textOf((await run(page, 'cat state')).locator('.output')), /^kept\s*$/)
  await view(page, 'Files')
  assert.equal(await text.inputValue(), 'half a thought')
  await page.getByRole('button', { name: 'Save' }).click()
  await visibleText(page, 'Saved.', { exact: true }).waitFor()
  await takeSnapshot(page, 'with another key')

  // The tab goes on with the other one after a reload.
  await page.reload()
  await boxes(page).getByRole('button', { name: /outlasting/ }).waitFor()
  assert.deepEqual(errors().filter((message) => !/401/.test(message)), [])
  await page.close()
})

test('a link with an ended token says so and takes another', limit, async () => {
  const { id, token } = await newToken()
  await ask('DELETE', `/v2/tokens/${id}`)
  const page = await open({ key: token })
  await page.getByRole('alert').filter({ hasText: 'a token ends after a while' }).waitFor()
  await page.getByRole('textbox', { name: 'API key' }).fill((await newToken()).token)
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await boxes(page).waitFor()
  errors()
  await page.close()
})
