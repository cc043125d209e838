/** From the first line of a fresh Node process to the answer of its first call, client by client. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { median, note, report, rounds, row } from '../rows.mjs'
import { OFFICIAL, withScriptedServer } from '../sdk/clients.mjs'

const run = promisify(execFile)
const PROGRAM = fileURLToPath(new URL('start.mjs', import.meta.url))
const CLIENTS = ['fetch', 'ours', 'official']

/** What each process of each client told; `words` are for the program. */
async function processes(count, ...words) {
  const measured = { fetch: [], ours: [], official: [] }
  for (let round = -1; round < count; round += 1) {
    for (const client of CLIENTS) {
      const { stdout } = await run(process.execPath, [PROGRAM, client, ...words])
      // The first round reads the files into memory.
      if (round >= 0) measured[client].push(JSON.parse(stdout))
    }
  }
  return measured
}

await withScriptedServer(async (baseUrl) => {
  const measured = await processes(rounds(25, 7), baseUrl)
  const later = await processes(rounds(15, 5), baseUrl, 'after')
  note(`${measured.ours.length} processes of each`)
  const of = (client, member) => measured[client].map((one) => one[member])
  const base = median(of('fetch', 'ready'))
  const over = (client) => of(client, 'ready').map((ready) => ready - base)
  const readyLater = (client) => later[client].map(({ ready }) => ready)
  const overLater = (client) => readyLater(client).map((ready) => ready - median(readyLater('fetch')))
  const method = 'fresh process; import and one call'
  const againMethod = 'the program has fetched before; against the median of another fetch'
  report([
    row('load and first request, Node', of('ours', 'ready'), { method, beside: `load and first request, ${OFFICIAL}` }),
    row(`  load and first request, ${OFFICIAL}`, of('official', 'ready'), { method, peer: true }),
    row('  first request, bare fetch', of('fetch', 'ready'), { method: 'fresh process; one call', peer: true }),
    row('load and first request over bare fetch, Node', over('ours'), { method: 'against the median of bare fetch', goal: 'load' }),
    row(`  load over bare fetch, ${OFFICIAL}`, over('official'), { method: 'against the median of bare fetch', peer: true }),
    row('the same in a program that has fetched, Node', overLater('ours'), { method: againMethod }),
    row(`  the same in a program that has fetched, ${OFFICIAL}`, overLater('official'), { method: againMethod, peer: true }),
    row('import, Node', of('ours', 'load'), { method: 'of these, until imported' }),
    row(`  import, ${OFFICIAL}`, of('official', 'load'), { method: 'of these, until imported', peer: true }),
    row('memory, Node', of('ours', 'megabytes'), { unit: 'MB', method: 'resident after the first call' }),
    row(`  memory, ${OFFICIAL}`, of('official', 'megabytes'), { unit: 'MB', method: 'resident after the first call', peer: true }),
    row('  memory, bare fetch', of('fetch', 'megabytes'), { unit: 'MB', method: 'resident after the first call', peer: true }),
  ])
})
