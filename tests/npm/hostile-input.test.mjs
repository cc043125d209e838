/** Whatever the user's own functions, content and options throw or are: a BoxError with a code. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Box, BoxError } from 'upstash-box-wasm'
import { limit } from './suite.mjs'

const real = globalThis.fetch
after(() => {
  globalThis.fetch = real
})
const connection = { baseUrl: 'http://127.0.0.1:9', apiKey: 'box_hostile_key' }

const THROWN = [
  'a text', '', null, undefined, {}, ['a', 'list'], 7, Symbol('s'), () => {}, Object.create(null), new Error('plain'),
  { get message() { throw new Error('a getter that throws') } },
]

/** A handle on a service that reads each body whole and answers with this text. */
async function boxOf(answer) {
  globalThis.fetch = async () => new Response('{"id":"b","status":"idle"}')
  const box = await Box.get('b', connection)
  globalThis.fetch = async (_url, { body } = {}) => {
    await new Response(body).arrayBuffer()
    return new Response(answer)
  }
  return box
}

async function rejects(promise, code, what) {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof BoxError, `${what}: ${error?.stack}`)
    assert.equal(error.code, code, `${what}: ${error}`)
    assert.ok(error.message.length > 10, what)
    return true
  })
}

const AGENT = [
  ['tool', { name: 'n', input: {} }],
  ['tool_result', { output: 1 }],
  ['done', { output: '{"a":1}' }],
].map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`).join('')

const throwing = (thrown) => () => {
  throw thrown
}
const broken = (thrown) => new ReadableStream({ pull: (controller) => controller.error(thrown) })
const standard = (validate) => ({ '~standard': { version: 1, vendor: 'v', validate } })

async function readAll(stream) {
  for await (const _ of await stream);
}

test('whatever a callback throws ends its call as an argument that can not be used', limit, async () => {
  for (const [number, thrown] of THROWN.entries()) {
    for (const option of ['onToolUse', 'onToolResult']) {
      const box = await boxOf(AGENT)
      await rejects(box.agent.run({ prompt: 'p', [option]: throwing(thrown) }), 'invalid_argument', `${option} ${number}`)
    }
    const onProgress = throwing(thrown)
    await boxOf('an archive')
    await rejects(readAll(Box.exportSnapshot('s', { ...connection, onProgress })), 'invalid_argument', `export ${number}`)
    await boxOf('{"progress":{"bytes":1}}\n')
    await rejects(Box.importSnapshot(new Blob(['x']), { ...connection, name: 'n', onProgress }), 'invalid_argument', `import ${number}`)
  }
})

test('whatever a schema throws or gives is an answer that does not fit', limit, async () => {
  const ask = async (responseSchema) => (await boxOf(AGENT)).agent.run({ prompt: 'p', jsonSchema: {}, responseSchema })
  for (const [number, thrown] of THROWN.entries()) {
    await rejects(ask({ _def: {}, parse: throwing(thrown) }), 'invalid_response', `parse ${number}`)
    await rejects(ask(standard(throwing(thrown))), 'invalid_response', `validate ${number}`)
    await rejects(ask(standard(() => Promise.reject(thrown))), 'invalid_response', `a promise of validate ${number}`)
  }
  for (const given of [undefined, null, { issues: 7 }, { issues: [null] }, { issues: [{ path: [null], message: 1 }] }]) {
    await rejects(ask(standard(() => given)), 'invalid_response', JSON.stringify(given) ?? 'undefined')
  }
})

test('content that breaks while it is read is an argument that can not be used', limit, async () => {
  for (const [number, thrown] of THROWN.entries()) {
    const box = await boxOf('{}')
    await rejects(box.files.write({ path: 'a', content: broken(thrown) }), 'invalid_argument', `write ${number}`)
    await rejects(box.files.upload([{ destination: 'a', content: broken(thrown) }]), 'invalid_argument', `upload ${number}`)
    const file = { arrayBuffer: () => Promise.reject(thrown), name: 'a.txt' }
    await rejects(box.agent.run({ prompt: 'p', files: [file] }), 'invalid_argument', `files ${number}`)
  }
})

test('a local file that is not there is named', limit, async () => {
  const box = await boxOf('{}')
  const missing = '/none/of/these'
  for (const call of [
    () => box.files.upload([{ destination: 'a', path: missing }]),
    () => box.agent.run({ prompt: 'p', files: [missing] }),
  ]) {
    await assert.rejects(call, { name: 'BoxError', code: 'invalid_argument', message: /\/none\/of\/these/ })
  }
})

test('arguments of every kind are refused in words', limit, async () => {
  for (const [number, value] of [null, 7, {}, Symbol('s'), [Symbol('s')], { toString: throwing(1) }, Object.create(null), 10n].entries()) {
    const box = await boxOf('{}')
    for (const [what, call] of Object.entries({
      command: () => box.exec.command(value),
      path: () => box.files.read(value),
      content: () => box.files.write({ path: 'a', content: value }),
      upload: () => box.files.upload(value),
      destination: () => box.files.upload([{ destination: value, content: 'c' }]),
      prompt: () => box.agent.run({ prompt: value }),
      id: () => Box.get(value, connection),
    })) {
      await rejects(call(), 'invalid_argument', `${what} ${number}`)
    }
  }
})

test('lines that say nothing are an invalid answer', limit, async () => {
  for (const line of ['null', '7', '"text"', '{}', '[]', '{"error":7}', '{"error":{}}', '<html>']) {
    await boxOf(`${line}\n`)
    await rejects(Box.importSnapshot(new Blob(['x']), { ...connection, name: 'n' }), 'invalid_response', line)
  }
})
