/** What can happen to a request and its answer on the way. Each is a function of an exchange, see `proxy.mjs`. */
import { setTimeout as pause } from 'node:timers/promises'

/** Nothing. */
export const pass = async ({ client, ask }) => void client.end(await ask())

/** The server sees only the first bytes of the request. */
export const cutRequest = (at) => async ({ client, request, tell }) => {
  await tell(request.subarray(0, at))
  client.resetAndDestroy()
}

/** The server gets the request, and the connection is gone. */
export const leaveAtOnce = async ({ client, request, leave }) => {
  await leave(request)
  client.resetAndDestroy()
}

/** The answer ends after its first bytes, as if that were all of it. */
export const closeAnswer = (at) => async ({ client, ask }) => void client.end((await ask()).subarray(0, at))

/** The same, and the connection is reset. */
export const resetAnswer = (at) => async ({ client, ask }) => {
  client.write((await ask()).subarray(0, at), () => client.resetAndDestroy())
}

const CLOSES = '\r\nconnection: close\r\n'

/**
 * One bit of the answer is another. Not of the header that says that the connection closes, but of what is behind
 * it: a client that was not told would send its next request, another call's, on a connection that is gone.
 */
export const corruptAnswer = (at, bit) => async ({ client, ask }) => {
  const answer = Buffer.from(await ask())
  const closes = answer.indexOf(CLOSES)
  const behind = closes + CLOSES.length
  answer[closes >= 0 && at >= closes && at < behind ? behind : at] ^= 1 << bit
  client.end(answer)
}

/** The answer arrives twice. */
export const repeatAnswer = async ({ client, ask }) => {
  const answer = await ask()
  client.end(Buffer.concat([answer, answer]))
}

/** The server gets the request twice at the same time; the first answer counts. */
export const repeatRequest = async ({ client, ask }) => {
  const [first] = await Promise.all([ask(), ask()])
  client.end(first)
}

/** The answer arrives late. */
export const delayAnswer = (ms) => async ({ client, ask }) => {
  const answer = await ask()
  await pause(ms)
  client.end(answer)
}

/** The answer arrives in pieces of this size. */
export const splitAnswer = (size) => async ({ client, ask }) => {
  const answer = await ask()
  client.setNoDelay(true)
  for (let at = 0; at < answer.length && !client.destroyed; at += size) {
    await new Promise((written) => client.write(answer.subarray(at, at + size), written))
  }
  client.end()
}

/** The answer waits for `gate`. */
export const holdAnswer = (arrived, gate) => async ({ client, ask }) => {
  const answer = await ask()
  arrived()
  await gate
  client.end(answer)
}

const refusal = (status, retryAfter) => {
  const body = `<h1>${status}</h1>`
  const later = retryAfter === undefined ? '' : `retry-after: ${retryAfter}\r\n`
  return `HTTP/1.1 ${status} No\r\nconnection: close\r\n${later}content-length: ${body.length}\r\n\r\n${body}`
}

/** Something on the way refuses; the server knows nothing of it. */
export const refuse = (status, retryAfter) => async ({ client }) => void client.end(refusal(status, retryAfter))

/** The server did it; something on the way says that it failed. */
export const denyAnswer = (status, retryAfter) => async ({ client, ask }) => {
  await ask()
  client.end(refusal(status, retryAfter))
}
