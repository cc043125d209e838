/** How long taking a snapshot of an idle box takes, beside copying the same tree with `cp -a`. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, post } from './connection.mjs'
import { note, report, row, sample } from './rows.mjs'
import { fill, large, program, small } from './trees.mjs'

const GOAL_MS = 5
const ROUNDS = { [large.name]: 5, [small.name]: 15 }
const COPIES = { [large.name]: 1, [small.name]: 5 }

const { Box, server, stop } = await connect()
const rows = []
for (const tree of [small, large]) {
  rows.push(await freshlyWritten(tree))
  rows.push(copied(tree))
}
rows.push(await throughSdk())
await stop()
report(rows)

/** Each sample has a box of its own, so that each snapshot seals the whole tree. */
async function freshlyWritten(tree) {
  const durations = []
  for (let round = 0; round < ROUNDS[tree.name]; round += 1) {
    note(`${tree.name}: round ${round + 1} of ${ROUNDS[tree.name]}`)
    const box = await Box.create()
    await fill(box, tree)
    // A connection that idled while the tree was written may be closed: the sample is not its price.
    await post(server, `/v2/box/${box.id}/exec`, { command: ['true'] })
    let id
    durations.push(...(await sample(1, async () => {
      id = (await post(server, `/v2/box/${box.id}/snapshots`, { name: 'measured' })).id
    })))
    await box.deleteSnapshot(id)
    await box.delete()
  }
  const method = 'raw POST on loopback, idle box, all of it written since its creation'
  return row(`snapshot, ${tree.name}`, durations, { method, goal: GOAL_MS })
}

function copied(tree) {
  const folder = mkdtempSync(join(tmpdir(), 'box-bench-'))
  execFileSync('node', ['--eval', program(tree)], { cwd: folder })
  const durations = []
  for (let round = 0; round < COPIES[tree.name]; round += 1) {
    const started = performance.now()
    execFileSync('cp', ['-a', 'tree', `copy-${round}`], { cwd: folder })
    durations.push(performance.now() - started)
  }
  rmSync(folder, { recursive: true })
  return row(`  cp -a, ${tree.name}`, durations, { method: 'same tree, same disk', peer: true })
}

async function throughSdk() {
  const box = await Box.create()
  await fill(box, small)
  const durations = await sample(20, async (round) => {
    await box.snapshot({ name: `measured-${round}` })
  })
  const method = 'box.snapshot() until ready; nothing new to seal after the first'
  return row(`snapshot through the SDK, ${small.name}`, durations, { method, goal: 8 })
}
