/** Answers of a real server, recorded and played back with a fault at each of their bytes. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Box } from 'upstash-box-wasm'
import { withServer } from '../npm/suite.mjs'
import { ONCE, REPEATABLE } from './conversation.mjs'
import { closeAnswer, corruptAnswer, repeatAnswer, resetAnswer, splitAnswer } from './faults.mjs'
import { each, outcome, upTo } from './outcome.mjs'
import { serverAt, startProxy } from './proxy.mjs'

const limit = { timeout: 240_000 }
const AT_ONCE = 32
const RECORDED = 'tagrecorded'
/** What a client says of a connection that broke, and of a stream that ended too early. */
const BROKEN = ['network', 'stream_truncated']

const { create, connection } = withServer()
let injected = 0
after(() => console.log(`faults injected at the bytes of recorded answers: ${injected}`))

/** The box that all calls are about, with what they read; made once. */
const prepared = (() => {
  let made
  const prepare = async () => {
    const box = await create()
    const text = `echo 'what the file holds: ä€' > file-${RECORDED}`
    const folder = `mkdir folder-${RECORDED}; touch folder-${RECORDED}/inside`
    assert.equal((await box.exec.command(`${text}; ${folder}`)).exitCode, 0)
    return box
  }
  return () => (made ??= prepare())
})()
const ask = (request) => serverAt(connection().baseUrl).ask(request)

/** A proxy, and a handle of the box that goes through it. */
async function through(answerer) {
  const box = await prepared()
  const proxy = await startProxy(answerer)
  return { proxy, handle: await Box.get(box.id, { ...connection(), baseUrl: proxy.baseUrl }) }
}

/** The bytes that answer a call, and what the call gives. */
async function record(call) {
  let answer
  const { proxy, handle } = await through({
    async ask(request) {
      const said = await ask(request)
      if (request.includes(RECORDED)) answer = said
      return said
    },
  })
  try {
    const value = await call(handle, RECORDED)
    return { answer, value }
  } finally {
    await proxy.stop()
  }
}

/** Plays a call once with each fault, and hands what came of it to `check`. */
async function play(name, call, faults, check) {
  const { answer, value } = await record(call)
  const { proxy, handle } = await through({
    ask: (request) => (request.includes('tag') ? answer : ask(request)),
  })
  let number = 0
  try {
    await each(faults(answer), AT_ONCE, async (fault) => {
      const tag = `tag${number++}x`
      const plan = proxy.plan(tag, fault)
      const what = `${name}, fault ${tag} at an answer of ${answer.length} bytes`
      const came = await outcome(call(handle, tag), what)
      check({ ...came, expected: value, requests: plan.requests, what })
    })
  } finally {
    injected += proxy.injected()
    await proxy.stop()
  }
}

const succeeds = ({ value, error, expected, what }) => {
  assert.ifError(error)
  assert.deepEqual(value, expected, what)
}
/** Closed at every byte, and reset at some. */
const cuts = ({ length }) => upTo(length).flatMap((at) => [closeAnswer(at), ...(at % 8 == 0 ? [resetAnswer(at)] : [])])

for (const [name, call] of Object.entries(ONCE)) {
  test(`${name}: an answer cut at any byte is a failure or all that it says, and nothing is sent twice`, limit, () =>
    play(name, call, cuts, ({ error, value, expected, requests, what }) => {
      if (error) assert.ok(BROKEN.includes(error.code), `${what}: ${error}`)
      else assert.deepEqual(value, expected, what)
      assert.equal(requests, 1, what)
    }))

  test(`${name}: whatever bit of an answer is wrong, nothing is sent twice`, limit, () => {
    const faults = (answer) => upTo(answer.length).map((at) => corruptAnswer(at, at % 8))
    return play(name, call, faults, ({ requests, what }) => assert.equal(requests, 1, what))
  })
}

for (const [name, call] of Object.entries(REPEATABLE)) {
  test(`${name}: an answer cut at any byte is asked for again`, limit, () =>
    play(name, call, cuts, (played) => {
      succeeds(played)
      assert.equal(played.requests, 2, played.what)
    }))
}

for (const [name, call] of Object.entries({ ...ONCE, ...REPEATABLE })) {
  test(`${name}: an answer in pieces, or twice, is one answer`, limit, () =>
    play(name, call, () => [...upTo(40).map((size) => splitAnswer(size + 1)), repeatAnswer], (played) => {
      succeeds(played)
      assert.equal(played.requests, 1, played.what)
    }))
}
