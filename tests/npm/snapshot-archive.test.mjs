/** Snapshots that travel: what is asked, and what the lines of the answer become. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Box } from 'upstash-box-wasm'
import { withScript } from './scripted.mjs'
import { limit } from './suite.mjs'

const { connection, play } = withScript()

const lines = (...values) => values.map((value) => `${JSON.stringify(value)}\n`).join('')
const progress = { progress: { bytes: 5, total_bytes: 10, percent: 50 } }
const snapshot = { snapshot: { id: 's', box_id: 'b', name: 'n', status: 'ready', created_at: 1_700_000_000 } }
const taken = { id: 's', boxId: 'b', name: 'n', status: 'ready', createdAt: '2023-11-14T22:13:20.000Z' }

test('an archive comes as a stream that tells how far it is', limit, async () => {
  const headers = { 'content-length': 7 }
  const asked = play({ status: 200, headers, body: 'archive' }, 'archive')
  const outcomes = [{ bytes: 7, totalBytes: 7, percent: 100 }, { bytes: 7 }]
  for (const expected of outcomes) {
    const seen = []
    const onProgress = (step) => seen.push(step)
    const stream = await Box.exportSnapshot('s', { ...connection(), since: 'r', onProgress })
    assert.equal(await new Response(stream).text(), 'archive')
    assert.deepEqual(seen.at(-1), expected)
  }
  assert.equal(asked[0].line, 'GET /v2/box/snapshots/s/archive?since=r')
})

test('an archive goes in as bytes, Blob or stream', limit, async () => {
  const said = lines(progress, snapshot)
  const asked = play(said, said, said)
  const seen = []
  const options = { ...connection(), name: 'n', labels: ['a', 'b'], onProgress: (step) => seen.push(step) }
  for (const archive of [new TextEncoder().encode('archive'), new Blob(['archive']), new Blob(['archive']).stream()]) {
    assert.deepEqual(await Box.importSnapshot(archive, options), taken)
  }
  for (const { line, body, headers } of asked) {
    assert.equal(line, 'POST /v2/box/snapshots/import?name=n&labels=a%2Cb')
    assert.equal(body.toString(), 'archive')
    assert.equal(headers.accept, 'application/x-ndjson')
  }
  assert.deepEqual(seen[0], { bytes: 5, totalBytes: 10, percent: 50 })
})

test('snapshots go through a registry', limit, async () => {
  const pushed = { reference: 'r/x:1', digest: 'sha256:0', size_bytes: 9, uploaded_bytes: 4 }
  const asked = play(lines(progress, { pushed }), lines(snapshot))
  const to = { ...connection(), reference: 'r/x:1', username: 'u', password: 'p' }
  assert.deepEqual(await Box.pushSnapshot('s', to), { reference: 'r/x:1', digest: 'sha256:0', sizeBytes: 9, uploadedBytes: 4 })
  assert.deepEqual(await Box.pullSnapshot({ ...to, labels: ['a'], allowOtherBase: true }), taken)
  assert.deepEqual(
    asked.map(({ line, body }) => [line, body]),
    [
      ['POST /v2/box/snapshots/s/push', { reference: 'r/x:1', username: 'u', password: 'p' }],
      ['POST /v2/box/snapshots/pull', { reference: 'r/x:1', username: 'u', password: 'p', labels: ['a'], allow_other_base: true }],
    ],
  )
})

test('a transfer that fails on its way, breaks off, or is not offered says so', limit, async () => {
  const taking = () => Box.importSnapshot(new Uint8Array(1), connection())
  play(lines(progress, { error: { error: 'this is no archive', code: 'invalid_argument' } }))
  await assert.rejects(taking(), { code: 'invalid_argument', message: 'this is no archive' })
  play(lines(progress))
  await assert.rejects(taking(), { code: 'stream_truncated' })
  play({ status: 404, body: { error: 'no such route' } })
  await assert.rejects(taking(), { code: 'unsupported', message: /snapshot_archive/ })
})
