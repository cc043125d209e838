/** How fast streams are read, beside the official client and a bare reader of the same body. */
import { note, quick, report, rounds, row } from '../rows.mjs'
import { OFFICIAL, withClients } from './clients.mjs'

const MB = quick ? 16 : 64
const EVENTS = quick ? 40_000 : 200_000
const ROUNDS = rounds(7, 3)

await withClients(async ({ ours, official, fetch }) => {
  const rows = []
  const exec = async (box, options) => {
    let length = 0
    for await (const chunk of await box.exec.stream(...options)) length += chunk.data?.length ?? 0
    return length
  }
  const prompt = async (box, prompt) => {
    let length = 0
    for await (const chunk of await box.agent.stream({ prompt })) length += chunk.text?.length ?? 0
    return length
  }
  const bare = async (path, body) => {
    let length = 0
    for await (const chunk of (await fetch(path, body)).body) length += chunk.length
    return length
  }

  const text = await inTurns('exec stream, text', MB * 1e6, {
    ours: () => exec(ours, [`text ${MB}`]),
    official: () => exec(official, [`text ${MB}`]),
    fetch: () => bare('/exec-stream', { command: ['sh', '-c', `text ${MB}`] }),
  })
  rows.push(...speeds('exec stream, text', text, `${MB} MB on loopback`), ratio('exec stream, text', text, 'exec-stream'))

  const bytes = await inTurns('exec stream, bytes', MB * 1e6, {
    ours: () => exec(ours, [`bytes ${MB}`, { encoding: 'bytes' }]),
    // It knows no bytes, and makes text of them.
    official: () => exec(official, [`bytes ${MB}`]),
  })
  rows.push(...speeds('exec stream, bytes', bytes, `${MB} MB on loopback; theirs comes as broken text`))
  rows.push(ratio('exec stream, bytes', bytes, 'exec-stream'))

  const events = await inTurns('event stream', EVENTS * 26, {
    ours: () => prompt(ours, `events ${EVENTS}`),
    official: () => prompt(official, `events ${EVENTS}`),
    fetch: () => bare('/run/stream', { prompt: `events ${EVENTS}` }),
  })
  rows.push(...speeds('event stream', events, `${EVENTS.toLocaleString('en')} events of 26 characters`))
  rows.push(ratio('event stream', events, 'event-stream'))

  const one = await inTurns('one event of 12 MiB', 12 * 2 ** 20, {
    ours: () => prompt(ours, 'one 12'),
    official: () => prompt(official, 'one 12'),
  })
  rows.push(...speeds('one event of 12 MiB', one, 'one `text` event'), ratio('one event of 12 MiB', one, 'event-stream'))

  const part = await inTurns('one event of 1.5 MiB', 1.5 * 2 ** 20, { ours: () => prompt(ours, 'one 1.5') })
  const grown = one.map((turn, at) => turn.ours / part[at].ours)
  rows.push(row('an event of 12 MiB against one of 1.5 MiB', grown, { unit: '×', method: 'time; 8 is linear', goal: 'event-growth' }))
  report(rows)
})

/** Milliseconds of each client in each round; they take turns, after a round that is not counted. */
async function inTurns(what, expected, ways) {
  note(what)
  const turns = []
  for (let round = -1; round < ROUNDS; round += 1) {
    const turn = {}
    for (const [name, read] of Object.entries(ways)) {
      const started = performance.now()
      const length = await read()
      turn[name] = performance.now() - started
      // Broken text is shorter or longer; what counts is that it came.
      if (length < expected / 2) throw new Error(`${what}: ${name} gave ${length} of ${expected}`)
    }
    turn.expected = expected
    if (round >= 0) turns.push(turn)
  }
  return turns
}

function speeds(what, turns, method) {
  const of = (name) => turns.map((turn) => turn.expected / 1e6 / (turn[name] / 1000))
  const peer = (name, title) => turns[0][name] && row(`  ${what}, ${title}`, of(name), { unit: 'MB/s', method, peer: true })
  const rows = [row(what, of('ours'), { unit: 'MB/s', method }), peer('official', OFFICIAL), peer('fetch', 'bare reader')]
  return rows.filter(Boolean)
}

function ratio(what, turns, goal) {
  const ratios = turns.map((turn) => turn.official / turn.ours)
  return row(`${what}, times as fast as theirs`, ratios, { unit: '×', more: true, method: 'ratio of each turn', goal })
}
