/** Boxes and snapshots: making, finding, pausing, deleting. */
import assert from 'node:assert/strict'
import { Box, BoxError, EphemeralBox, inferDefaultProvider, inferDefaultRunner } from '@upstash/box'

const DAY_S = 86_400

const ofBothKinds = {
  snapshot: async (box) => {
    await box.files.write({ path: 'kept', content: 'kept' })
    const snapshot = await box.snapshot({ name: 'one' })
    assert.deepEqual([snapshot.name, snapshot.box_id, snapshot.status], ['one', box.id, 'ready'])
    assert.ok(Number.isInteger(snapshot.size_bytes) && Number.isInteger(snapshot.created_at))
  },
  listSnapshots: async (box) => {
    assert.deepEqual(await box.listSnapshots(), [])
    const { id } = await box.snapshot({ name: 'one' })
    assert.deepEqual((await box.listSnapshots()).map((one) => one.id), [id])
  },
  deleteSnapshot: async (box) => {
    const { id } = await box.snapshot({ name: 'one' })
    await box.deleteSnapshot(id)
    assert.deepEqual(await box.listSnapshots(), [])
  },
  getStatus: async (box) => {
    assert.deepEqual(await box.getStatus(), { status: 'idle' })
  },
  delete: async (box) => {
    await box.delete()
    assert.equal((await Box.list()).some((one) => one.id === box.id), false)
    await assert.rejects(box.getStatus(), (error) => error instanceof BoxError && error.statusCode === 404)
  },
  cd: async (box) => {
    await box.exec.command('mkdir -p some/where')
    await box.cd('some/where')
    assert.equal((await box.exec.command('pwd')).result.trim(), '/workspace/home/some/where')
    await assert.rejects(box.cd('nowhere'), /No such file or directory/)
  },
  cwd: async (box) => {
    assert.equal(box.cwd, '/workspace/home')
  },
  networkPolicy: async (box) => {
    assert.deepEqual(box.networkPolicy, { mode: 'allow-all' })
  },
}

const deletesSnapshots = (Class) => async (t) => {
  const box = await t.box()
  const ids = [(await box.snapshot({ name: 'a' })).id, (await box.snapshot({ name: 'b' })).id]
  const { id: kept } = await box.snapshot({ name: 'c' })
  assert.equal((await Class.deleteSnapshots({ snapshotIds: ids })).deleted, 2)
  assert.deepEqual((await box.listSnapshots()).map((one) => one.id), [kept])
  assert.equal((await Class.deleteSnapshots({ snapshotIds: kept })).deleted, 1)
}

const deletesBoxes = (Class) => async (t) => {
  const boxes = [await t.box(), await t.box()]
  await Class.delete({ boxIds: boxes.map((box) => box.id) })
  const left = (await Box.list()).map((box) => box.id)
  assert.ok(boxes.every((box) => !left.includes(box.id)))
}

const getsByName = (Class) => async (t) => {
  const box = await t.box({ name: 'by-its-name' })
  assert.equal((await Class.getByName('by-its-name')).id, box.id)
  await assert.rejects(Class.getByName('nobody'), (error) => error.statusCode === 404)
}

export const scenarios = {
  ...named('box', (t) => t.box()),
  ...named('ephemeral', (t) => t.ephemeral()),
  'Box.create': async (t) => {
    const settings = {
      name: 'a-name',
      labels: ['x', 'y'],
      size: 'medium',
      runtime: 'node',
      env: { GREETING: 'hello' },
      networkPolicy: { mode: 'custom', allowedDomains: ['example.com'] },
      git: { userName: 'Ada', userEmail: 'ada@example.com' },
    }
    const box = await t.box(settings)
    assert.deepEqual([box.size, box.keepAlive], ['medium', false])
    assert.deepEqual([box.networkPolicy.mode, box.networkPolicy.allowedDomains], ['custom', ['example.com']])
    assert.equal((await box.exec.command('echo $GREETING $GIT_AUTHOR_NAME')).result, 'hello Ada\n')
    await assert.rejects(Box.create({ env: { PATH: '/x' } }), (error) => error.statusCode === 400)
  },
  'Box.get': async (t) => {
    const { id } = await t.box()
    const box = await Box.get(id)
    assert.equal((await box.exec.command('echo $HOME')).result, '/home/boxuser\n')
  },
  'Box.getByName': getsByName(Box),
  'Box.list': async (t) => {
    const box = await t.box({ labels: ['listed'] })
    await t.box()
    assert.deepEqual((await Box.list({ label: 'listed' })).map((one) => one.id), [box.id])
    assert.ok((await Box.list()).length >= 2)
  },
  'Box.delete': deletesBoxes(Box),
  'Box.deleteSnapshots': deletesSnapshots(Box),
  'Box.fromSnapshot': async (t) => {
    const box = await t.box()
    await box.files.write({ path: 'kept', content: 'as it was' })
    const { id } = await box.snapshot({ name: 'one' })
    const restored = t.keep(await Box.fromSnapshot(id, { name: 'restored-worker' }))
    assert.equal(await restored.files.read('kept'), 'as it was')
    await assert.rejects(Box.fromSnapshot('snap_none'), (error) => error.statusCode === 404)
  },
  'Box.setEnv': async (t) => {
    await Box.setEnv('OFFICIAL_ONE', 'a secret value')
    const box = await t.box()
    assert.equal((await box.exec.command('echo $OFFICIAL_ONE')).result, 'a secret value\n')
    await Box.deleteEnv('OFFICIAL_ONE')
  },
  'Box.listEnv': async () => {
    await Box.setEnv('OFFICIAL_TWO', 'a secret value')
    const env = await Box.listEnv()
    assert.ok('OFFICIAL_TWO' in env && env.OFFICIAL_TWO !== 'a secret value')
    await Box.deleteEnv('OFFICIAL_TWO')
  },
  'Box.deleteEnv': async () => {
    await Box.setEnv('OFFICIAL_THREE', 'x')
    await Box.deleteEnv('OFFICIAL_THREE')
    assert.equal('OFFICIAL_THREE' in (await Box.listEnv()), false)
  },
  'Box.setAllEnv': async () => {
    await Box.setEnv('OFFICIAL_OLD', 'x')
    await Box.setAllEnv({ OFFICIAL_NEW: 'y' })
    assert.deepEqual(Object.keys(await Box.listEnv()), ['OFFICIAL_NEW'])
    await Box.setAllEnv({})
  },
  'box.pause': async (t) => {
    const box = await t.box()
    await box.pause()
    assert.equal((await box.getStatus()).status, 'paused')
    assert.equal((await box.exec.command('echo awake')).result, 'awake\n')
    const kept = await t.box({ keepAlive: true })
    await assert.rejects(kept.pause(), /Keep-alive/)
  },
  'box.resume': async (t) => {
    const box = await t.box()
    await box.pause()
    await box.resume()
    assert.equal((await box.getStatus()).status, 'idle')
  },
  'EphemeralBox.create': async (t) => {
    const box = await t.ephemeral({ ttl: 3600, env: { A: 'b' }, labels: ['e'] })
    assert.ok(Math.abs(box.expiresAt - Date.now() / 1000 - 3600) < 600)
    assert.equal((await box.exec.command('echo $A')).result, 'b\n')
  },
  'EphemeralBox.fromSnapshot': async (t) => {
    const box = await t.ephemeral()
    await box.files.write({ path: 'kept', content: 'kept' })
    const { id } = await box.snapshot({ name: 'one' })
    const restored = t.keep(await EphemeralBox.fromSnapshot(id, { ttl: DAY_S }))
    assert.equal(await restored.files.read('kept'), 'kept')
    assert.ok(restored.expiresAt > Date.now() / 1000)
  },
  'EphemeralBox.getByName': getsByName(EphemeralBox),
  'EphemeralBox.delete': deletesBoxes(EphemeralBox),
  'EphemeralBox.deleteSnapshots': deletesSnapshots(EphemeralBox),
  inferDefaultProvider: async () => assert.equal(inferDefaultProvider('anthropic/claude-opus-4-6'), 'claude-code'),
  inferDefaultRunner: async () => assert.equal(inferDefaultRunner('openai/gpt-5.2-codex'), 'codex'),
}

function named(prefix, make) {
  const entries = Object.entries(ofBothKinds)
  return Object.fromEntries(entries.map(([name, play]) => [`${prefix}.${name}`, async (t) => play(await make(t))]))
}
