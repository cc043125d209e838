/** What goes wrong, and what the caller learns of it. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { Box, BoxError } from 'upstash-box-wasm'
import { limit, withServer } from './suite.mjs'

const { connection, create } = withServer()

test('a wrong key is unauthorized', limit, async () => {
  await assert.rejects(Box.create({ ...connection(), apiKey: 'wrong' }), (error) => {
    assert.ok(error instanceof BoxError)
    assert.ok(error instanceof Error)
    assert.equal(error.name, 'BoxError')
    assert.equal(error.status, 401)
    assert.equal(error.code, 'unauthorized')
    assert.equal(error.retryable, false)
    assert.ok(error.message.length > 10)
    return true
  })
})

test('a missing key is refused before anything is sent', limit, async () => {
  const { baseUrl } = connection()
  await assert.rejects(Box.create({ baseUrl }), { name: 'BoxError', message: /UPSTASH_BOX_API_KEY/ })
})

test('what is not there is 404 with a code of its own', limit, async () => {
  const box = await create()
  await assert.rejects(Box.get('no-such-box', connection()), { status: 404, code: 'box_not_found' })
  const missing = 'snap_00000000000000000000000000'
  await assert.rejects(Box.fromSnapshot(missing, connection()), { status: 404, code: 'snapshot_not_found' })
  await assert.rejects(box.deleteSnapshot(missing), { status: 404, code: 'snapshot_not_found' })
})

test('an id is one path segment, whatever is in it', limit, async () => {
  for (const id of ['../snapshots?x=1', 'a/../../settings/env', 'a?b', 'a#b', '%2e%2e']) {
    await assert.rejects(Box.get(id, connection()), (error) => [400, 404].includes(error.status), id)
  }
})

test('a bad option is refused with a sentence and changes nothing', limit, async () => {
  const before = (await Box.list(connection())).length
  for (const settings of [{ size: 'huge' }, { name: 'x'.repeat(300) }, { name: 'a\u0007b' }, { labels: 7 }]) {
    await assert.rejects(create(settings), (error) => {
      assert.equal(error.name, 'BoxError')
      assert.equal(error.code, 'invalid_argument')
      return true
    })
  }
  assert.equal((await Box.list(connection())).length, before)
})

test('a server that is not there is a network error that may be tried again', limit, async () => {
  const nobody = { apiKey: 'any', baseUrl: 'http://127.0.0.1:9' }
  await assert.rejects(Box.get('any', { ...nobody, timeoutMs: 20_000 }), { code: 'network', retryable: true })
})

test('a redirect takes the key nowhere', limit, async () => {
  let asked = 0
  const elsewhere = createServer((_, response) => response.end(`{"id":"b","status":"idle","asked":${asked++}}`))
  const service = createServer((_, response) => {
    response.writeHead(307, { location: `http://localhost:${elsewhere.address().port}/` }).end()
  })
  try {
    for (const server of [elsewhere, service]) await once(server.listen(0), 'listening')
    const baseUrl = `http://127.0.0.1:${service.address().port}`
    for (const call of [Box.get('b', { baseUrl, apiKey: 'box_key' }), Box.create({ baseUrl, apiKey: 'box_key' })]) {
      await assert.rejects(call, { code: 'invalid_response', message: /redirect.*`baseUrl`/, retryable: false })
    }
    assert.equal(asked, 0)
  } finally {
    for (const server of [elsewhere, service]) {
      server.closeAllConnections()
      server.close()
    }
  }
})

test('an address with a password is refused without repeating it', limit, async () => {
  await assert.rejects(Box.get('b', { baseUrl: 'https://user:secret@127.0.0.1:9', apiKey: 'k' }), ({ code, message }) => {
    assert.equal(code, 'invalid_argument')
    assert.doesNotMatch(message, /secret/)
    return true
  })
})

test('a key that is no header is refused and later calls go on', limit, async () => {
  await assert.rejects(create({ idempotencyKey: 'ключ' }), { code: 'invalid_argument', message: /`idempotencyKey`/ })
  assert.ok(await create({ idempotencyKey: '!~a-key' }))
})
