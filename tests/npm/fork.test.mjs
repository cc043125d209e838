/** Many boxes from one snapshot. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { test } from 'node:test'
import { Box, EphemeralBox } from 'upstash-box-wasm'
import { limit, withServer } from './suite.mjs'

const { connection, create } = withServer()

test('forks are boxes with the same disk and futures of their own', limit, async () => {
  const box = await create()
  await box.files.write({ path: 'shared', content: 'yes' })
  const { id } = await box.snapshot()
  const forks = []
  for await (const fork of Box.fork(id, { ...connection(), count: 20, name: 'fork', env: { A: 'b' } })) forks.push(fork)
  assert.equal(new Set(forks.map((fork) => fork.id)).size, 20)
  assert.ok(forks.every((fork) => fork instanceof Box && fork.snapshotId == id))
  assert.deepEqual([forks[0].name, forks[19].name], ['fork-1', 'fork-20'])
  await forks[0].files.write({ path: 'shared', content: 'no' })
  const seen = await forks[19].exec.command('cat shared; echo $A')
  assert.equal(seen.stdout, 'yesb\n')
})

test('the first failure comes after the last box', limit, async () => {
  const box = await create({ name: 'taken-2' })
  const { id } = await box.snapshot()
  const names = []
  const forks = Box.fork(id, { ...connection(), count: 3, name: 'taken' })
  await assert.rejects(async () => {
    for await (const { name } of forks) names.push(name)
  }, { code: 'conflict', message: /taken-2/ })
  assert.deepEqual(names, ['taken-1', 'taken-3'])
})

test('what can not be forked is refused', limit, async () => {
  const first = (options) => Box.fork('snap_none', { ...connection(), ...options }).next()
  await assert.rejects(first({ count: 2 }), { code: 'snapshot_not_found', status: 404 })
  for (const count of [undefined, 0, 1001, 1.5, '2']) {
    await assert.rejects(first({ count }), { code: 'invalid_argument', message: /count/ })
  }
})

test('a service that does not fork is asked for plain restores, eight at a time', limit, async () => {
  let [running, most] = [0, 0]
  const names = new Set()
  const server = createServer(async (request, response) => {
    if (request.url != '/v2/box/from-snapshot') return response.writeHead(404).end('{"error":"no such route"}')
    most = Math.max(most, ++running)
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString())
    assert.deepEqual([body.snapshot_id, body.count, body.ephemeral], ['s', undefined, true])
    names.add(body.name)
    // Answers only once as many as may run do, or none are left.
    await until(() => most == 8)
    running -= 1
    response.writeHead(200).end(JSON.stringify({ id: body.name, status: 'idle', snapshot_id: 's' }))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const elsewhere = { baseUrl: `http://127.0.0.1:${server.address().port}`, apiKey: 'box_key' }
  try {
    const made = []
    for await (const box of EphemeralBox.fork('s', { ...elsewhere, count: 20, name: 'x' })) made.push(box)
    assert.ok(made.every((box) => box instanceof EphemeralBox))
    assert.deepEqual(new Set(made.map((box) => box.id)), names)
    assert.deepEqual([made.length, most], [20, 8])
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test('plain restores go on after one that fails, and leave nothing that nobody was given', limit, async () => {
  let [begun, let_go] = [0, false]
  const deleted = []
  const server = createServer(async (request, response) => {
    if (request.method == 'DELETE') return deleted.push(request.url.split('/').pop()), response.end()
    if (request.url != '/v2/box/from-snapshot') return response.writeHead(404).end('{"error":"no such route"}')
    const id = `b${++begun}`
    if (begun == 1) return response.writeHead(400).end('{"error":"not this one"}')
    if (begun > 12) await until(() => let_go)
    response.end(JSON.stringify({ id, status: 'idle', snapshot_id: 's' }))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const elsewhere = { baseUrl: `http://127.0.0.1:${server.address().port}`, apiKey: 'box_key' }
  try {
    let made = 0
    await assert.rejects(async () => {
      for await (const _ of Box.fork('s', { ...elsewhere, count: 12 })) made++
    }, { message: 'not this one' })
    assert.deepEqual([made, begun], [11, 12])
    begun = 8
    const given = []
    for await (const { id } of Box.fork('s', { ...elsewhere, count: 100 })) {
      given.push(id)
      if (given.length == 4) break
    }
    let_go = true
    await until(() => deleted.length + given.length == begun - 8)
    assert.ok(given.every((id) => !deleted.includes(id)))
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

/** Waits for a condition. */
async function until(isTrue) {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve))
}
