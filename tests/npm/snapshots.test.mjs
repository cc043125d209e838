/** Snapshots: taken, listed, restored and deleted. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Box } from 'upstash-box-wasm'
import { limit, withServer } from './suite.mjs'

const { connection, create } = withServer()

const restore = (id, settings = {}) => Box.fromSnapshot(id, { ...connection(), ...settings })

test('a restored box has the state of its snapshot and its own future', limit, async () => {
  const box = await create()
  await box.files.write({ path: 'state', content: 'before' })
  const snapshot = await box.snapshot({ name: 'before' })
  await box.files.write({ path: 'state', content: 'after' })

  const restored = await restore(snapshot.id)
  assert.notEqual(restored.id, box.id)
  assert.equal(await restored.files.read('state'), 'before')
  await restored.files.write({ path: 'state', content: 'elsewhere' })
  assert.equal(await box.files.read('state'), 'after')
  assert.equal(await (await restore(snapshot.id)).files.read('state'), 'before')
})

test('removed and replaced files stay so in a restored box', limit, async () => {
  const box = await create()
  await box.exec.command('mkdir d; echo 1 > d/old; echo 1 > gone; ln gone hard; ln -s hard soft')
  await box.snapshot({ name: 'first' })
  await box.exec.command('rm gone; rm -r d; mkdir d; echo 2 > d/new; chmod 750 d')
  const { id } = await box.snapshot({ name: 'second' })
  const restored = await restore(id)
  const seen = await restored.exec.command('ls; ls d; stat -c %a d; cat soft')
  assert.equal(seen.result.trim(), 'd\nhard\nsoft\nnew\n750\n1')
})

test('snapshots are listed newest first and gone when deleted', limit, async () => {
  const box = await create()
  const one = await box.snapshot({ name: 'one' })
  const two = await box.snapshot({ name: 'two' })
  const listed = await box.listSnapshots()
  assert.deepEqual(listed.map(({ id, name }) => ({ id, name })), [
    { id: two.id, name: 'two' },
    { id: one.id, name: 'one' },
  ])
  await box.deleteSnapshot(one.id)
  assert.deepEqual((await box.listSnapshots()).map(({ id }) => id), [two.id])
  await assert.rejects(restore(one.id), { status: 404, code: 'snapshot_not_found' })
})

test('a snapshot outlives its box', limit, async () => {
  const box = await create()
  await box.files.write({ path: 'kept', content: 'kept' })
  const snapshot = await box.snapshot({ name: 'kept' })
  await box.delete()
  assert.equal(await (await restore(snapshot.id)).files.read('kept'), 'kept')
})

test('a snapshot of a box with a running command does not end the command', limit, async () => {
  const box = await create()
  const lines = []
  for await (const chunk of await box.exec.stream('mkfifo gate; echo one; read line < gate; echo "$line"; exit 4')) {
    if (chunk.type === 'exit') {
      lines.push(chunk.exitCode)
      continue
    }
    lines.push(...chunk.data.split('\n').filter(Boolean))
    if (chunk.data.includes('one')) {
      const { id } = await box.snapshot({ name: 'busy' })
      assert.ok((await (await restore(id)).files.list()).some(({ name }) => name === 'gate'))
      await box.exec.command('echo two > gate')
    }
  }
  assert.deepEqual(lines, ['one', 'two', 4])
})

test('what npm installs globally is captured', limit, async () => {
  const box = await create()
  const manifest = JSON.stringify({ name: 'small', version: '1.0.0', bin: { small: 'small.js' } })
  await box.files.write({ path: 'small/package.json', content: manifest })
  await box.files.write({ path: 'small/small.js', content: '#!/usr/bin/env node\nconsole.log("small")\n' })
  const install = await box.exec.command('cd small && npm pack --silent && npm install -g ./small-1.0.0.tgz')
  assert.equal(install.exitCode, 0, install.result)
  const { id } = await box.snapshot({ name: 'with-small' })
  await box.delete()
  const run = await (await restore(id)).exec.command('small')
  assert.equal(run.result.trim(), 'small')
})
