/** Commands, code, files and schedules, of boxes of both kinds, and what is known of a run. */
import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'

import { agent } from './agent.mjs'

const YEARLY = '0 0 1 1 *'

const ofBothKinds = {
  'exec.command': async (box) => {
    const run = await box.exec.command('echo out; echo err >&2')
    assert.deepEqual([run.status, run.exitCode, run.stdout, run.stderr], ['completed', 0, 'out\n', 'err\n'])
    const failed = await box.exec.command('echo no >&2; exit 3')
    assert.deepEqual([failed.status, failed.exitCode, failed.result], ['failed', 3, 'no\n'])
  },
  'exec.code': async (box) => {
    const js = await box.exec.code({ code: 'console.log(6 * 7)', lang: 'js' })
    assert.deepEqual([js.result, js.exitCode], ['42\n', 0])
    const python = await box.exec.code({ code: 'import sys\nprint("x" * 3)\nsys.exit(2)', lang: 'python', timeout: 30_000 })
    assert.deepEqual([python.stdout, python.exitCode], ['xxx\n', 2])
  },
  'exec.stream': async (box) => {
    const { text, exit } = await collected(await box.exec.stream('echo one; echo two >&2; exit 4'))
    assert.deepEqual([text.trim().split('\n').sort(), exit.exitCode], [['one', 'two'], 4])
  },
  'exec.streamCode': async (box) => {
    const { text, exit } = await collected(await box.exec.streamCode({ code: 'print("snake")', lang: 'python' }))
    assert.deepEqual([text.trim(), exit.exitCode], ['snake', 0])
  },
  'files.write': async (box) => {
    await box.files.write({ path: 'data/config.json', content: '{"a": "é"}' })
    assert.equal((await box.exec.command('cat data/config.json')).result, '{"a": "é"}')
    await box.files.write({ path: 'bytes', content: 'AP8=', encoding: 'base64' })
    assert.equal((await box.exec.command('od -An -tx1 bytes')).result.trim(), '00 ff')
  },
  'files.read': async (box) => {
    await box.exec.command("printf 'te\\303\\251xt' > a; printf '\\000\\377' > b")
    assert.equal(await box.files.read('a'), 'teéxt')
    assert.equal(await box.files.read('/workspace/home/b', { encoding: 'base64' }), 'AP8=')
    await assert.rejects(box.files.read('none'), (error) => error.statusCode === 404)
  },
  'files.list': async (box) => {
    assert.deepEqual(await box.files.list('/tmp'), [])
    await box.exec.command('mkdir -p d/e; printf 12345 > d/f')
    const entries = (await box.files.list('d')).sort((a, b) => a.name.localeCompare(b.name))
    const shown = entries.map(({ name, path, size, is_dir }) => [name, path, is_dir, is_dir || size])
    assert.deepEqual(shown, [
      ['e', '/workspace/home/d/e', true, true],
      ['f', '/workspace/home/d/f', false, 5],
    ])
  },
  'files.upload': async (box) => {
    await writeFile('local-a', 'first')
    await writeFile('local-b', Buffer.from([0, 255]))
    await box.files.upload([
      { path: 'local-a', destination: 'up/a.txt' },
      { path: 'local-b', destination: '/workspace/home/b.bin' },
    ])
    assert.equal((await box.exec.command('cat up/a.txt; od -An -tx1 b.bin')).result, 'first 00 ff\n')
  },
  'files.download': async (box) => {
    await box.exec.command("mkdir -p down; printf '\\000\\377' > down/bytes")
    await mkdir('down', { recursive: true })
    await box.files.download({ folder: 'down' })
    assert.deepEqual([...(await readFile('down/bytes'))], [0, 255])
  },
  'schedule.exec': async (box) => {
    const made = await box.schedule.exec({
      cron: YEARLY,
      command: ['echo', 'hi'],
      webhookUrl: 'http://127.0.0.1:9/hook',
      webhookHeaders: { a: 'b' },
    })
    assert.deepEqual([made.type, made.status, made.cron, made.command], ['exec', 'active', YEARLY, ['echo', 'hi']])
    assert.deepEqual(await box.schedule.list(), [made])
  },
  'schedule.agent': async (box) => {
    const made = await box.schedule.agent({ cron: '@daily', prompt: 'Look', model: 'm', timeout: 1000 })
    assert.deepEqual([made.type, made.prompt, made.model, made.timeout], ['prompt', 'Look', 'm', 1000])
  },
  'schedule.list': async (box) => {
    assert.deepEqual(await box.schedule.list(), [])
    const { id } = await scheduled(box)
    assert.deepEqual((await box.schedule.list()).map((one) => one.id), [id])
  },
  'schedule.get': async (box) => {
    const made = await scheduled(box)
    assert.deepEqual(await box.schedule.get(made.id), made)
    await assert.rejects(box.schedule.get('none'), (error) => error.statusCode === 404)
  },
  'schedule.pause': async (box) => {
    const { id } = await scheduled(box)
    await box.schedule.pause(id)
    assert.equal((await box.schedule.get(id)).status, 'paused')
  },
  'schedule.resume': async (box) => {
    const { id } = await scheduled(box)
    await box.schedule.pause(id)
    await box.schedule.resume(id)
    assert.equal((await box.schedule.get(id)).status, 'active')
  },
  'schedule.delete': async (box) => {
    const { id } = await scheduled(box)
    await box.schedule.delete(id)
    assert.deepEqual(await box.schedule.list(), [])
  },
}

/** What a run tells of itself, whether it was streamed or not. */
const ofRuns = {
  id: (run) => assert.match(run.id, /\S/),
  status: (run) => assert.equal(run.status, 'completed'),
  result: (run) => assert.equal(run.result, 'said\n'),
  exitCode: (run) => assert.equal(run.exitCode, 0),
  cost: (run) => assert.equal(run.cost.inputTokens, 0),
  logs: async (run) => {
    const logs = await run.logs()
    assert.ok(logs.length > 0 && logs.every((line) => typeof line.message === 'string'))
    assert.ok(logs.every((line) => !Number.isNaN(Date.parse(line.timestamp))))
  },
}

export const scenarios = {
  ...named('box', (t, name) => t.box(name === 'schedule.agent' ? { agent } : {})),
  ...named('ephemeral', (t) => t.ephemeral()),
  ...Object.fromEntries(
    Object.entries(ofRuns).map(([name, check]) => [
      `run.${name}`,
      async (t) => check(await (await t.box()).exec.command('echo said')),
    ]),
  ),
  'run.stdout': async (t) => {
    assert.equal((await (await t.box()).exec.command('echo a; echo b >&2')).stdout, 'a\n')
  },
  'run.stderr': async (t) => {
    assert.equal((await (await t.box()).exec.command('echo a; echo b >&2')).stderr, 'b\n')
  },
  'stream.[Symbol.asyncIterator]': async (t) => {
    const { text } = await collected(await (await t.box()).exec.stream('seq 100000'))
    assert.equal(text.trimEnd().split('\n').length, 100_000)
  },
  'box.logs': async (t) => {
    const box = await t.box()
    await box.exec.command('true')
    const logs = await box.logs({ limit: 10 })
    assert.ok(logs.length > 0 && logs.every((line) => Number.isInteger(line.timestamp)))
    assert.equal((await box.logs({ limit: 1 })).length, 1)
  },
  'box.listRuns': async (t) => {
    const box = await t.box()
    assert.deepEqual(await box.listRuns(), [])
    await box.exec.command('echo warmup')
    const [run] = await box.listRuns()
    assert.deepEqual([run.type, run.status, run.prompt, run.box_id], ['shell', 'completed', 'sh -c echo warmup', box.id])
  },
}

async function scheduled(box) {
  return box.schedule.exec({ cron: YEARLY, command: ['true'] })
}

async function collected(stream) {
  let text = ''
  let exit
  for await (const chunk of stream) {
    if (chunk.type === 'output') text += chunk.data
    else exit = chunk
  }
  assert.equal(stream.exitCode, exit.exitCode)
  return { text, exit }
}

function named(prefix, make) {
  const entries = Object.entries(ofBothKinds)
  return Object.fromEntries(entries.map(([name, play]) => [`${prefix}.${name}`, async (t) => play(await make(t, name))]))
}
