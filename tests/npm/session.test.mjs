/** Sessions: frames both ways, and every way in which one ends. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withScript } from './scripted.mjs'
import { limit } from './suite.mjs'

const { box, connection, play } = withScript()

/** A WebSocket that the test plays the other side of. */
class Socket extends EventTarget {
  static last
  sent = []
  isClosed = false
  constructor(url, carrier) {
    super()
    Object.assign(this, { url, carrier })
    Socket.last = this
    setTimeout(() => this.dispatchEvent(new Event('open')))
  }
  send(text) {
    this.sent.push(JSON.parse(text))
    const { onSent } = this
    onSent?.(this.sent.at(-1))
  }
  say(frame) {
    const data = typeof frame == 'string' ? frame : JSON.stringify(frame)
    this.dispatchEvent(new MessageEvent('message', { data }))
  }
  close() {
    this.isClosed = true
  }
  lose() {
    this.dispatchEvent(new Event('close'))
  }
}

class Starting extends Socket {
  onSent = ({ type }) => type == 'start' && this.say({ type: 'started', pid: 7, execId: 'e' })
}

const noFeatures = { status: 404, body: { error: 'no such route' } }
const browserFeature = { server: 'x', features: ['exec_session_browser'] }

async function open(options, features = noFeatures) {
  const handle = await box()
  play(features)
  return handle.exec.session({ command: ['bash'], webSocket: Starting, ...options })
}

test('a session sends what to start, and the key in a header', limit, async () => {
  const session = await open({ tty: true, rows: 24, cols: 80, env: { A: 'b' }, folder: 'app' })
  assert.deepEqual([session.pid, session.id], [7, 'e'])
  const { url, carrier, sent } = Socket.last
  assert.equal(url, `${connection().baseUrl.replace('http', 'ws')}/v2/box/b/exec-session`)
  assert.deepEqual(carrier, { headers: { 'X-Box-Api-Key': 'box_key' } })
  const frame = { type: 'start', argv: ['bash'], tty: true, cwd: '/workspace/home/app', rows: 24, cols: 80, env: ['A=b'] }
  assert.deepEqual(sent, [frame])
  session.close()
})

test('the key is a protocol where the service takes it so', limit, async () => {
  const session = await open({ command: 'ls -l' }, browserFeature)
  assert.deepEqual(Socket.last.carrier, ['box-session-v1', 'box-key.Ym94X2tleQ'])
  assert.deepEqual(Socket.last.sent, [{ type: 'start', cmd: 'ls -l', cwd: '/workspace/home' }])
  session.close()
})

test('output comes as bytes until the exit code', limit, async () => {
  const session = await open()
  const socket = Socket.last
  socket.say('no JSON')
  socket.say({ type: 'news', data: 'x' })
  socket.say({ type: 'stdout', data: 'AP8=' })
  socket.say({ type: 'stderr', data: 'YQ==' })
  socket.say({ type: 'exit', code: 3 })
  const chunks = []
  for await (const chunk of session) chunks.push(chunk)
  assert.deepEqual(chunks, [
    { type: 'stdout', data: new Uint8Array([0, 255]) },
    { type: 'stderr', data: new Uint8Array([97]) },
  ])
  assert.equal(await session.exit, 3)
  assert.ok(socket.isClosed)
})

test('a frame that makes no sense is passed over', limit, async () => {
  const session = await open()
  const odd = [null, 7, 'text', [], {}, { type: null }, { type: 'stdout' }, { type: 'stdout', data: '!' }, { type: 'stderr', data: 7.5 }]
  for (const frame of odd) Socket.last.say(JSON.stringify(frame))
  Socket.last.say({ type: 'stdout', data: 'YQ==' })
  Socket.last.say({ type: 'exit' })
  const chunks = []
  for await (const { data } of session) chunks.push(...data)
  assert.deepEqual([chunks, await session.exit], [[97], -1])
})

test('an option that a session does not have is told, and a list is no environment', limit, async (t) => {
  const warn = t.mock.method(console, 'warn', () => {})
  const session = await open({ cwd: '/tmp', onStdout() {} })
  session.close()
  assert.deepEqual(warn.mock.calls.map(({ arguments: [text] }) => text), [
    'box.exec.session: there is no option `cwd`; it was ignored. It is called `folder`.',
    'box.exec.session: there is no option `onStdout`; it was ignored.',
  ])
  await assert.rejects(open({ env: ['A=b'] }), { code: 'invalid_argument', message: /`env`/ })
})

test('input, size and signals travel', limit, async () => {
  const session = await open()
  session.write('grün')
  session.write(new Uint8Array([0, 255]).subarray(1))
  session.closeStdin()
  session.resize({ rows: 1, cols: 2 })
  session.signal('SIGINT')
  session.signal('TERM')
  session.terminate(5)
  assert.deepEqual(Socket.last.sent.slice(1), [
    { type: 'stdin', data: 'Z3LDvG4=' },
    { type: 'stdin', data: '/w==' },
    { type: 'stdin_close' },
    { type: 'resize', rows: 1, cols: 2 },
    { type: 'signal', signal: 'INT' },
    { type: 'signal', signal: 'TERM' },
    { type: 'terminate', graceMs: 5 },
  ])
  session.close()
})

test('a session ends when it is left, closed, aborted, or lost', limit, async () => {
  const controller = new AbortController()
  const ends = {
    left: async (session) => {
      Socket.last.say({ type: 'stdout', data: 'YQ==' })
      for await (const _ of session) break
    },
    closed: (session) => session.close(),
    aborted: () => controller.abort(),
    lost: () => Socket.last.lose(),
    failed: () => Socket.last.say({ type: 'error', message: 'gone' }),
  }
  for (const [name, end] of Object.entries(ends)) {
    const session = await open({ signal: controller.signal.aborted ? undefined : controller.signal })
    await end(session)
    assert.equal(await session.exit, -1, name)
    for await (const chunk of session) assert.equal(chunk.type, 'stdout')
    assert.ok(Socket.last.isClosed, name)
    session.write('nobody reads this')
  }
})

test('a session that does not start says why', limit, async () => {
  class Refusing extends Socket {
    onSent = () => this.say({ type: 'error', message: 'no such program' })
  }
  class Lost extends Socket {
    onSent = () => this.lose()
  }
  class Silent extends Socket {}
  const controller = new AbortController()
  class Aborting extends Socket {
    onSent = () => controller.abort()
  }
  class Forbidden {
    constructor() {
      throw new DOMException('not a protocol', 'SyntaxError')
    }
  }
  await assert.rejects(open({ webSocket: Refusing }), { code: 'run_failed', message: /no such program/ })
  await assert.rejects(open({ webSocket: Lost }), { code: 'network' })
  await assert.rejects(open({ webSocket: Silent, timeoutMs: 1000 }), { code: 'timeout' })
  await assert.rejects(open({ webSocket: Aborting, signal: controller.signal }), { code: 'aborted' })
  await assert.rejects(open({ webSocket: Forbidden }), { code: 'unsupported', message: /ws/ })
  await assert.rejects(open({ command: '' }), { code: 'invalid_argument', message: /`command`/ })
})

test('a runtime without a WebSocket is told what to do', { ...limit, skip: !!globalThis.WebSocket && 'this runtime has one' }, async () => {
  await assert.rejects(open({ webSocket: undefined }), { code: 'unsupported', message: /`webSocket`/ })
})
