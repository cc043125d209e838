/** One life of a box: all that people do with boxes, until it is deleted. */
import assert from 'node:assert/strict'
import { Box } from 'upstash-box-wasm'

/** Does it once; `did` counts what succeeded. */
export async function live(connection, did) {
  const count = (what) => (did[what] = (did[what] ?? 0) + 1)
  const box = await Box.create(connection)
  count('create')
  await box.files.write({ path: 'state', content: 'first' })
  assert.equal((await box.exec.command('cat state; head -c 200000 /dev/urandom > noise')).stdout, 'first')
  count('exec')
  const first = await box.snapshot()
  count('snapshot')
  let streamed = ''
  for await (const event of box.exec.stream('echo second > state; cat state')) {
    if (event.type != 'exit') streamed += event.data
  }
  assert.equal(streamed, 'second\n')
  count('stream')
  for await (const fork of Box.fork(first.id, { ...connection, count: 2 })) {
    count('fork')
    assert.equal(await fork.files.read('state'), 'first')
    await fork.exec.command('rm noise')
    await fork.delete()
    count('delete')
  }
  await box.rollback(first.id)
  assert.equal(await box.files.read('state'), 'first')
  count('rollback')
  await box.pause()
  await box.resume()
  assert.equal((await box.exec.command('cat state')).stdout, 'first')
  count('pause')
  const restored = await Box.fromSnapshot(first.id, connection)
  await restored.delete()
  count('restore')
  await box.delete()
  await Box.deleteSnapshots([first.id], connection)
  count('delete')
}

/** Deletes all that a killed server left of such lives. */
export async function clear(connection) {
  for (const { id } of await Box.list(connection)) {
    await (await Box.get(id, connection)).delete()
  }
  await Box.deleteSnapshots({ all: true, ...connection })
}
