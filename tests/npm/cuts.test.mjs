/** The same comes out however the network cuts an answer, with or without its length. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Box } from 'upstash-box-wasm'
import { limit } from './suite.mjs'

const real = globalThis.fetch
after(() => {
  globalThis.fetch = real
})

/** A handle on a box whose calls are answered with these bytes, cut into chunks of this size. */
async function answered(bytes, size) {
  globalThis.fetch = async () => Response.json({ id: 'b', status: 'idle' })
  const box = await Box.get('b', { baseUrl: 'http://127.0.0.1:9', apiKey: 'box_key' })
  const starts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => at * size)
  globalThis.fetch = async () => new Response(ReadableStream.from(starts.map((at) => bytes.subarray(at, at + size))))
  return box
}

test('a text of an agent is what JSON says, whatever is in it', limit, async () => {
  const said = [
    '{"text":"plain"}', '{"text":"grüße 🦀"}', '{"text":""}', '{"text":"a \\"quote\\" and \\\\"}', '{"text":"\\u0041\\n"}',
    '{"text":"{[,:]}"}', '{"text":"a","more":"b"}', '{"text":"a","text":"b"}', '{ "text": "spaced" }', '{"text":"\\\\"}',
    '{"text":"\u007f\u0080\u2028\ufeff"}', '{"more":1,"text":"last"}',
  ]
  const end = 'event: done\ndata: {"input_tokens":1,"output_tokens":1}\n\n'
  const bytes = Buffer.from(said.map((data) => `event: text\ndata: ${data}\n\n`).join('') + end)
  const expected = said.map((data) => JSON.parse(data).text).filter(Boolean)
  for (const size of [1, 2, 3, 7, 16, 61, bytes.length]) {
    const stream = await (await answered(bytes, size)).agent.stream({ prompt: 'p' })
    const texts = []
    for await (const { type, text } of stream) if (type == 'text-delta') texts.push(text)
    assert.deepEqual(texts, expected, `in chunks of ${size}`)
    assert.equal(stream.result, expected.join(''))
  }
})

test('a text that is no JSON fails where it stands', limit, async () => {
  for (const data of ['{"text":"a\tb"}', '{"text":"a\u0001"}', '{"text":"a"b"}', '{"text":"a\\"}', '{"text":"a"}}', ' "a']) {
    const bytes = Buffer.from(`event: text\ndata: {"text":"before"}\n\nevent: text\ndata: ${data}\n\n`)
    const texts = []
    const read = async () => {
      for await (const { text } of (await answered(bytes, bytes.length)).agent.stream({ prompt: 'p' })) texts.push(text)
    }
    await assert.rejects(read(), { code: 'invalid_response' }, data)
    assert.deepEqual(texts, ['before'], data)
  }
})

test('an answer that does not say its length is whole', limit, async () => {
  const output = 'grüße 🦀 '.repeat(20)
  const bytes = Buffer.from(JSON.stringify({ exit_code: 0, output, error: '', cpu_ns: 1 }))
  for (const size of [1, 5, 100, bytes.length]) {
    const run = await (await answered(bytes, size)).exec.command('true')
    assert.equal(run.stdout, output, `in chunks of ${size}`)
  }
})
