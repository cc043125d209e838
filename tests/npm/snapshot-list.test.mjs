/** Snapshots of a whole account: found, changed, pruned. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { Box } from 'upstash-box-wasm'
import { limit, withServer } from './suite.mjs'

const { connection, create } = withServer()

const ids = (list) => list.map(({ id }) => id)

test('snapshots are iterated over all pages or awaited page by page', limit, async () => {
  const box = await create()
  const taken = []
  for (let number = 0; number < 5; number++) taken.unshift((await box.snapshot({ name: `${number}` })).id)
  await box.delete()
  const options = { ...connection(), boxId: box.id, limit: 2 }

  const seen = []
  for await (const { id } of Box.listSnapshots(options)) seen.push(id)
  assert.deepEqual(seen, taken)

  const first = await Box.listSnapshots(options)
  assert.deepEqual(ids(first.snapshots), taken.slice(0, 2))
  const second = await Box.listSnapshots({ ...options, cursor: first.nextCursor, limit: 3 })
  assert.deepEqual(ids(second.snapshots), taken.slice(2))
  assert.equal(second.nextCursor, undefined)
  await assert.rejects(Box.listSnapshots({ ...options, limit: 0 }), { code: 'invalid_argument', status: 400 })
})

test('labels, expiry and pin are given, found and changed', limit, async () => {
  const box = await create()
  const { id } = await box.snapshot({ labels: ['nightly'], expiresIn: 3600, pinned: true })
  const other = await box.snapshot()
  const list = async (options) => ids((await Box.listSnapshots({ ...connection(), boxId: box.id, ...options })).snapshots)
  assert.deepEqual(await list({ label: 'nightly' }), [id])
  assert.deepEqual(await list({ label: 'weekly' }), [])
  assert.deepEqual(await list({ status: 'ready' }), [other.id, id])

  const found = await Box.getSnapshot(id, { ...connection(), waitFor: 'ready' })
  assert.deepEqual([found.labels, found.pinned], [['nightly'], true])
  assert.equal(Date.parse(found.expiresAt) - Date.parse(found.createdAt), 3_600_000)
  assert.deepEqual(await Box.getSnapshot(id, connection()), found)

  const change = (changes) => Box.updateSnapshot(id, { ...connection(), ...changes })
  assert.equal((await change({ name: 'new' })).name, 'new')
  const changed = await change({ labels: [], expiresIn: null, pinned: false })
  assert.deepEqual([changed.name, changed.labels, changed.pinned], ['new', undefined, undefined])
  assert.equal(changed.expiresAt, undefined)
  await assert.rejects(change({}), { code: 'invalid_argument' })
  await assert.rejects(Box.getSnapshot('snap_none', connection()), { code: 'snapshot_not_found' })
  await assert.rejects(Box.getSnapshot(id, { ...connection(), waitFor: 'gone' }), { code: 'invalid_argument' })
})

test('a tree shows what came from what', limit, async () => {
  const box = await create()
  const root = await box.snapshot({ name: 'root' })
  const copy = await Box.fromSnapshot(root.id, connection())
  const child = await copy.snapshot({ name: 'child' })
  assert.equal(child.parentId, root.id)
  const nodes = await Box.snapshotTree(child.id, connection())
  assert.equal(nodes[0].id, root.id)
  const pairs = nodes.map(({ kind, id, parentId }) => [kind, id, parentId].join(' ')).sort()
  assert.deepEqual(pairs, [
    `box ${box.id} ${root.id}`,
    `box ${copy.id} ${child.id}`,
    `snapshot ${root.id} `,
    `snapshot ${child.id} ${root.id}`,
  ].sort())
})

test('a filter deletes all but the newest and the pinned, after a dry run that deletes nothing', limit, async () => {
  const box = await create()
  const [one, two, three] = [await box.snapshot(), await box.snapshot({ pinned: true }), await box.snapshot()]
  const filter = { boxId: box.id, keepLast: 1 }
  const dry = await Box.deleteSnapshots({ ...connection(), filter, dryRun: true })
  assert.deepEqual(dry, {
    deleted: 0,
    outcomes: [{ id: two.id, outcome: 'kept_pinned' }, { id: one.id, outcome: 'would_delete' }],
  })
  const done = await Box.deleteSnapshots({ ...connection(), filter })
  assert.equal(done.deleted, 1)
  assert.deepEqual(ids(await box.listSnapshots()), [three.id, two.id])
  const named = await Box.deleteSnapshots([two.id, three.id, 'snap_none'], connection())
  assert.deepEqual(named.outcomes.map(({ outcome }) => outcome), ['kept_pinned', 'deleted', 'not_found'])
  await assert.rejects(Box.deleteSnapshots({ ...connection(), filter: {} }), { code: 'invalid_argument' })
  await assert.rejects(Box.deleteSnapshots(undefined, connection()), { code: 'invalid_argument' })
  await assert.rejects(box.deleteSnapshot(two.id), { code: 'conflict' })
})

test('all snapshots are deleted only by those words', limit, async () => {
  const box = await create()
  await box.snapshot()
  const refused = { code: 'invalid_argument' }
  for (const asked of [{}, { all: false }, { all: 'yes' }, { all: true, filter: {} }, { snapshotIds: [] }, { snapshotIds: null }]) {
    await assert.rejects(Box.deleteSnapshots({ ...connection(), ...asked }), refused, JSON.stringify(asked))
  }
  const [{ id }] = await box.listSnapshots()
  assert.equal((await Box.deleteSnapshots({ ...connection(), snapshotIds: id })).deleted, 1)
  await box.snapshot()
  const { deleted } = await Box.deleteSnapshots({ ...connection(), all: true })
  assert.ok(deleted >= 1)
  assert.deepEqual(await box.listSnapshots(), [])
})

test('a service that has no filters is never sent one', limit, async () => {
  const methods = []
  const service = createServer((request, response) => {
    methods.push(`${request.method} ${request.url}`)
    response.writeHead(404, { 'Content-Type': 'application/json' }).end('{"error":"there is no such route"}')
  }).listen(0, '127.0.0.1')
  await once(service, 'listening')
  const away = { baseUrl: `http://127.0.0.1:${service.address().port}`, apiKey: 'box_key' }
  try {
    const unsupported = { code: 'unsupported', message: /snapshot_retention/ }
    await assert.rejects(Box.deleteSnapshots({ ...away, filter: { label: 'x' } }), unsupported)
    await assert.rejects(Box.deleteSnapshots(['a'], { ...away, dryRun: true }), unsupported)
    assert.deepEqual(methods, ['GET /v2/capabilities', 'GET /v2/capabilities'])
  } finally {
    service.closeAllConnections()
    service.close()
  }
})

test('a service that would forget what a snapshot is kept by is not asked for one', limit, async () => {
  const asked = []
  const service = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    if (request.url == '/v2/capabilities') return response.writeHead(404).end('{"error":"there is no such route"}')
    response.end('{"id":"b","status":"ready"}')
  }).listen(0, '127.0.0.1')
  await once(service, 'listening')
  try {
    const box = await Box.get('b', { baseUrl: `http://127.0.0.1:${service.address().port}`, apiKey: 'box_key' })
    for (const options of [{ labels: ['a'] }, { expiresIn: 60 }, { pinned: true }]) {
      await assert.rejects(box.snapshot(options), { code: 'unsupported', message: /snapshot_labels/ })
    }
    await box.snapshot({ name: 'n', pinned: false })
    assert.deepEqual(asked.slice(1), ['GET /v2/capabilities', 'POST /v2/box/b/snapshots'])
  } finally {
    service.closeAllConnections()
    service.close()
  }
})

test('a call that is repeated with its key makes one snapshot', limit, async () => {
  const box = await create()
  const one = await box.snapshot({ idempotencyKey: 'once' })
  assert.equal((await box.snapshot({ idempotencyKey: 'once' })).id, one.id)
  await assert.rejects(box.snapshot({ name: 'other', idempotencyKey: 'once' }), { code: 'conflict' })
  assert.deepEqual(ids(await box.listSnapshots()), [one.id])
})
