/**
 * A model on loopback: a real HTTP server that speaks a provider's streaming API and says what a test
 * told it to say, in the order in which it is asked.
 *
 * It listens on 127.0.0.2: still this machine alone, but no address that a box takes for itself.
 */
import { createServer } from 'node:http'

/** What each answer is said to have used. */
export const usage = { input: 100, cached: 20, written: 3, output: 10 }

/**
 * Starts the model. `speak` is the provider's API (`anthropic.mjs`, `openai.mjs`).
 *
 * `model.answer(…)` takes what it is to say next: `{ say }`, `{ run: command }` for a call of the agent's
 * shell, `{ fail: status, why }` however often it is asked, or `{ hold: true }` to begin and never end. `model.asked` has every request.
 */
export async function startModel(speak) {
  const model = { asked: [], answers: [], open: 0 }
  const server = createServer((request, response) => {
    serve(model, speak, request, response).catch((error) => response.destroy(error))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.2', resolve))
  model.origin = `http://127.0.0.2:${server.address().port}`
  model.answer = (...answers) => {
    model.asked = []
    model.answers = answers
  }
  model.stop = () => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  return model
}

async function serve(model, speak, request, response) {
  const parts = []
  for await (const part of request) parts.push(part)
  const { pathname } = new URL(request.url, model.origin)
  const isAsking = request.method === 'POST' && pathname === speak.path
  // A program that would rather have a WebSocket is told to go on without.
  if (!isAsking) return refuse(response, request.headers.upgrade ? 426 : 404, speak.failure('not_found', `no ${pathname} here`))
  const body = JSON.parse(Buffer.concat(parts))
  // Beside its work an agent asks for small things, such as a title, and offers no tools then.
  if (!body.tools?.length) return tell(response, speak.events({ say: 'A title' }, body))
  model.asked.push({ key: speak.key(request.headers), model: body.model, text: speak.text(body) })
  const [answer = { fail: 400, why: 'the test has no answer to this' }] = model.answers
  // Some ask again before they give up.
  if (!answer.fail) model.answers.shift()
  if (answer.fail) return refuse(response, answer.fail, speak.failure(answer.type, answer.why))
  if (answer.hold) {
    model.open += 1
    response.on('close', () => (model.open -= 1))
  }
  tell(response, speak.events(answer, body), answer.hold)
}

function refuse(response, status, failure) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(failure))
}

function tell(response, events, isHeld) {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const event of isHeld ? events.slice(0, 2) : events) {
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  }
  if (!isHeld) response.end()
}
