/** Where both clients play the same scene: a server that does what the scene says, and a judge. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'

/** A client that has not come back by then hangs. Generous: scenes of a loaded machine are slow. */
const LONGEST_MS = 15_000

/** A box as the service tells of it. */
export const box = { id: 'b', status: 'idle', agent: 'claude-code', model: 'anthropic/claude-sonnet-4-5' }

/** An answer that arrives in these parts, each in a chunk of its own. */
export const parts = (...texts) => {
  const chunks = texts.map((text) => Buffer.from(text))
  return { status: 200, headers: { 'x-chunks': chunks.map(({ length }) => length).join() }, body: Buffer.concat(chunks) }
}

// A network gives no say in where it cuts, so the chunks are cut here.
const { fetch } = globalThis
globalThis.fetch = async (...given) => {
  const response = await fetch(...given)
  const sizes = response.headers.get('x-chunks')?.split(',').map(Number)
  if (!sizes) return response
  const bytes = Buffer.from(await response.arrayBuffer())
  let at = 0
  const pull = (controller) => (sizes.length ? controller.enqueue(bytes.subarray(at, (at += sizes.shift()))) : controller.close())
  return new Response(new ReadableStream({ pull }), response)
}

/** The trailer of a command's stream. */
export const exit = (code) => `event: exit\ndata: {"exit_code":${code},"cpu_ns":1}\n\n`

/** One event of an agent's stream. */
export const event = (name, data) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`

/** An answer that never comes. */
export const silence = () => {}

/** Whether a promise is rejected with words, not with a bare TypeError of the runtime. */
export const fails = (promise) => promise.then(() => false, (error) => error.name == 'BoxError')

/** A handle on the box, and what is answered from then on. */
export async function get(client, server, ...answers) {
  server.play(box)
  const handle = await client.Box.get('b', server.connection)
  server.play(...answers)
  return handle
}

/** A server that gives the answers that are lined up, the last one for ever, and remembers what it was asked. */
export async function stage() {
  let answers = []
  let asked = []
  const server = createServer(async (request, response) => {
    const bytes = Buffer.concat(await request.toArray())
    const isJson = request.headers['content-type'] == 'application/json'
    asked.push({ line: `${request.method} ${request.url}`, headers: request.headers, bytes, body: isJson ? JSON.parse(bytes) : undefined })
    let answer = answers.length > 1 ? answers.shift() : answers[0]
    if (typeof answer == 'function') answer = await answer(response, asked.at(-1))
    // A function that gives nothing has answered, or never will.
    if (answer === undefined) return
    const { status = 200, headers = {}, body = answer } = typeof answer?.status == 'number' ? answer : {}
    response.writeHead(status, headers).end(typeof body == 'string' || body instanceof Uint8Array ? body : JSON.stringify(body))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    connection: { baseUrl: `http://127.0.0.1:${server.address().port}`, apiKey: 'k' },
    play: (...lines) => ((answers = lines), (asked = [])),
    /** What was asked since the last `play`. */
    asked: () => asked,
    close: () => (server.closeAllConnections(), server.close()),
  }
}

/** Runs the commands of a box here, where nothing but looking is asked of them. */
export const runHere = (_, { body }) =>
  new Promise((resolve) => {
    const [program, ...args] = body.command
    execFile(program, args, (error, output, complaint) => resolve({ exit_code: error?.code ?? 0, output, error: complaint }))
  })

/** What became of one scene: right, wrong, or how it failed. */
export async function verdict(client, scene) {
  const server = await stage()
  let timer
  const late = new Promise((resolve) => (timer = setTimeout(resolve, LONGEST_MS, 'hangs')))
  const outcome = await Promise.race([late, scene(client, server).catch((error) => `throws ${error?.name}`)])
  clearTimeout(timer)
  server.close()
  return outcome === true ? 'right' : outcome === false ? 'wrong' : outcome
}
