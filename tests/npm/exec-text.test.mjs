/** Streamed output as text: the same text however the network cuts its bytes. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { Box } from 'upstash-box-wasm'

const WORDS = Buffer.from('a€𝄞ü—plain\n'.repeat(50) + '\ufeffx')
/** Characters of one to four bytes, a character that ends too early, and bytes that are none. */
const OUTPUT = Buffer.concat([WORDS, Buffer.from([0xe2, 0x82]), WORDS, Buffer.from([0xff, 0xf0, 0x9d])])
const EXIT = 'event: exit\ndata: {"exit_code":0}\n\n'

test('text is the same however its bytes are cut', { timeout: 60_000 }, async () => {
  let size
  const server = createServer(async (request, answer) => {
    for await (const _ of request);
    if (request.method === 'GET') return answer.end('{"id":"b","status":"idle"}')
    for (let from = 0; from < OUTPUT.length; from += size) {
      answer.write(OUTPUT.subarray(from, from + size))
      // A turn of the loop for each piece, so that they arrive one by one.
      await new Promise(setImmediate)
    }
    answer.end(EXIT)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const box = await Box.get('b', { baseUrl: `http://127.0.0.1:${server.address().port}`, apiKey: 'box_any' })
    const expected = new TextDecoder('utf-8', { ignoreBOM: true }).decode(OUTPUT)
    for (size of [1, 2, 3, 5, 7, 64, OUTPUT.length]) {
      let text = ''
      for await (const { data } of await box.exec.stream('any')) text += data ?? ''
      assert.equal(text, expected, `cut into pieces of ${size} bytes`)
    }
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
