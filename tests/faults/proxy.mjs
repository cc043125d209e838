/**
 * Stands between the SDK and who answers, and lets happen to each request what was planned for it.
 *
 * A request is known by its tag, a word that stands in its path or body. One without a plan passes. Every
 * request has a connection of its own, so that a fault can't hit another call.
 */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { pass } from './faults.mjs'

const HEAD_END = Buffer.from('\r\n\r\n')
const TAG = /tag\w+/

/** A proxy before `answerer`: `ask` gives all bytes of the answer to a request; `serverAt` can more. */
export async function startProxy(answerer) {
  const plans = new Map()
  const sockets = new Set()
  let injected = 0
  const listener = createServer((client) => {
    sockets.add(client)
    client.on('close', () => sockets.delete(client))
    // What became of the connection is for the SDK to find out.
    client.on('error', () => {})
    wholeRequest(client, (request) => {
      const plan = plans.get(TAG.exec(request.toString('latin1'))?.[0])
      const fault = plan?.faults[plan.requests] ?? pass
      if (plan) plan.requests += 1
      if (fault != pass) injected += 1
      const exchange = { client, request, ...answerer, ask: () => answerer.ask(request) }
      fault(exchange).catch(() => client.destroy())
    })
  })
  await once(listener.listen(0, '127.0.0.1'), 'listening')
  return {
    baseUrl: `http://127.0.0.1:${listener.address().port}`,
    /** How many faults happened. */
    injected: () => injected,
    /** Plans faults for the requests with this tag, one after the other. Its `requests` counts them. */
    plan(tag, ...faults) {
      const plan = { faults, requests: 0 }
      plans.set(tag, plan)
      return plan
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      listener.close()
      await once(listener, 'close')
    },
  }
}

/** Calls `then` with the bytes of the connection's one request. */
function wholeRequest(client, then) {
  let request = Buffer.alloc(0)
  client.on('data', function more(data) {
    request = Buffer.concat([request, data])
    const head = request.indexOf(HEAD_END)
    if (head < 0) return
    const length = Number(/content-length: *(\d+)/i.exec(request.toString('latin1', 0, head))?.[1] ?? 0)
    if (request.length < head + HEAD_END.length + length) return
    client.off('data', more)
    then(closing(request, head))
  })
}

/** The same request, after whose answer the server closes the connection. */
function closing(request, head) {
  const lines = request.toString('latin1', 0, head).split('\r\n')
  const kept = lines.filter((line) => !/^connection:/i.test(line))
  return Buffer.concat([Buffer.from([...kept, 'connection: close'].join('\r\n'), 'latin1'), request.subarray(head)])
}

/** A real server. */
export function serverAt(baseUrl) {
  const { hostname, port } = new URL(baseUrl)
  const opened = async (bytes) => {
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect')
    socket.write(bytes)
    return socket
  }
  return {
    async ask(request) {
      const parts = []
      for await (const part of await opened(request)) parts.push(part)
      return Buffer.concat(parts)
    },
    /** Shows it the first bytes of a request, and waits until it has closed. */
    async tell(bytes) {
      const socket = await opened(bytes)
      socket.end()
      socket.resume()
      await once(socket, 'close')
    },
    /** Sends a request and goes away without waiting for the answer. */
    async leave(bytes) {
      const socket = await opened(bytes)
      socket.on('error', () => {})
      await new Promise((sent) => socket.end(sent))
      socket.destroy()
    },
  }
}
