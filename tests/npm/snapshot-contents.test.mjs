/** What snapshots hold: compared, read and verified. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { test } from 'node:test'
import { Box } from 'upstash-box-wasm'
import { limit, withServer } from './suite.mjs'

const { connection, create } = withServer()

const all = async (changes) => {
  const found = []
  for await (const change of changes) found.push(change)
  return found
}

test('what changed is told between two snapshots, and up to now', limit, async () => {
  const box = await create()
  await box.exec.command('echo 1 > same; echo 1 > grows; mkdir gone')
  const before = await box.snapshot({ name: 'before' })
  await box.exec.command('echo 22 > grows; rmdir gone; echo new > added')
  const after = await box.snapshot({ name: 'after' })
  const home = '/workspace/home'
  const expected = [
    { path: `${home}/added`, kind: 'added', isDir: false, sizeAfter: 4 },
    { path: `${home}/gone`, kind: 'removed', isDir: true },
    { path: `${home}/grows`, kind: 'modified', isDir: false, sizeBefore: 2, sizeAfter: 3 },
  ]
  assert.deepEqual(await all(Box.diffSnapshots(before.id, after.id, connection())), expected)
  assert.deepEqual(await all(box.diff(before.id)), expected)
  assert.deepEqual(await all(box.diff(after.id)), [])
  await assert.rejects(all(box.diff('snap_none')), { code: 'snapshot_not_found' })
})

test('a diff that is left early ends its request', limit, async () => {
  const box = await create()
  const { id } = await box.snapshot()
  await box.exec.command('seq 1 5000 | xargs touch')
  for await (const { kind } of box.diff(id)) {
    assert.equal(kind, 'added')
    break
  }
  assert.equal((await all(box.diff(id))).length, 5000)
})

test('files of a snapshot are read without a box', limit, async () => {
  const box = await create()
  await box.exec.command("mkdir d; printf 'gr\\303\\274n' > d/a; printf '\\000\\377' > b")
  const { id } = await box.snapshot()
  await box.delete()
  const files = Box.snapshotFiles(id, connection())
  assert.deepEqual((await files.list()).map(({ name, isDir }) => [name, isDir]), [['b', false], ['d', true]])
  assert.deepEqual((await files.list('d')).map(({ path, size }) => [path, size]), [['/workspace/home/d/a', 5]])
  assert.equal(await files.read('d/a'), 'grün')
  assert.deepEqual(await files.read('b', { encoding: 'bytes' }), new Uint8Array([0, 255]))
  assert.equal(await files.read('b', { encoding: 'base64' }), 'AP8=')
  await assert.rejects(files.read('none'), { code: 'path_not_found' })
  assert.deepEqual(await Box.list(connection()).then((boxes) => boxes.filter((one) => one.id == box.id)), [])
})

test('a snapshot is verified against the first time', limit, async () => {
  const box = await create()
  await box.files.write({ path: 'a', content: '12345' })
  const { id } = await box.snapshot()
  const first = await Box.verifySnapshot(id, connection())
  assert.match(first.digest, /^sha256:[0-9a-f]{64}$/)
  assert.deepEqual({ ...first, digest: '' }, { digest: '', files: 1, bytes: 5, status: 'recorded' })
  assert.deepEqual(await Box.verifySnapshot(id, connection()), { ...first, status: 'unchanged' })
})

test('a service without a feature says so by its name', limit, async () => {
  const server = createServer((_, response) => response.writeHead(404).end('{"error":"no such route"}'))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const elsewhere = { baseUrl: `http://127.0.0.1:${server.address().port}`, apiKey: 'box_key' }
  try {
    const unsupported = (feature) => ({ code: 'unsupported', message: new RegExp(feature) })
    await assert.rejects(Box.verifySnapshot('s', elsewhere), unsupported('snapshot_verify'))
    await assert.rejects(Box.snapshotFiles('s', elsewhere).list(), unsupported('snapshot_files'))
    await assert.rejects(all(Box.diffSnapshots('a', 'b', elsewhere)), unsupported('snapshot_diff'))
  } finally {
    server.close()
  }
})
