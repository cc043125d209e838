/** A box that goes back to a snapshot. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { Box } from 'upstash-box-wasm'
import { limit, withServer } from './suite.mjs'

const { connection, create } = withServer()

test('a box goes back to a snapshot and keeps its id', limit, async () => {
  const box = await create({ name: 'back' })
  await box.files.write({ path: 'state', content: 'before' })
  const { id } = await box.snapshot({ name: 'before' })
  await box.files.write({ path: 'state', content: 'after' })
  await box.files.write({ path: 'new', content: 'x' })
  assert.equal(await box.rollback(id), undefined)
  assert.equal(box.snapshotId, id)
  assert.equal(await box.files.read('state'), 'before')
  assert.deepEqual((await box.files.list()).map(({ name }) => name), ['state'])
  assert.equal((await Box.get('back', connection())).id, box.id)
  await assert.rejects(box.rollback('snap_none'), { code: 'snapshot_not_found', status: 404 })
})

test('a service that can not roll back is told by the name of the feature', limit, async () => {
  const server = createServer(({ method }, response) => {
    const body = method == 'GET' ? { id: 'b', status: 'idle' } : { error: 'no such route' }
    response.writeHead(method == 'GET' ? 200 : 404).end(JSON.stringify(body))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  try {
    const baseUrl = `http://127.0.0.1:${server.address().port}`
    const box = await Box.get('b', { baseUrl, apiKey: 'box_key' })
    await assert.rejects(box.rollback('s'), { code: 'unsupported', message: /box\.rollback.*`rollback`/ })
  } finally {
    server.close()
  }
})
