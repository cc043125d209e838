/** Whatever `fetch`, a server or a stream throws or gives: a BoxError with a code, and never a hang. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { after, before, test } from 'node:test'
import { Box, BoxError } from 'upstash-box-wasm'
import { limit } from './suite.mjs'

const real = globalThis.fetch
after(() => {
  globalThis.fetch = real
})
const connection = { baseUrl: 'http://127.0.0.1:9', apiKey: 'box_hostile_key' }
const json = (value) => new Response(JSON.stringify(value))

/** A handle whose next calls go through this `fetch`. */
async function boxThen(fetch) {
  globalThis.fetch = async () => json({ id: 'b', status: 'idle' })
  const box = await Box.get('b', connection)
  globalThis.fetch = fetch
  return box
}

/** Fails unless it is rejected with a BoxError of this code that says something and holds no key. */
async function rejects(promise, code, what) {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof BoxError, `${what}: ${error}`)
    assert.equal(error.code, code, `${what}: ${error}`)
    assert.ok(error.message.length > 10, what)
    assert.ok(!error.message.includes(connection.apiKey), what)
    return true
  })
}

const THROWN = [
  'a text', '', null, undefined, {}, [], ['network', 'looks like ours'], 7, Symbol('s'), () => {}, Object.create(null),
  new Error('plain'), new Error('', { cause: 'inner' }), new DOMException('gone', 'AbortError'),
  { get message() { throw new Error('a getter that throws') } },
  { message: Object.create(null) },
]

test('whatever fetch rejects with is a network failure', limit, async () => {
  for (const [number, thrown] of THROWN.entries()) {
    const box = await boxThen(() => Promise.reject(thrown))
    await rejects(box.exec.command('true'), 'network', `rejection ${number}`)
    await rejects(box.exec.stream('true'), 'network', `rejection ${number} of a stream`)
  }
})

test('whatever fetch throws at once is a network failure', limit, async () => {
  for (const [number, thrown] of THROWN.entries()) {
    const box = await boxThen(() => {
      throw thrown
    })
    await rejects(box.exec.command('true'), 'network', `throw ${number}`)
  }
})

test('what fetch gives in place of a response is a network failure', limit, async () => {
  for (const given of [undefined, null, '', 'text', 7, {}, [], { status: 'ok' }, { status: 200 }]) {
    const box = await boxThen(async () => given)
    await rejects(box.exec.command('true'), 'network', String(given))
  }
})

test('a body that can not be read is a network failure', limit, async () => {
  for (const thrown of THROWN) {
    const box = await boxThen(async () => ({ ok: true, status: 200, headers: new Headers(), text: () => Promise.reject(thrown) }))
    await rejects(box.exec.command('true'), 'network', 'text()')
  }
})

test('an answer that is not what the API promises is invalid', limit, async () => {
  const page = '<!doctype html><title>Welcome to nginx</title>'
  for (const body of [page, '', 'null', '{}', '[]', '7', '"text"', '{"exit_code":"0"}', '{"exit_code":0']) {
    const box = await boxThen(async () => new Response(body))
    await rejects(box.exec.command('true'), 'invalid_response', body)
    await rejects(box.files.read('a'), 'invalid_response', body)
  }
  const box = await boxThen(async () => new Response(page))
  await rejects(box.delete(), 'invalid_response', 'a page in answer to a deletion')
})

test('an answer that never ends is given up', { timeout: 120_000 }, async () => {
  let cancelled = false
  const chunk = Buffer.alloc(2 ** 22, ' ')
  const endless = { pull: (controller) => controller.enqueue(chunk), cancel: () => void (cancelled = true) }
  for (const status of [200, 500]) {
    cancelled = false
    const box = await boxThen(async () => new Response(new ReadableStream(endless), { status }))
    await rejects(box.exec.command('true'), 'network', 'an endless body')
    assert.ok(cancelled)
  }
})

test('every status that is no success has a code and a sentence', limit, async () => {
  for (const body of ['', 'null', '[]', '{"error":null}', '{"error":{"a":1}}', '{"error":7}', '<html>', '{"error":""}', '"x"']) {
    for (const status of [400, 401, 403, 404, 405, 409, 413, 418, 500, 501, 507, 599]) {
      const box = await boxThen(async () => new Response(body, { status }))
      await assert.rejects(box.exec.command('true'), (error) => {
        assert.ok(error instanceof BoxError, `${status} ${body}: ${error}`)
        assert.equal(error.status, status)
        assert.match(error.code, /^[a-z_]+$/)
        assert.ok(error.message.length > 10, `${status} ${body}: ${error.message}`)
        return true
      })
    }
  }
})

test('a server that repeats the key does not get it into an error', limit, async () => {
  const body = JSON.stringify({ error: `The key ${connection.apiKey} is wrong.` })
  const box = await boxThen(async () => new Response(body, { status: 401 }))
  await rejects(box.exec.command('true'), 'unauthorized', 'the key')
})

test('a stream whose reader throws is a network failure, whatever it throws', limit, async () => {
  for (const [number, thrown] of THROWN.entries()) {
    const body = () => new ReadableStream({ pull: (controller) => controller.error(thrown) })
    const box = await boxThen(async () => new Response(body()))
    await rejects((async () => {
      for await (const _ of box.exec.stream('true'));
    })(), 'network', `exec ${number}`)
    await rejects((async () => {
      for await (const _ of box.agent.stream({ prompt: 'p' }));
    })(), 'network', `agent ${number}`)
  }
})

test('a stream without a body is invalid', limit, async () => {
  const box = await boxThen(async () => new Response(null))
  await rejects(box.exec.stream('true'), 'invalid_response', 'no body')
})

let wire
const sockets = new Set()
const answers = {
  lying: 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"exit_code":0',
  endless: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
  silent: '',
  garbage: 'not HTTP at all\r\n\r\n',
}
before(async () => {
  wire = createServer((socket) => {
    sockets.add(socket)
    let more
    socket.on('error', () => {})
    socket.on('close', () => (clearInterval(more), sockets.delete(socket)))
    socket.on('data', (data) => {
      const name = String(data).match(/\/v2\/box\/(\w+)/)?.[1]
      if (!name) return
      socket.write(answers[name])
      if (name == 'endless') more = setInterval(() => socket.write(`3e8\r\n${' '.repeat(1000)}\r\n`), 1)
      if (name == 'lying' || name == 'garbage') socket.end()
    })
  })
  await once(wire.listen(0, '127.0.0.1'), 'listening')
})
after(() => {
  for (const socket of sockets) socket.destroy()
  wire.close()
})

test('a lying length, an endless body, silence and garbage all end', limit, async () => {
  globalThis.fetch = real
  const baseUrl = `http://127.0.0.1:${wire.address().port}`
  for (const [id, code] of [['lying', 'network'], ['garbage', 'network'], ['endless', 'timeout'], ['silent', 'timeout']]) {
    const timeoutMs = code == 'timeout' ? 200 : 10_000
    await rejects(Box.get(id, { ...connection, baseUrl, timeoutMs }), code, id)
  }
})
