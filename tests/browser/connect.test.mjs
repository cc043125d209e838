/** Connecting: where the key comes from, where it stays, and what a wrong one says. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertQuiet, boxes, limit, shows, statusLine } from './actions.mjs'
import { withPage } from './browser.mjs'

const { open, errors, server } = withPage()

const keyField = (page) => page.getByRole('textbox', { name: 'API key' })
const connect = (page) => page.getByRole('button', { name: 'Connect', exact: true })
const stored = (page) => page.evaluate(() => [JSON.stringify(sessionStorage), JSON.stringify(localStorage), document.cookie])

test('the key in the address connects and leaves the address at once', limit, async () => {
  const page = await open()
  await boxes(page).waitFor()
  assert.equal(page.url(), `${server().baseUrl}/`)
  assert.ok(await page.getByText('No boxes yet').isVisible())
  const [session, local, cookies] = await stored(page)
  assert.match(session, new RegExp(server().apiKey))
  assert.equal(local, '{}')
  assert.equal(cookies, '')
  assertQuiet(errors)
  await page.close()
})

test('a reload stays connected and disconnecting forgets the key', limit, async () => {
  const page = await open()
  await boxes(page).waitFor()
  await page.reload()
  await boxes(page).waitFor()
  await page.getByRole('button', { name: 'Disconnect' }).click()
  await keyField(page).waitFor()
  assert.deepEqual(await stored(page), ['{}', '{}', ''])
  await page.reload()
  await keyField(page).waitFor()
  assertQuiet(errors)
  await page.close()
})

test('a typed key connects to the server that serves the page', limit, async () => {
  const page = await open({ key: '' })
  assert.equal(await page.getByRole('textbox', { name: 'Server address' }).inputValue(), server().baseUrl)
  await keyField(page).fill(server().apiKey)
  await keyField(page).press('Enter')
  await boxes(page).waitFor()
  assertQuiet(errors)
  await page.close()
})

test('a link with a key, followed in a tab that shows the page already, connects', limit, async () => {
  const page = await open({ key: '' })
  await keyField(page).waitFor()
  await page.evaluate((key) => location.assign(`#key=${key}`), server().apiKey)
  await boxes(page).waitFor()
  assert.equal(page.url(), `${server().baseUrl}/`)
  assertQuiet(errors)
  await page.close()
})

test('a server that the policy of the page forbids is told apart from one that is down', limit, async () => {
  const page = await open({ key: '' })
  await page.getByRole('textbox', { name: 'Server address' }).fill('http://127.0.0.1:9')
  await keyField(page).fill('some-key')
  await connect(page).click()
  await page.getByRole('alert').filter({ hasText: `This page may only talk to ${server().baseUrl}` }).waitFor()
  errors()
  await page.close()
})

test('a wrong key says what is wrong, what to do, and keeps what was typed', limit, async () => {
  const page = await open({ key: 'not-the-key' })
  const alert = page.getByRole('alert')
  await alert.waitFor()
  assert.match(await alert.textContent(), /Check the key.*unauthorized/)
  await shows(statusLine(page), 'Not connected.')
  assert.equal(await keyField(page).inputValue(), 'not-the-key')
  assert.ok(await boxes(page).isHidden())
  // The next try, with the right one, works from here.
  await keyField(page).fill(server().apiKey)
  await connect(page).click()
  await boxes(page).waitFor()
  // The browser itself reports the 401 as an error; nothing else may be there.
  assert.deepEqual(errors().filter((message) => !/401/.test(message)), [])
  await page.close()
})

test('an empty key and a broken address are answered before anything is sent', limit, async () => {
  const page = await open({ key: '' })
  await connect(page).click()
  await page.getByRole('alert').filter({ hasText: 'Enter the API key' }).waitFor()
  await keyField(page).fill('some-key')
  await page.getByRole('textbox', { name: 'Server address' }).fill('127.0.0.1:8787')
  await connect(page).click()
  await page.getByRole('alert').filter({ hasText: 'must begin with http' }).waitFor()
  assert.equal(await keyField(page).inputValue(), 'some-key')
  assertQuiet(errors)
  await page.close()
})

test('nothing is loaded from another origin and the page runs under a strict policy', limit, async () => {
  const page = await open({ key: '' })
  const response = await page.reload()
  const policy = response.headers()['content-security-policy'] ?? ''
  assert.match(policy, /default-src 'self'/)
  assert.match(policy, /script-src 'self' 'wasm-unsafe-eval'/)
  assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'/)
  await keyField(page).waitFor()
  const origins = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => new URL(name).origin))
  assert.deepEqual([...new Set(origins)], [server().baseUrl])
  assertQuiet(errors)
  await page.close()
})
