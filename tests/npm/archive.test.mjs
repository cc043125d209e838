/** Snapshots that leave a server as an archive and come into another one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Box } from 'upstash-box-wasm'
import { limit, withServer } from './suite.mjs'

const here = withServer()
const there = withServer()

test('a snapshot goes to another server, whole and then only what changed', limit, async () => {
  const box = await here.create({ name: 'travelling' })
  await box.files.write({ path: 'kept.txt', content: 'from here' })
  const first = await box.snapshot({ name: 'first', labels: ['moved'] })
  await box.files.write({ path: 'later.txt', content: 'added' })
  const second = await box.snapshot({ name: 'second' })

  const came = await Box.importSnapshot(await Box.exportSnapshot(first.id, here.connection()), there.connection())
  assert.equal(came.name, 'first')
  assert.deepEqual(came.labels, ['moved'])
  const rest = await new Response(await Box.exportSnapshot(second.id, { ...here.connection(), since: first.id })).blob()
  const next = await Box.importSnapshot(rest, { ...there.connection(), name: 'second there' })
  assert.equal(next.name, 'second there')
  const restored = await Box.fromSnapshot(next.id, there.connection())
  assert.equal(await restored.files.read('kept.txt'), 'from here')
  assert.equal(await restored.files.read('later.txt'), 'added')
})

test('an archive that is none is refused, and nothing is taken in', limit, async () => {
  await assert.rejects(Box.importSnapshot(new TextEncoder().encode('not a tar file'), there.connection()), { code: 'invalid_archive' })
  const { snapshots } = await Box.listSnapshots({ ...there.connection(), status: 'creating' })
  assert.deepEqual(snapshots, [])
})
