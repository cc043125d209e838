/** Boxes as the installed package makes, finds and removes them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Box, BoxError } from 'upstash-box-wasm'
import { startServer } from './server.mjs'
import { limit, withServer } from './suite.mjs'

const { connection, create } = withServer()

test('a new box is idle and can be found by its id and by its name', limit, async () => {
  const box = await create({ name: 'found-again', labels: ['a-label'] })
  assert.deepEqual(await box.getStatus(), { status: 'idle' })
  assert.equal((await Box.get(box.id, connection())).id, box.id)
  assert.equal((await Box.getByName('found-again', connection())).id, box.id)
  const listed = (await Box.list(connection())).find(({ id }) => id === box.id)
  assert.equal(listed.name, 'found-again')
  assert.deepEqual(listed.labels, ['a-label'])
})

test('a deleted box is listed no more and answers nothing', limit, async () => {
  const box = await create()
  await box.delete()
  assert.ok(!(await Box.list(connection())).some(({ id }) => id === box.id))
  await assert.rejects(box.exec.command('true'), { name: 'BoxError', status: 404, code: 'box_not_found' })
})

test('several boxes are deleted by one static call', limit, async () => {
  const [one, two, kept] = await Promise.all([create(), create(), create()])
  await Box.delete({ ...connection(), boxIds: [one.id, two.id] })
  const left = (await Box.list(connection())).map(({ id }) => id)
  assert.ok(!left.includes(one.id) && !left.includes(two.id))
  assert.ok(left.includes(kept.id))
})

test('two clients with different keys live side by side', limit, async () => {
  const other = await startServer()
  try {
    const elsewhere = { baseUrl: other.baseUrl, apiKey: other.apiKey }
    const [here, there] = await Promise.all([create(), Box.create(elsewhere)])
    const runs = await Promise.all([here.exec.command('echo here'), there.exec.command('echo there')])
    assert.deepEqual(runs.map((run) => run.result.trim()), ['here', 'there'])
    await assert.rejects(Box.get(here.id, elsewhere), (error) => {
      assert.ok(error instanceof BoxError)
      return error.status === 404
    })
    const swapped = { baseUrl: other.baseUrl, apiKey: connection().apiKey }
    await assert.rejects(Box.list(swapped), { code: 'unauthorized', status: 401 })
  } finally {
    await other.stop()
  }
})
