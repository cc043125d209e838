/**
 * What goes wrong with the official client and right with ours, as a table: each row is one experience
 * of a user, played to both clients by the same server.
 *
 * `../comparison.test.mjs` installs the official client beside the packed package and runs this.
 *
 * It fails when ours is wrong, or when a row no longer tells the two apart.
 */
import boxes from './boxes.mjs'
import calls, { alone as callsAlone } from './calls.mjs'
import files, { alone as filesAlone } from './files.mjs'
import { verdict } from './stage.mjs'
import streams, { alone as streamsAlone } from './streams.mjs'

const load = async (name) => ({ package: name, ...(await import(name)) })
const CLIENTS = [await load('@upstash/box'), await load('upstash-box-wasm')]

process.on('unhandledRejection', () => {})

/** Each scene with both verdicts, first those that can be played side by side. */
async function play() {
  const both = async ([id, what, scene]) => [id, what, ...(await Promise.all(CLIENTS.map((client) => verdict(client, scene))))]
  const rows = await Promise.all([...streams, ...boxes, ...files, ...calls].map(both))
  for (const [id, what, scene] of [...streamsAlone, ...filesAlone, ...callsAlone]) {
    const row = [id, what]
    for (const client of CLIENTS) row.push(await verdict(client, scene))
    rows.push(row)
  }
  const order = (id) => (id[0] == 'W' ? 0 : 100) + Number(id.slice(1))
  return rows.sort(([one], [two]) => order(one) - order(two))
}

const line = (...cells) => cells.map((cell, at) => cell.padEnd([5, 49, 22, 0][at])).join('')
console.log(line('row', 'what the user meets', '@upstash/box 0.5.5', 'ours'))
const rows = await play()
for (const row of rows) console.log(line(...row))

const defects = Object.entries({ W: 20, R: 26 }).flatMap(([kind, count]) => Array.from({ length: count }, (_, at) => `${kind}${at + 1}`))
const missing = defects.filter((id) => !rows.some((row) => row[0] == id))
if (missing.length) console.log(`no row for ${missing.join(', ')}`)
process.exit(missing.length || rows.some(([, , official, ours]) => ours != 'right' || official == 'right') ? 1 : 0)
