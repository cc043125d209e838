/** Runs what the page sends in a box of its own and streams the output. The key stays on this side. */
import { EphemeralBox } from 'upstash-box-wasm'

const LONGEST_PROGRAM = 100_000

export async function POST(request) {
  const code = await request.text()
  if (code.length > LONGEST_PROGRAM) return new Response('that is too long', { status: 413 })
  return new Response(ReadableStream.from(output(code, request.signal)).pipeThrough(new TextEncoderStream()))
}

async function* output(code, signal) {
  const box = await EphemeralBox.create({ runtime: 'node', ttl: 60 })
  try {
    await box.files.write({ path: 'program.mjs', content: code })
    for await (const chunk of box.exec.stream('node program.mjs', { signal })) {
      yield chunk.type === 'output' ? chunk.data : `\nexit code ${chunk.exitCode}\n`
    }
  } finally {
    await box.delete()
  }
}
