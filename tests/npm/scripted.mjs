/** A server that plays a part: it gives the answers it was handed, and remembers what it was asked. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, before } from 'node:test'
import { Box } from 'upstash-box-wasm'

/**
 * Plays for a whole file of tests. `play(answer, …)` lines up answers and gives the list of requests to come.
 * An answer is a value, sent as JSON; a string or bytes, sent as they are; or `{ status, body, headers? }`.
 */
export function withScript() {
  let answers = []
  let asked = []
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray())
    const isJson = request.headers['content-type'] == 'application/json'
    asked.push({
      line: `${request.method} ${request.url}`,
      body: body.length == 0 ? undefined : isJson ? JSON.parse(body) : body,
      headers: request.headers,
    })
    const answer = answers.shift()
    const { status = 200, headers, body: said = answer } = answer?.status > 99 ? answer : {}
    const isText = typeof said == 'string' || said instanceof Uint8Array
    response.writeHead(status, headers).end(said === undefined ? '' : isText ? said : JSON.stringify(said))
  })
  before(() => once(server.listen(0, '127.0.0.1'), 'listening'))
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  const connection = () => ({ baseUrl: `http://127.0.0.1:${server.address().port}`, apiKey: 'box_key' })
  const play = (...lines) => {
    answers = lines
    return (asked = [])
  }
  return {
    connection,
    play,
    server,
    /** A handle on a box called `b`. */
    async box(facts) {
      play({ id: 'b', status: 'idle', ...facts })
      return Box.get('b', connection())
    },
  }
}
