/**
 * Three attempts at once from one snapshot. The caller sends `{ snapshotId, commands: [a, b, c] }` and
 * gets a line of JSON whenever one of the boxes has something to say. The key never leaves the Worker.
 */
import { EphemeralBox } from 'upstash-box-wasm'

const LARGEST_FAN_OUT = 3

export default {
  async fetch(request, env, context) {
    if (request.method !== 'POST') return new Response('POST { snapshotId, commands }', { status: 405 })
    const { snapshotId, commands } = await request.json()
    if (!snapshotId || !Array.isArray(commands) || commands.length > LARGEST_FAN_OUT) {
      return new Response(`send a snapshotId and at most ${LARGEST_FAN_OUT} commands`, { status: 400 })
    }
    const connection = { baseUrl: env.UPSTASH_BOX_BASE_URL, apiKey: env.UPSTASH_BOX_API_KEY }
    const { readable, writable } = new TransformStream()
    const writer = writable.getWriter()
    const tell = (line) => writer.write(new TextEncoder().encode(`${JSON.stringify(line)}\n`))

    const attempts = commands.map((command, attempt) =>
      run(connection, snapshotId, command, (line) => tell({ attempt, ...line })),
    )
    context.waitUntil(Promise.all(attempts).then(() => writer.close(), (error) => writer.abort(error)))
    return new Response(readable, { headers: { 'Content-Type': 'application/x-ndjson' } })
  },
}

/** One attempt, in a box that goes away by itself even if this Worker does not live to delete it. */
async function run(connection, snapshotId, command, tell) {
  try {
    const box = await EphemeralBox.fromSnapshot(snapshotId, { ...connection, ttl: 300 })
    for await (const chunk of box.exec.stream(command)) await tell(chunk)
    await box.delete()
  } catch (error) {
    await tell({ type: 'error', code: error.code, message: error.message })
  }
}
