/** A real server behind a bad connection: each call succeeds once or fails with the right code; nothing runs twice. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Box } from 'upstash-box-wasm'
import { withServer } from '../npm/suite.mjs'
import * as faults from './faults.mjs'
import { each, failsWith, outcome, upTo } from './outcome.mjs'
import { serverAt, startProxy } from './proxy.mjs'

const limit = { timeout: 240_000 }
const AT_ONCE = 8
/** Every try that the SDK makes. */
const TRIES = 4

const { create, connection } = withServer()
let injected = 0
after(() => console.log(`faults injected before a real server: ${injected}`))

/** A box, a handle of it that goes through a proxy, and how often each command ran in it. */
async function withProxy(work) {
  const direct = await create()
  const proxy = await startProxy(serverAt(connection().baseUrl))
  const around = { ...connection(), baseUrl: proxy.baseUrl }
  try {
    const box = await Box.get(direct.id, around)
    await work({ proxy, around, direct, box, runs: () => runsIn(direct) })
  } finally {
    injected += proxy.injected()
    await proxy.stop()
    await direct.delete()
  }
}

const note = (tag) => `echo ${tag} >> ran`

async function runsIn(box) {
  const { stdout } = await box.exec.command('touch ran; cat ran')
  const tags = stdout.split('\n').filter(Boolean)
  return (tag) => tags.filter((other) => other == tag).length
}

test('a request cut at any byte runs nothing and is not sent again', limit, () =>
  withProxy(async ({ proxy, box, runs }) => {
    let length
    proxy.plan('tagcutnot', (exchange) => {
      length = exchange.request.length
      return faults.pass(exchange)
    })
    await box.exec.command(note('tagcutnot'))
    // Their requests are longer than that one, so each lacks a byte at least.
    const tags = upTo(length).map((at) => `tagcut${String(at).padStart(5, '0')}`)
    await each(tags.entries(), AT_ONCE, async ([at, tag]) => {
      const plan = proxy.plan(tag, faults.cutRequest(at))
      await failsWith('network', box.exec.command(note(tag)), tag)
      assert.equal(plan.requests, 1, tag)
    })
    const ran = await runs()
    assert.equal(ran('tagcutnot'), 1)
    for (const tag of tags) assert.equal(ran(tag), 0, tag)
  }))

function withResolvers() {
  let resolve
  const promise = new Promise((settle) => (resolve = settle))
  return { promise, resolve }
}

/** What a call that may not be repeated says of a fault, and how often its work was done. */
const FATES = [
  ['left', faults.leaveAtOnce, 'network', [0, 1]],
  ['closed', faults.closeAnswer(0), 'network', [1]],
  ['closedinside', faults.closeAnswer(40), 'network', [1]],
  ['reset', faults.resetAnswer(0), 'network', [1]],
  ['resetinside', faults.resetAnswer(40), 'network', [1]],
  ['garbled', faults.corruptAnswer(0, 0), 'network', [1]],
  ['late', faults.delayAnswer(300), undefined, [1]],
  ['slow', faults.splitAnswer(1), undefined, [1]],
  ['repeated', faults.repeatAnswer, undefined, [1]],
  ...[429, 502, 503].flatMap((status) => {
    const code = status == 429 ? 'rate_limited' : 'unavailable'
    return [undefined, '0', '1', '600', 'Wed, 21 Oct 2026 07:28:00 GMT', '-1'].flatMap((later, number) => [
      [`refused${status}with${number}`, faults.refuse(status, later), code, [0]],
      [`denied${status}with${number}`, faults.denyAnswer(status, later), code, [1]],
    ])
  }),
]

test('a command is sent once, whatever happens, and says what it knows', limit, () =>
  withProxy(async ({ proxy, box, runs }) => {
    const calls = FATES.flatMap((fate) => upTo(3).map((number) => [`tag${fate[0]}no${number}`, fate]))
    await each(calls, AT_ONCE, async ([tag, [, fault, code]]) => {
      const plan = proxy.plan(tag, fault)
      const call = box.exec.command(note(tag))
      if (code) await failsWith(code, call, tag)
      else assert.equal((await call).exitCode, 0, tag)
      assert.equal(plan.requests, 1, tag)
    })
    const ran = await runs()
    for (const [tag, [, , , often]] of calls) assert.ok(often.includes(ran(tag)), `${tag} ran ${ran(tag)} times`)
  }))

const PASSING = [
  faults.closeAnswer(0), faults.closeAnswer(40), faults.resetAnswer(0), faults.cutRequest(30), faults.leaveAtOnce,
  faults.refuse(429), faults.refuse(502), faults.refuse(503), faults.refuse(503, '0'), faults.refuse(429, '1'),
  faults.denyAnswer(502), faults.denyAnswer(503, '0'),
]

test('a snapshot with a key is made once, however often it is asked for', limit, () =>
  withProxy(async ({ proxy, box, direct }) => {
    const all = [...PASSING, faults.repeatRequest].entries()
    await each(all, 4, async ([number, fault]) => {
      const tag = `tagsnapshot${number}x`
      proxy.plan(tag, fault)
      const made = await box.snapshot({ name: tag, idempotencyKey: tag })
      const same = (await direct.listSnapshots()).filter(({ name }) => name == tag)
      assert.deepEqual(same.map(({ id }) => id), [made.id], tag)
    })
  }))

test('a box that is made with a key is made once', limit, () =>
  withProxy(async ({ proxy, around }) => {
    const all = [faults.closeAnswer(0), faults.denyAnswer(502), faults.leaveAtOnce, faults.repeatRequest].entries()
    await each(all, 2, async ([number, fault]) => {
      const tag = `tagbox${number}x`
      proxy.plan(tag, fault)
      const made = await Box.create({ ...around, name: tag, idempotencyKey: tag })
      const same = (await Box.list(connection())).filter(({ name }) => name == tag)
      assert.deepEqual(same.map(({ id }) => id), [made.id], tag)
      await made.delete()
    })
  }))

test('without a key a box is asked for once, and at most one is made', limit, () =>
  withProxy(async ({ proxy, around }) => {
    for (const [number, fault] of [faults.closeAnswer(0), faults.denyAnswer(503, '0'), faults.refuse(503)].entries()) {
      const tag = `tagplain${number}x`
      const plan = proxy.plan(tag, fault)
      await failsWith(['network', 'unavailable'], Box.create({ ...around, name: tag }), tag)
      assert.equal(plan.requests, 1)
      const same = (await Box.list(connection())).filter(({ name }) => name == tag)
      assert.equal(same.length, number == 2 ? 0 : 1, tag)
    }
  }))

test('reading goes on after failures that pass, and is given up after four', limit, () =>
  withProxy(async ({ proxy, box, direct }) => {
    await direct.exec.command('for n in $(seq 0 99); do echo content > tagread${n}x; echo content > taglost${n}x; done')
    await each(PASSING.entries(), AT_ONCE, async ([number, fault]) => {
      const read = proxy.plan(`tagread${number}x`, fault, fault, fault)
      assert.equal(await box.files.read(`tagread${number}x`), 'content\n')
      assert.equal(read.requests, TRIES)
      const lost = proxy.plan(`taglost${number}x`, ...Array(9).fill(fault))
      const codes = ['network', 'unavailable', 'rate_limited']
      await failsWith(codes, box.files.read(`taglost${number}x`), `fault ${number}`)
      assert.equal(lost.requests, TRIES)
    })
    const patient = proxy.plan('tagread99x', faults.refuse(503, '600'))
    await failsWith('unavailable', box.files.read('tagread99x'), 'ten minutes')
    assert.equal(patient.requests, 1, 'so long a wait is the caller’s to decide')
  }))

test('a deletion whose answer was lost has succeeded when it is asked for again', limit, () =>
  withProxy(async ({ proxy, around }) => {
    await Box.setEnv('tagdeleted', 'value', connection())
    const before = JSON.stringify(await Box.listEnv(connection()))
    const plan = proxy.plan('tagdeleted', faults.closeAnswer(0))
    await Box.deleteEnv('tagdeleted', around)
    assert.equal(plan.requests, 2)
    assert.match(before, /tagdeleted/)
    assert.doesNotMatch(JSON.stringify(await Box.listEnv(connection())), /tagdeleted/)
  }))

test('answers that arrive in another order each reach their own call', limit, () =>
  withProxy(async ({ proxy, box, runs }) => {
    const tags = upTo(12).map((number) => `tagorder${number}x`)
    const gates = tags.map(() => withResolvers())
    let answered = 0
    const allAnswered = withResolvers()
    const arrived = () => (answered += 1) == tags.length && allAnswered.resolve()
    tags.forEach((tag, number) => proxy.plan(tag, faults.holdAnswer(arrived, gates[number].promise)))
    const finished = []
    const calls = tags.map(async (tag) => {
      const { stdout } = await box.exec.command(`${note(tag)}; echo ${tag}`)
      finished.push(tag)
      assert.equal(stdout.trim(), tag)
    })
    await allAnswered.promise
    for (const number of upTo(tags.length).reverse()) {
      gates[number].resolve()
      await calls[number]
    }
    assert.deepEqual(finished, [...tags].reverse())
    const ran = await runs()
    for (const tag of tags) assert.equal(ran(tag), 1, tag)
  }))

test('whatever bit of an answer is wrong, a command ran once and its call ends', limit, () =>
  withProxy(async ({ proxy, box, runs }) => {
    const tags = upTo(120).map((at) => `tagbit${at}x`)
    await each(tags.entries(), AT_ONCE, async ([at, tag]) => {
      const plan = proxy.plan(tag, faults.corruptAnswer(at * 2, at % 8))
      await outcome(box.exec.command(note(tag)), tag)
      assert.equal(plan.requests, 1, tag)
    })
    const ran = await runs()
    for (const tag of tags) assert.equal(ran(tag), 1, tag)
  }))
