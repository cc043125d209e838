/** Tokens: short-lived keys for pages, which may do less than the account's. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Box } from 'upstash-box-wasm'
import { limit, withServer } from './suite.mjs'

const { connection, create } = withServer()

test('a token does what its scopes say, on its box, until it is taken back', limit, async () => {
  const [box, other] = [await create(), await create()]
  const made = await Box.createToken({ ...connection(), scopes: ['read', 'exec'], boxId: box.id, ttl: 60 })
  assert.equal(Date.parse(made.expiresAt) - Date.parse(made.createdAt), 60_000)
  const held = await Box.get(box.id, { ...connection(), apiKey: made.token })
  assert.equal((await held.exec.command('echo hello')).result.trim(), 'hello')
  await assert.rejects(held.snapshot({ name: 'not-allowed' }), { code: 'forbidden' })
  await assert.rejects(Box.get(other.id, { ...connection(), apiKey: made.token }), (error) => ['forbidden', 'box_not_found'].includes(error.code))
  await assert.rejects(Box.createToken({ ...connection(), apiKey: made.token, scopes: ['read'] }), { code: 'forbidden' })

  const listed = await Box.listTokens(connection())
  assert.deepEqual(listed.map(({ id, scopes, boxId }) => ({ id, scopes, boxId })), [{ id: made.id, scopes: ['read', 'exec'], boxId: box.id }])
  assert.ok(!JSON.stringify(listed).includes(made.token))
  await Box.deleteToken(made.id, connection())
  await assert.rejects(held.exec.command('echo again'), { code: 'unauthorized' })
})

test('a token without scopes is refused before anything is sent', limit, async () => {
  await assert.rejects(Box.createToken(connection()), (error) => error.code === 'invalid_argument' && /scopes/.test(error.message))
})
