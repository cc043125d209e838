/**
 * A Box service that only says what it was told to say, as fast as Node can, in a process of its own
 * so that its work is not taken for the client's. The last line of a command or the prompt asks for
 * what comes: `text 64` and `bytes 64` for that many MB, `events 20000` for that many events, and
 * `one 12` for a single event of that many MiB.
 */
import { createServer } from 'node:http'

const SNAPSHOT_MS = 300
const json = (answer, value) => {
  answer.writeHead(200, { 'content-type': 'application/json' })
  answer.end(JSON.stringify(value))
}
const box = {
  id: 'box-1', name: 'one', status: 'idle', runtime: 'node', agent: 'custom', model: 'custom', size: 'small',
  keep_alive: false, created_at: 1_700_000_000, updated_at: 1_700_000_000,
}
const TEXT = Buffer.from('The quick brown fox jumps over the lazy dog, and 12 more lines follow.\n'.repeat(923))
const BYTES = Buffer.alloc(65_536, Buffer.from(Array.from({ length: 251 }, (_, n) => n)))
const EVENT = `event: text\ndata: ${JSON.stringify({ text: 'A few words of an answer. ' })}\n\n`
const DONE = `event: done\ndata: ${JSON.stringify({ output: '', input_tokens: 1, output_tokens: 1 })}\n\n`
const EXIT = 'event: exit\ndata: {"exit_code":0,"cpu_ns":1000}\n\n'
const snapshots = new Map()

const server = createServer(async (request, answer) => {
  let body = ''
  for await (const chunk of request) body += chunk
  const { pathname } = new URL(request.url, 'http://server')
  const parsed = body ? JSON.parse(body) : {}
  if (pathname.endsWith('/exec')) return json(answer, { exit_code: 0, output: 'ok\n', error: '', cpu_ns: 1000 })
  if (pathname.endsWith('/exec-stream')) return stream(answer, parsed.command.at(-1), EXIT)
  if (pathname.endsWith('/run/stream')) return stream(answer, parsed.prompt, DONE)
  if (pathname.includes('/snapshots')) return snapshot(request.method, pathname, answer)
  json(answer, box)
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))

async function stream(answer, asked, end) {
  const [what, count] = asked.trim().split('\n').at(-1).split(' ')
  answer.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const piece of pieces(what, Number(count))) {
    if (!answer.write(piece)) await new Promise((resolve) => answer.once('drain', resolve))
  }
  answer.end(end)
}

function* pieces(what, count) {
  if (what === 'one') yield `event: text\ndata: {"text":"${'x'.repeat(count * 2 ** 20)}"}\n\n`
  const [piece, times] = {
    text: [TEXT, Math.ceil((count * 1e6) / TEXT.length)],
    bytes: [BYTES, Math.ceil((count * 1e6) / BYTES.length)],
    // Full writes, as what is measured is the client and not the socket.
    events: [EVENT.repeat(1000), count / 1000],
  }[what] ?? ['', 0]
  for (let n = 0; n < times; n += 1) yield piece
}

/** A snapshot is being made for a while, whoever asks and by whichever route. */
function snapshot(method, pathname, answer) {
  const shown = (id) => ({
    id, name: 'one', box_id: box.id, size_bytes: 1, created_at: 1_700_000_000,
    status: Date.now() - snapshots.get(id) < SNAPSHOT_MS ? 'creating' : 'ready',
  })
  const id = method === 'POST' ? `snap-${snapshots.size}` : pathname.split('/').at(-1)
  if (method === 'POST') snapshots.set(id, Date.now())
  json(answer, snapshots.has(id) ? shown(id) : { snapshots: [...snapshots.keys()].map(shown) })
}
