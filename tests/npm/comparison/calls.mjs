/** What every call has in common: time, failures, retries, options; and the package itself. */
import { createRequire } from 'node:module'
import { box, event, fails, get, parts, silence } from './stage.mjs'

/** How many timers of this delay are left after something was done. */
async function timersLeft(delay, action) {
  const { setTimeout: set, clearTimeout: clear } = globalThis
  const left = new Set()
  globalThis.setTimeout = (callback, ms, ...rest) => {
    const timer = set(callback, ms, ...rest)
    if (ms == delay) left.add(timer)
    return timer
  }
  globalThis.clearTimeout = (timer) => (left.delete(timer), clear(timer))
  try {
    await action()
    return left.size
  } finally {
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear })
    left.forEach(clear)
  }
}

export default [
  ['R3', 'a command that its caller ends', async (client, server) => {
    const handle = await get(client, server, silence)
    return fails(handle.exec.command('x', { signal: AbortSignal.timeout(50) }))
  }],
  ['R4', 'a service that never answers', (client, server) => {
    server.play(silence)
    return fails(client.Box.get('b', { ...server.connection, timeout: 50, timeoutMs: 50 }))
  }],
  ['R6', 'a timeout of a month', async (client, server) => {
    server.play(box)
    const handle = await client.Box.get('b', { ...server.connection, timeout: 2 ** 32, timeoutMs: 2 ** 32 })
    server.play({ exit_code: 0, output: 'x' })
    return (await handle.exec.command('true', { timeoutMs: 2 ** 32 })).exitCode == 0
  }],
  ['R14', 'a failure told by a page', async (client, server) => {
    const handle = await get(client, server, { status: 502, body: '<h1>Bad gateway at proxy seven</h1>' })
    return handle.exec.command('true').then(() => false, (error) => error.message.includes('proxy seven'))
  }],
  ['R14', 'a failure told as an object', async (client, server) => {
    const handle = await get(client, server, { status: 409, body: { error: { message: 'The box is busy', code: 'conflict' } } })
    return handle.exec.command('true').then(() => false, (error) => error.message.includes('The box is busy'))
  }],
  ['R15', 'a page with status 200', async (client, server) => {
    const handle = await get(client, server, '<html>welcome</html>')
    return handle.exec.command('true').then(() => false, (error) => error.status == 200)
  }],
  ['R15', 'a service that is not there', async (client) =>
    client.Box.get('b', { baseUrl: 'http://127.0.0.1:9', apiKey: 'k' }).then(
      () => false,
      (error) => error.name == 'BoxError' && error.cause !== undefined,
    )],
  ['R16', 'a list that is null', async (client, server) => Array.isArray(await (await get(client, server, { logs: null })).logs())],
  ['R17', 'a service that is busy for a moment', async (client, server) => {
    server.play({ status: 503, headers: { 'retry-after': '0' }, body: {} }, box)
    return (await client.Box.get('b', server.connection)).id == 'b'
  }],
  ['R17', 'a service that is busy while a box is made', async (client, server) => {
    server.play({ status: 429, headers: { 'retry-after': '0' }, body: {} }, box)
    return (await client.Box.create({ ...server.connection, idempotencyKey: 'once' })).id == 'b'
  }],
  ['R19', 'an argument with a space', async (client, server) => {
    const handle = await get(client, server, { exit_code: 0, output: '' })
    await handle.exec.command(['ls', 'a b'])
    return server.asked()[0].body.command.join('|') == 'ls|a b'
  }],
  ['R19', 'a variable of one command', async (client, server) => {
    const handle = await get(client, server, (_, { line }) =>
      line.includes('capabilities') ? { features: ['exec_env'] } : { exit_code: 0, output: '' })
    await handle.exec.command('x', { env: { A: 'b' } })
    return server.asked().at(-1).body.env?.A == 'b'
  }],
  ['R21', 'the first page of no lines', async (client, server) => {
    const handle = await get(client, server, { logs: [] })
    await handle.logs({ offset: 0, limit: 0 })
    return server.asked()[0].line.endsWith('?offset=0&limit=0')
  }],
  ['R24', 'require()', async (client) => {
    const require = createRequire(import.meta.url)
    return typeof require(client.package).Box == 'function'
  }],
  ['R24', 'what is told about the machine', async (client, server) => {
    await get(client, server, { exit_code: 0, output: '' })
    server.play(box)
    await client.Box.get('b', server.connection)
    return !Object.keys(server.asked()[0].headers).some((name) => name.includes('telemetry'))
  }],
]

/** Scenes that need the program to themselves: they change what all of it sees. */
export const alone = [
  ['R1', 'a page that gives no key', async (client, server) => {
    const { process } = globalThis
    const attempt = async () => client.Box.get('b', { baseUrl: server.connection.baseUrl })
    // What a page lacks, until the call has begun.
    delete globalThis.process
    const failed = fails(attempt())
    globalThis.process = process
    return failed
  }],
  ['R5', 'a run that ends before its timeout', async (client, server) => {
    const handle = await get(client, server, parts(event('done', { output: 'x' })))
    const run = () => handle.agent.run({ prompt: 'p', timeout: 54_321, timeoutMs: 54_321 })
    return (await timersLeft(54_321, run)) == 0
  }],
]
