/**
 * What a call costs: CPU of this process, and time over bare fetch. The clients take turns, so that
 * a slow moment of the machine meets all of them.
 */
import { median, report, rounds, row } from '../rows.mjs'
import { OFFICIAL, withClients } from './clients.mjs'

const TURNS = rounds(15, 5)
const CALLS = 400

await withClients(async ({ ours, official, fetch }) => {
  const ways = {
    ours: () => ours.exec.command('true'),
    official: () => official.exec.command('true'),
    fetch: async () => (await fetch('/exec', { command: ['sh', '-c', 'true'] })).json(),
  }
  const turns = []
  for (let turn = -1; turn < TURNS; turn += 1) {
    const measured = {}
    // Nobody is always first: what one leaves to be collected is paid by the next.
    const names = rotated(Object.keys(ways), turn + 1)
    for (const name of names) measured[name] = await block(ways[name])
    // The first turn warms all of them up.
    if (turn >= 0) turns.push(measured)
  }
  const method = `exec.command on a scripted server, ${TURNS} turns of ${CALLS} calls`
  const cpu = (name) => turns.map((turn) => turn[name].cpu)
  const over = (name) => turns.map((turn) => turn[name].latency - turn.fetch.latency)
  const ratios = turns.map((turn) => turn.ours.cpu / turn.official.cpu)
  report([
    row('CPU of a call', cpu('ours'), { unit: 'µs', method, beside: `CPU of a call, ${OFFICIAL}` }),
    row(`  CPU of a call, ${OFFICIAL}`, cpu('official'), { unit: 'µs', method, peer: true }),
    row('  CPU of a call, bare fetch', cpu('fetch'), { unit: 'µs', method, peer: true }),
    row('CPU of a call, ours / theirs', ratios, { unit: '×', method: 'ratio of each turn', goal: 'call-cpu' }),
    row('added to bare fetch', over('ours'), { unit: 'µs', method: 'medians of each turn' }),
    row(`  added to bare fetch, ${OFFICIAL}`, over('official'), { unit: 'µs', method: 'medians of each turn', peer: true }),
  ])
})

async function block(call) {
  globalThis.gc?.()
  const latencies = []
  const before = process.cpuUsage()
  for (let n = 0; n < CALLS; n += 1) {
    const started = performance.now()
    await call()
    latencies.push((performance.now() - started) * 1000)
  }
  const { user, system } = process.cpuUsage(before)
  return { cpu: (user + system) / CALLS, latency: median(latencies) }
}

function rotated(names, by) {
  const at = by % names.length
  return [...names.slice(at), ...names.slice(0, at)]
}
