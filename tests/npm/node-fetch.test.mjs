/** A call may be silent for longer than Node's `fetch` waits; what a program set up for all its calls stays in force. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, afterEach, before, test } from 'node:test'
import { Box } from 'upstash-box-wasm'
import { limit } from './suite.mjs'

// It is made by the first use of what belongs to it.
globalThis.Headers
const SENDER = Symbol.for('undici.globalDispatcher.1')
const sender = globalThis[SENDER]

/** What answers the request to a path, once that has come. */
let held = new Map()
function asked(path) {
  if (!held.has(path)) {
    let resolve
    const promise = new Promise((done) => (resolve = done))
    held.set(path, { promise, resolve })
  }
  return held.get(path)
}
const server = createServer(async (request, response) => {
  await request.toArray()
  asked(request.url).resolve(response)
})
const url = (path = '') => `http://127.0.0.1:${server.address().port}${path}`

before(() => once(server.listen(0, '127.0.0.1'), 'listening'))
after(() => {
  server.closeAllConnections()
  server.close()
})
afterEach(() => {
  globalThis[SENDER] = sender
  held = new Map()
})

async function boxOfServer() {
  const found = Box.get('b', { baseUrl: url(), apiKey: 'box_key' })
  const response = await asked('/v2/box/b').promise
  response.end(JSON.stringify({ id: 'b', status: 'idle' }))
  return found
}

/** From here on a call that is silent for 50 ms is given up, unless it says that it may be. */
function hurry() {
  globalThis[SENDER] = new sender.constructor({ headersTimeout: 50, bodyTimeout: 50 })
}

/** Returns when a call that began after all others was given up. */
async function untilOthersGiveUp(path, beginning) {
  const call = fetch(url(path)).then((response) => response.text())
  const failed = assert.rejects(call, ({ cause }) => /TIMEOUT/.test(cause.code))
  if (beginning) (await asked(path).promise).write(beginning)
  await failed
}

test('a command and an upload are answered after others have given up', limit, async () => {
  const box = await boxOfServer()
  hurry()
  const run = box.exec.command('npm test')
  const upload = box.files.upload([{ destination: 'big', content: 'x'.repeat(100_000) }])
  const command = await asked('/v2/box/b/exec').promise
  const uploaded = await asked('/v2/box/b/files/upload').promise
  await untilOthersGiveUp('/silent')
  command.end(JSON.stringify({ exit_code: 0, output: 'late', error: '' }))
  uploaded.end('{}')
  assert.equal((await run).stdout, 'late')
  await upload
})

test('a stream goes on after others have given up theirs', limit, async () => {
  const box = await boxOfServer()
  hurry()
  const stream = box.exec.stream('npm test')
  const response = await asked('/v2/box/b/exec-stream').promise
  response.write('one ')
  const run = await stream
  await untilOthersGiveUp('/silent', 'one')
  response.end('twoevent: exit\ndata: {"exit_code":0}\n\n')
  const seen = []
  for await (const chunk of run) seen.push(chunk.data ?? chunk.exitCode)
  assert.deepEqual([seen.slice(0, -1).join(''), seen.at(-1)], ['one two', 0])
})

/** What the program's own sender is given: the body of each request. */
function bodies(more) {
  const given = new Map()
  globalThis[SENDER] = {
    ...more,
    dispatch(options, handler) {
      given.set(options.path, options.body)
      return sender.dispatch(options, handler)
    },
  }
  return given
}

async function answered(path, call) {
  const response = await asked(path).promise
  response.end('{}')
  await call
}

test('what the program set for all its calls is what sends these, with a body as a mock takes it', limit, async () => {
  const box = await boxOfServer()
  const given = bodies({ isMockActive: true })
  await answered('/v2/box/b/files/write', box.files.write({ path: 'a', content: 'x' }))
  assert.equal(typeof given.get('/v2/box/b/files/write'), 'string')
  await answered('/v2/box/b/files/upload', box.files.upload([{ destination: 'a', content: 'x' }]))
  assert.ok(given.get('/v2/box/b/files/upload') instanceof FormData)
})

test('a text is handed over as it is, and a form as what its headers describe', limit, async () => {
  const box = await boxOfServer()
  const given = bodies()
  await answered('/v2/box/b/files/write', box.files.write({ path: 'a', content: 'x' }))
  assert.equal(typeof given.get('/v2/box/b/files/write'), 'string')
  await answered('/v2/box/b/files/upload', box.files.upload([{ destination: 'a', content: 'x' }]))
  assert.equal(typeof given.get('/v2/box/b/files/upload')[Symbol.asyncIterator], 'function')
})
