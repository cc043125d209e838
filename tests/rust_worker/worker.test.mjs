/**
 * The worker of `examples/rust-worker` in Node, against a server: Rust on wasm32 sends by `fetch`.
 *
 * `BOX_RUST_WORKER` names the folder in which `wasm-bindgen --target nodejs` left it.
 */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { startServer } from '../npm/server.mjs'

const { attempt } = createRequire(import.meta.url)(`${process.env.BOX_RUST_WORKER}/box_example_rust_worker.js`)
const limit = { timeout: 60_000 }
let server

before(async () => {
  server = await startServer()
})
after(() => server?.stop())

async function ask(method, path, body) {
  const headers = { 'X-Box-Api-Key': server.apiKey, 'Content-Type': 'application/json' }
  const response = await fetch(server.baseUrl + path, { method, headers, body: body && JSON.stringify(body) })
  assert.ok(response.ok, `${method} ${path}: ${response.status}`)
  return response.json()
}

test('a worker written in Rust restores a snapshot and streams what a command prints', limit, async () => {
  const { id } = await ask('POST', '/v2/box', { name: 'base' })
  await ask('POST', `/v2/box/${id}/exec`, { command: ['sh', '-c', 'echo grün > told'] })
  const snapshot = await ask('POST', `/v2/box/${id}/snapshots`, { name: 'base' })
  const runs = [1, 2, 3].map((code) => attempt(server.baseUrl, server.apiKey, snapshot.id, `cat told; exit ${code}`))
  assert.deepEqual(await Promise.all(runs), [1, 2, 3].map((code) => `grün\n(exit code ${code})\n`))
  const left = await ask('GET', '/v2/box')
  assert.deepEqual(left.map((box) => box.id), [id])
})

test('what goes wrong is told in a sentence', limit, async () => {
  await assert.rejects(attempt(server.baseUrl, 'box_wrong', 's', 'x'), /API key/)
  await assert.rejects(attempt('nowhere', 'k', 's', 'x'), /`baseUrl` must begin with http/)
  await assert.rejects(attempt('http://127.0.0.1:1', 'k', 's', 'x'), /http:\/\/127\.0\.0\.1:1 could not be reached: ./)
})

test('a stream that is cut off and a page in place of an answer are errors, not crashes', limit, async () => {
  const answers = ['{"id":"b","status":"idle"}', 'half of the outp', '<h1>Welcome</h1>', '', '{"id":"b","status":"idle"}', null]
  const played = createServer((request, response) => {
    request.resume()
    const answer = answers.shift()
    if (answer === null) response.destroy()
    else response.end(answer)
  })
  await once(played.listen(0, '127.0.0.1'), 'listening')
  try {
    const address = `http://127.0.0.1:${played.address().port}`
    const run = () => attempt(address, 'k', 's', 'x')
    await assert.rejects(run(), /stream ended before it said how the run ended/)
    await assert.rejects(run(), /not what the Box API promises/)
    await assert.rejects(run(), /not what the Box API promises/)
    await assert.rejects(run(), /could not be reached/)
    assert.deepEqual(answers, [])
  } finally {
    played.closeAllConnections()
    played.close()
  }
})
