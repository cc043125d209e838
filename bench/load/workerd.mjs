/** The first request that a fresh worker answers, in the runtime of Cloudflare's workers, client by client. */
import { readFileSync, readdirSync } from 'node:fs'
import { median, note, report, rounds, row, timed } from '../rows.mjs'
import { OFFICIAL, withScriptedServer } from '../sdk/clients.mjs'
import { resident } from '../server/memory.mjs'
import { bundle, getter } from './bundle.mjs'

const PACKAGE = new URL('../../node_modules/upstash-box-wasm/dist/box.wasm', import.meta.url)

try {
  const { Miniflare } = await import('miniflare')
  report(await withScriptedServer((baseUrl) => measure(Miniflare, baseUrl)))
} catch (error) {
  note(`workerd is left out: ${error.message}`)
  report([])
}

async function measure(Miniflare, baseUrl) {
  const measured = { fetch: [], ours: [], official: [] }
  for (let round = 0; round < rounds(10, 3); round += 1) {
    for (const client of Object.keys(measured)) measured[client].push(await once(Miniflare, client, baseUrl))
  }
  const of = (client, member) => measured[client].map((one) => one[member])
  const base = median(of('fetch', 'first'))
  const over = (client) => of(client, 'first').map((first) => first - base)
  const method = 'fresh workerd, its first answer; against the median of bare fetch'
  const memory = 'resident memory of workerd after 20 answers'
  return [
    row('first request over bare fetch, workerd', over('ours'), { method }),
    row(`  first request over bare fetch, workerd, ${OFFICIAL}`, over('official'), { method, peer: true }),
    row('  first request, workerd, bare fetch', of('fetch', 'first'), { method: 'fresh workerd, its first answer', peer: true }),
    row('memory, workerd', of('ours', 'megabytes'), { unit: 'MB', method: memory }),
    row(`  memory, workerd, ${OFFICIAL}`, of('official', 'megabytes'), { unit: 'MB', method: memory, peer: true }),
    row('  memory, workerd, bare fetch', of('fetch', 'megabytes'), { unit: 'MB', method: memory, peer: true }),
  ]
}

async function once(Miniflare, client, baseUrl) {
  const worker = `${getter[client]}
    export default { fetch: async () => new Response((await get(${JSON.stringify(baseUrl)})).id) }`
  const modules = [{ type: 'ESModule', path: 'worker.mjs', contents: bundle(worker, 'workerd') }]
  if (client === 'ours') modules.push({ type: 'CompiledWasm', path: 'box.wasm', contents: readFileSync(PACKAGE) })
  const runtime = new Miniflare({ modules, compatibilityDate: '2026-01-01', compatibilityFlags: ['nodejs_compat'] })
  try {
    await runtime.ready
    const ask = async () => {
      const text = await (await runtime.dispatchFetch('http://worker/')).text()
      if (text !== 'box-1') throw new Error(`the worker with ${client} said ${text.slice(0, 200)}`)
    }
    const first = await timed(ask)
    for (let n = 0; n < 19; n += 1) await ask()
    return { first, megabytes: resident(workerd()) }
  } finally {
    await runtime.dispose()
  }
}

/** The workerd that this process started. */
function workerd() {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const ours = pids.find((pid) => {
    try {
      const [, name, parent] = /\((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))
      return name === 'workerd' && Number(parent) === process.pid
    } catch {
      return false // it ended meanwhile
    }
  })
  if (!ours) throw new Error('workerd does not run')
  return ours
}
