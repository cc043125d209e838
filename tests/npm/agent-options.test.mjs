/** What an agent can be asked besides a prompt: structured answers, files, callbacks, retries, webhooks. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withScript } from './scripted.mjs'
import { limit } from './suite.mjs'

const { box, play } = withScript()

/** A stream of events. */
const events = (...list) => list.map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`).join('')
const answering = (output) => events(['run_start', { run_id: 'r' }], ['done', { output, input_tokens: 1, output_tokens: 2 }])

/** A schema of a library that follows Standard Schema and tells its JSON Schema. */
const standard = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => (value.n > 0 ? { value: { n: value.n * 2 } } : { issues: [{ message: 'too small', path: ['n'] }] }),
    jsonSchema: { input: ({ target }) => ({ type: 'object', $schema: target }) },
  },
}

test('an answer that fits its schema is data', limit, async () => {
  const handle = await box()
  const asked = play(answering('```json\n{"n":3}\n```'), answering('{"n":1}'))
  const run = await handle.agent.run({ prompt: 'p', responseSchema: standard })
  assert.deepEqual([run.status, run.result], ['completed', { n: 6 }])
  assert.deepEqual(asked[0].body, { prompt: 'p', json_schema: { type: 'object', $schema: 'draft-2020-12' } })
  const plain = await handle.agent.run({ prompt: 'p', responseSchema: { type: 'object', properties: { aB: {} } } })
  assert.deepEqual(plain.result, { n: 1 })
  assert.deepEqual(asked[1].body.json_schema, { type: 'object', properties: { aB: {} } })
})

test('an answer that does not fit is an error that says where', limit, async () => {
  const handle = await box()
  play(answering('{"n":0}'), answering('no JSON'))
  await assert.rejects(handle.agent.run({ prompt: 'p', responseSchema: standard }), {
    code: 'invalid_response',
    message: /n: too small/,
  })
  await assert.rejects(handle.agent.run({ prompt: 'p', responseSchema: standard }), { code: 'invalid_response', message: /not JSON/ })
})

test('an answer that the service finds not to fit is the same error', limit, async () => {
  const handle = await box()
  const failing = (code) => events(['run_start', { run_id: 'r' }], ['error', { error: 'at /n: too small', code }])
  play(failing('invalid_response'), failing('of_the_harness'))
  await assert.rejects(handle.agent.run({ prompt: 'p', responseSchema: standard }), {
    code: 'invalid_response',
    message: /n: too small/,
  })
  const { status } = await handle.agent.run({ prompt: 'p', responseSchema: standard })
  assert.equal(status, 'failed')
})

test('a schema that does not tell its JSON Schema needs one beside it', limit, async () => {
  const handle = await box()
  const mute = { '~standard': { ...standard['~standard'], jsonSchema: undefined } }
  await assert.rejects(handle.agent.run({ prompt: 'p', responseSchema: mute }), { code: 'invalid_argument', message: /jsonSchema/ })
  const asked = play(answering('{"n":1}'))
  const { result } = await handle.agent.run({ prompt: 'p', responseSchema: mute, jsonSchema: { type: 'object' } })
  assert.deepEqual([result, asked[0].body.json_schema], [{ n: 2 }, { type: 'object' }])
})

test('files go along as base64, whatever they were', limit, async () => {
  const handle = await box()
  const asked = play(answering('seen'))
  await handle.agent.run({
    prompt: 'p',
    files: [
      new File(['a'], 'a.png', { type: 'image/png' }),
      { data: new Uint8Array([0, 255]), mediaType: 'application/pdf', filename: 'b.pdf' },
      { data: 'AP8=', mediaType: 'image/gif' },
      new URL(import.meta.url).pathname,
    ],
  })
  const { files } = asked[0].body
  assert.deepEqual(files.slice(0, 3), [
    { data: 'YQ==', media_type: 'image/png', filename: 'a.png' },
    { data: 'AP8=', media_type: 'application/pdf', filename: 'b.pdf' },
    { data: 'AP8=', media_type: 'image/gif' },
  ])
  assert.deepEqual([files[3].filename, files[3].media_type], ['agent-options.test.mjs', 'application/octet-stream'])
  assert.match(atob(files[3].data), /What an agent can be asked/)
  await assert.rejects(handle.agent.run({ prompt: 'p', files: Array(11).fill(new Blob(['a'])) }), { message: /`files`.*10/ })
  await assert.rejects(handle.agent.run({ prompt: 'p', files: [{}] }), { code: 'invalid_argument', message: /`files`/ })
})

const withTools = events(
  ['tool', { name: 'Read', input: { file_path: 'x' }, tool_use_id: 't' }],
  ['tool_result', { tool_use_id: 't', output: 'text' }],
  ['done', { output: 'ok' }],
)

test('callbacks see each tool and its result', limit, async () => {
  const handle = await box()
  play(withTools, withTools)
  const seen = []
  const callbacks = { onToolUse: (tool) => seen.push(tool), onToolResult: (result) => seen.push(result) }
  await handle.agent.run({ prompt: 'p', ...callbacks })
  for await (const _ of handle.agent.stream({ prompt: 'p', ...callbacks }));
  const once = [
    { toolCallId: 't', name: 'Read', input: { file_path: 'x' } },
    { toolCallId: 't', output: 'text' },
  ]
  assert.deepEqual(seen, [...once, ...once])
})

test('what a callback throws ends the run with its name', limit, async () => {
  const handle = await box()
  play(withTools)
  const thrown = new Error('mine')
  const run = handle.agent.run({ prompt: 'p', onToolUse() { throw thrown } })
  await assert.rejects(run, (error) => error.name == 'BoxError' && /`onToolUse` threw: mine/.test(error.message) && error.cause == thrown)
})

test('retries repeat what may pass and never what was refused', limit, async () => {
  const handle = await box()
  const refused = play({ status: 400, body: { error: 'no' } }, answering('never'))
  await assert.rejects(handle.agent.run({ prompt: 'p', maxRetries: 3 }), { code: 'invalid_argument' })
  assert.equal(refused.length, 1)
  const busy = play({ status: 429, body: { error: 'slow down' } }, answering('never'))
  await assert.rejects(handle.agent.run({ prompt: 'p', maxRetries: 3 }), { code: 'rate_limited' })
  assert.equal(busy.length, 1)
  const passing = play({ status: 503, body: { error: 'soon' } }, answering('ok'))
  assert.equal((await handle.agent.run({ prompt: 'p', maxRetries: 1 })).result, 'ok')
  assert.equal(passing.length, 2)
  const failed = play(events(['error', { error: 'broken' }]), answering('never'))
  assert.equal((await handle.agent.run({ prompt: 'p', maxRetries: 3 })).status, 'failed')
  assert.equal(failed.length, 1)
})

test('a run that was lost is ended before the next begins', limit, async () => {
  const handle = await box()
  const lost = events(['run_start', { run_id: 'r1' }], ['text', { text: 'a' }])
  const asked = play(lost, { status: 500, body: { error: 'too late' } }, answering('ok'))
  const { id, result } = await handle.agent.run({ prompt: 'p', maxRetries: 1 })
  assert.deepEqual([id, result], ['r', 'ok'])
  assert.deepEqual(asked.map(({ line }) => line.slice('POST /v2/box/b/'.length)), ['run/stream', 'runs/r1/cancel', 'run/stream'])
})

test('a run that is done stays done when the connection breaks', limit, async (t) => {
  const handle = await box()
  let sent = 0
  const pull = (controller) => (sent++ ? controller.error(new Error('reset')) : controller.enqueue(Buffer.from(answering('ok'))))
  const fetch = t.mock.method(globalThis, 'fetch', async () => new Response(new ReadableStream({ pull }, { highWaterMark: 0 })))
  const { status, result } = await handle.agent.run({ prompt: 'p', maxRetries: 3 })
  assert.deepEqual([status, result, fetch.mock.callCount()], ['completed', 'ok', 1])
})

test('a stream that is cancelled while it is read stays cancelled', limit, async (t) => {
  const handle = await box()
  for (const open of [() => handle.exec.stream('x'), () => handle.agent.stream({ prompt: 'p' })]) {
    t.mock.method(globalThis, 'fetch', async (_, { signal }) => {
      const start = (controller) => signal.addEventListener('abort', () => controller.error(signal.reason))
      return new Response(new ReadableStream({ start }))
    })
    const stream = await open()
    const next = stream[Symbol.asyncIterator]().next()
    const [read] = await Promise.all([assert.rejects(next, { code: 'aborted', retryable: false }), stream.cancel()])
    assert.deepEqual([read, stream.status, stream.error], [undefined, 'cancelled', undefined])
    t.mock.restoreAll()
  }
})

test('a run with a webhook is not waited for', limit, async () => {
  const handle = await box()
  const asked = play({ run_id: 'r' })
  const run = await handle.agent.run({ prompt: 'p', webhook: { url: 'https://w', headers: { X_a: 'b' } } })
  assert.deepEqual(run, { id: 'r', status: 'running', result: '' })
  assert.deepEqual([asked[0].line, asked[0].body], ['POST /v2/box/b/run', { prompt: 'p', webhook: { url: 'https://w', headers: { X_a: 'b' } } }])
})

test('a cancelled run is cancelled at the service', limit, async () => {
  const handle = await box()
  const asked = play(events(['run_start', { run_id: 'r' }], ['text', { text: 'a' }], ['text', { text: 'b' }]), undefined)
  const stream = await handle.agent.stream({ prompt: 'p' })
  for await (const { type } of stream) {
    if (type == 'start') continue
    await stream.cancel()
    break
  }
  assert.equal(stream.status, 'cancelled')
  assert.equal(asked[1].line, 'POST /v2/box/b/runs/r/cancel')
})

test('a run tells what was logged while it went on, by the clock of the service', limit, async () => {
  const handle = await box()
  const at = 1_700_000_000
  const logs = [-9, 0, 5, 9].map((seconds) => ({ timestamp: at + seconds, level: 'info', source: 'agent', message: `${seconds}` }))
  play(answering('ok'))
  const run = await handle.agent.run({ prompt: 'p' })
  for (const [ends, expected] of [[{ completed_at: at + 5 }, '0,5'], [{}, '0,5,9']]) {
    const asked = play({ id: 'r', created_at: at, ...ends }, { logs })
    const lines = await run.logs({ limit: 9 })
    assert.equal(lines.map(({ message }) => message).join(), expected)
    assert.deepEqual(asked.map(({ line }) => line), ['GET /v2/box/b/runs/r', 'GET /v2/box/b/logs?limit=9'])
  }
})

test('a command without an id tells what was logged since it began', limit, async () => {
  const handle = await box()
  const now = Math.floor(Date.now() / 1000)
  const entry = (timestamp) => ({ timestamp, level: 'info', source: 'user', message: 'm' })
  play('event: exit\ndata: {"exit_code":0,"cpu_ns":1}\n\n')
  const run = await handle.exec.stream('true')
  for await (const _ of run);
  play({ logs: [entry(now - 100), entry(now + 1)] })
  assert.equal((await run.logs()).length, 1)
})

test('a run whose loop was left is cancelled at the service', limit, async () => {
  const handle = await box()
  play(events(['run_start', { run_id: 'r' }], ['text', { text: 'a' }]))
  const stream = await handle.agent.stream({ prompt: 'p' })
  for await (const _ of stream) break
  assert.equal(stream.status, 'detached')
  const asked = play(undefined)
  await stream.cancel()
  assert.deepEqual([asked[0].line, stream.status], ['POST /v2/box/b/runs/r/cancel', 'cancelled'])
})
