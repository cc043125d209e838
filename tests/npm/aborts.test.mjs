/** Calls that are ended at random moments leave nothing behind. BOX_ABORTS says how many there are. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { waitUntil } from './wait-until.mjs'

const CALLS = Number(process.env.BOX_ABORTS ?? 10_000)
const AT_ONCE = 50
/** The heap may differ by this much from one moment to another; a leak of a kilobyte a call is more. */
const HEAP_MAY_GROW_BYTES = 500 * CALLS

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')

// Seen before the package loads, so that the module's memory can be measured.
const memories = []
const look = ({ exports }) => {
  // Node's fetch is partly WebAssembly as well.
  if (Object.keys(exports).some((name) => name.startsWith('llhttp'))) return
  memories.push(...Object.values(exports).filter((value) => value instanceof WebAssembly.Memory))
}
const { Instance, instantiate } = WebAssembly
WebAssembly.instantiate = async (...given) => {
  const made = await instantiate(...given)
  look(made.instance ?? made)
  return made
}
WebAssembly.Instance = class extends Instance {
  constructor(...given) {
    super(...given)
    look(this)
  }
}
const { Box, BoxError } = await import('upstash-box-wasm')

const unhandled = []
process.on('unhandledRejection', (reason) => unhandled.push(reason))

/** What a stream begins with, and how it ends. */
const STREAMS = {
  'exec-stream': ['some output\n', 'event: exit\ndata: {"exit_code":0,"cpu_ns":1}\n\n'],
  stream: ['event: text\ndata: {"text":"t"}\n\n', 'event: done\ndata: {"output":"t"}\n\n'],
}
const server = createServer((request, response) => {
  request.resume()
  const answer = () => {
    const stream = STREAMS[request.url.split('/').pop()]
    if (stream) {
      response.write(stream[0])
      return void setTimeout(() => response.end(stream[1]), Math.random() * 5)
    }
    if (Math.random() < 0.2) response.writeHead(503)
    response.end(JSON.stringify({ id: 'b', status: Math.random() < 0.3 ? 'creating' : 'idle', exit_code: 0 }))
  }
  setTimeout(answer, Math.random() * 10)
})
before(() => once(server.listen(0, '127.0.0.1'), 'listening'))
after(() => {
  server.closeAllConnections()
  server.close()
})

/**
 * The latest moment at which a call is ended. It moves with what becomes of the calls, so that about a
 * third of them is done before, however fast this machine is and whatever else it does.
 */
let latestMs = 2000

async function one(connection, box) {
  const controller = new AbortController()
  const { signal } = controller
  const timer = setTimeout(() => controller.abort(), Math.random() * latestMs)
  try {
    const kind = Math.floor(Math.random() * 5)
    if (kind == 0) await Box.create({ ...connection, signal })
    else if (kind == 1) await Box.get('b', { ...connection, signal })
    else if (kind == 2) await box.exec.command('true', { signal })
    else if (kind == 3) for await (const _ of box.exec.stream('true', { signal }));
    else for await (const _ of box.agent.stream({ prompt: 'p', signal }));
    latestMs *= 0.95
    return 'done'
  } catch (error) {
    assert.ok(error instanceof BoxError, String(error))
    if (error.code == 'aborted') latestMs *= 1.03
    return error.code
  } finally {
    clearTimeout(timer)
  }
}

test('calls ended at random moments leave no promise, timer, socket or memory behind', { timeout: 600_000 }, async () => {
  const connection = { baseUrl: `http://127.0.0.1:${server.address().port}`, apiKey: 'k' }
  let box
  while (!box) box = await Box.get('b', connection).catch(() => {})
  const outcomes = {}
  let left = CALLS
  const worker = async () => {
    while (left-- > 0) {
      const outcome = await one(connection, box)
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    }
  }
  const some = async (count) => {
    left = count
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
  }
  await some(Math.min(500, CALLS / 2))
  collect()
  const heapBytes = process.memoryUsage().heapUsed
  const before = memories.map((memory) => memory.buffer.byteLength)
  await some(CALLS)
  // Every call settled, or this would not be reached.
  assert.deepEqual(Object.keys(outcomes).filter((code) => !['done', 'aborted', 'unavailable'].includes(code)), [], JSON.stringify(outcomes))
  assert.ok(outcomes.aborted > CALLS / 10 && outcomes.done > CALLS / 20, JSON.stringify(outcomes))
  assert.ok(before.length > 0)
  assert.deepEqual(memories.map((memory) => memory.buffer.byteLength), before)
  const active = (kind) => process.getActiveResourcesInfo().filter((name) => name == kind).length
  await waitUntil('timers are left', () => active('Timeout') <= 2)
  server.closeAllConnections()
  await waitUntil('sockets are left', () => active('TCPSocketWrap') == 0)
  const isHeapBack = () => {
    collect()
    return process.memoryUsage().heapUsed < heapBytes + HEAP_MAY_GROW_BYTES
  }
  await waitUntil('memory is held', isHeapBack)
  assert.deepEqual(unhandled, [])
})
