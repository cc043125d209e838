/** What a thousand boxes cost the server that rest: its resident memory, and each box on the disk. */
import { json, text } from 'node:stream/consumers'
import { send, withServer } from '../connection.mjs'
import { report, row } from '../rows.mjs'
import { resident } from './memory.mjs'

const COUNT = 1000

await withServer(async ({ Box, server }) => {
  const alone = resident(server.pid)
  const box = await Box.create()
  const { id } = await box.snapshot({ name: 'base' })
  await text(await send(server, 'POST', '/v2/box/from-snapshot', { snapshot_id: id, count: COUNT - 1 }))
  // A list of all of them is what a dashboard asks for, again and again.
  for (let round = 0; round < 5; round += 1) {
    const listed = await json(await send(server, 'GET', '/v2/box'))
    if (listed.length !== COUNT) throw new Error(`${listed.length} boxes are listed`)
  }
  const method = 'resident, after five lists of all boxes'
  report([
    row('server memory, 1,000 idle boxes', [resident(server.pid)], { unit: 'MB', method, goal: 'idle-memory' }),
    row('  server memory, no boxes', [alone], { unit: 'MB', method: 'resident, just started' }),
  ])
})
