/**
 * What goes wrong with the official client and right with ours, as a table: each row is one experience
 * of a user, played to both clients by the same server.
 *
 * `../comparison.test.mjs` installs the official client beside the packed package and runs this.
 *
 * It fails when ours is wrong, or when a row no longer tells the two apart.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'

const CLIENTS = { official: await import('@upstash/box'), ours: await import('upstash-box-wasm') }
const LONGEST_MS = 5000
const box = { id: 'b', status: 'idle', agent: 'claude-code', model: 'anthropic/claude-sonnet-4-5' }

/** Sends parts of an answer one by one, each in a chunk of its own. */
const parts = (...texts) => async (response) => {
  for (const text of texts) {
    response.write(text)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  response.end()
}
const exit = (code) => `event: exit\ndata: {"exit_code":${code},"cpu_ns":1}\n\n`

/** Reads a command's stream to its end: its text, how it ended, or what it threw. */
async function read(client, server, answer, options) {
  const handle = await get(client, server)
  server.play(answer)
  const run = await handle.exec.stream('x', options)
  let text = ''
  for await (const element of run) if (element.type == 'output') text += element.data
  return { text, exitCode: run.exitCode, status: run.status }
}

const get = (client, server) => {
  server.play(box)
  return client.Box.get('b', server.connection)
}

/** Whether a promise is rejected with words, not with a bare TypeError of the runtime. */
const fails = (promise) => promise.then(() => false, (error) => error.name == 'BoxError')

const ROWS = [
  ['W1', 'the exit code arrives after its marker', async (client, server) =>
    (await read(client, server, parts('a\n', 'event: exit\n', 'data: {"exit_code":3,"cpu_ns":1}\n\n'))).exitCode == 3],
  ['W2', 'the exit code is cut in half', async (client, server) =>
    (await read(client, server, parts('a\nevent: exit\ndata: {"exit_', 'code":3,"cpu_ns":1}\n\n'))).exitCode == 3],
  ['W3', 'a command prints the words of the trailer', async (client, server) => {
    const { text, exitCode } = await read(client, server, parts(`one\n${exit(7)}two\n`, exit(0)))
    return exitCode == 0 && text.includes('two')
  }],
  ['W4', 'a command prints "event: error"', async (client, server) =>
    (await read(client, server, parts('event: error\nis what the log says\n', exit(0)))).exitCode == 0],
  ['W5', 'the stream of a command is cut off', (client, server) => fails(read(client, server, parts('half of the outp')))],
  ['W6', 'the stream of an agent is cut off', async (client, server) => {
    const handle = await get(client, server)
    server.play(parts('event: text\ndata: {"text":"half an ans"}\n\n'))
    return fails(handle.agent.run({ prompt: 'p' }))
  }],
  ['W10', 'an empty list of boxes to delete', async (client, server) => {
    const asked = server.play({})
    await client.Box.delete({ ...server.connection, boxIds: [] }).catch(() => {})
    return asked.length == 0
  }],
  ['W19', 'a name with slashes and a question mark', async (client, server) => {
    const asked = server.play(box)
    await client.Box.get('a/../snapshots?x=1', server.connection).catch(() => {})
    return asked.every((line) => line == 'GET /v2/box/a%2F..%2Fsnapshots%3Fx%3D1')
  }],
  ['W20', 'a new box that is deleted at once', (client, server) => {
    server.play({ id: 'b', status: 'deleted' })
    return fails(client.Box.create(server.connection))
  }],
  ['R6', 'a timeout of a month', async (client, server) => {
    server.play(box)
    const options = { ...server.connection, timeout: 2 ** 32, timeoutMs: 2 ** 32 }
    const handle = await client.Box.get('b', options)
    server.play({ exit_code: 0, output: 'x' })
    return (await handle.exec.command('true', { timeoutMs: 2 ** 32 })).exitCode == 0
  }],
  ['R14', 'a failure told by a page', async (client, server) => {
    const handle = await get(client, server)
    server.play({ status: 502, body: '<h1>Bad gateway at proxy seven</h1>' })
    return handle.exec.command('true').then(() => false, (error) => error.message.includes('proxy seven'))
  }],
  ['R14', 'a failure told as an object', async (client, server) => {
    const handle = await get(client, server)
    server.play({ status: 409, body: { error: { message: 'The box is busy', code: 'conflict' } } })
    return handle.exec.command('true').then(() => false, (error) => error.message.includes('The box is busy'))
  }],
  ['R15', 'a page with status 200', async (client, server) => {
    const handle = await get(client, server)
    server.play('<html>welcome</html>')
    return handle.exec.command('true').then(() => false, (error) => error.status == 200)
  }],
  ['R16', 'a list that is null', async (client, server) => {
    const handle = await get(client, server)
    server.play({ logs: null })
    return Array.isArray(await handle.logs())
  }],
  ['R26', 'bytes that are no text', async (client, server) => {
    const bytes = Buffer.concat([Buffer.from([0, 255, 254, 195]), Buffer.from(exit(0))])
    const handle = await get(client, server)
    server.play(parts(bytes))
    const found = []
    for await (const { type, data } of await handle.exec.stream('x', { encoding: 'bytes' })) {
      if (type == 'output') found.push(Buffer.from(data))
    }
    return Buffer.concat(found).equals(bytes.subarray(0, 4))
  }],
]

/** A server that answers with what is lined up and remembers what it was asked. */
async function scripted() {
  let answers = []
  let asked = []
  const server = createServer(async (request, response) => {
    asked.push(`${request.method} ${request.url}`)
    await request.toArray()
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    if (typeof answer == 'function') return answer(response)
    const { status = 200, body = answer } = typeof answer?.status == 'number' ? answer : {}
    response.writeHead(status).end(typeof body == 'string' ? body : JSON.stringify(body))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    connection: { baseUrl: `http://127.0.0.1:${server.address().port}`, apiKey: 'k' },
    play: (...lines) => ((answers = lines), (asked = [])),
    close: () => (server.closeAllConnections(), server.close()),
  }
}

/** What became of one row: right, wrong, or how it failed. */
async function verdict(client, run) {
  const server = await scripted()
  let timer
  const late = new Promise((resolve) => (timer = setTimeout(resolve, LONGEST_MS, 'hangs')))
  const outcome = await Promise.race([late, run(client, server).catch((error) => `throws ${error?.name}`)])
  clearTimeout(timer)
  server.close()
  return outcome === true ? 'right' : outcome === false ? 'wrong' : outcome
}

process.on('unhandledRejection', () => {})
let failed = false
console.log(`${'row'.padEnd(5)}${'what the user meets'.padEnd(44)}${'@upstash/box 0.5.5'.padEnd(22)}ours`)
for (const [id, what, run] of ROWS) {
  const official = await verdict(CLIENTS.official, run)
  const ours = await verdict(CLIENTS.ours, run)
  failed ||= ours != 'right' || official == 'right'
  console.log(`${id.padEnd(5)}${what.padEnd(44)}${official.padEnd(22)}${ours}`)
}
process.exit(failed ? 1 : 0)
