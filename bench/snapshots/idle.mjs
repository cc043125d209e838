/**
 * How long taking a snapshot of an idle box takes: what the server needs, a raw request, and the
 * SDK. Each sample has a box of its own, so that each snapshot seals the whole tree.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { post, withServer } from '../connection.mjs'
import { note, quick, report, rounds, row } from '../rows.mjs'
import { fill, large, medium, others, small } from '../trees.mjs'

const ON_DISK = 'idle box, its files on the disk'

await withServer(async ({ Box, server }) => {
  const rows = []
  const main = quick ? [small, medium] : [small, medium, large]
  for (const tree of main) {
    const [raw, sdk] = await settled(tree, rounds(tree === large ? 5 : 10))
    const there = raw.map((one) => one.there)
    const goal = tree === large ? 'snapshot-server' : undefined
    const placed = { series: 'box-server', bytes: tree.bytes }
    rows.push(row(`snapshot, server side, ${tree.name}`, there, { method: ON_DISK, goal, beside: `cp -a, ${tree.name}`, ...placed }))
    rows.push(row(`snapshot, raw request, ${tree.name}`, raw.map((one) => one.here), { method: ON_DISK }))
    rows.push(row(`snapshot, SDK, ${tree.name}`, sdk, { method: ON_DISK, goal: goal && 'snapshot-sdk' }))
  }
  rows.push(growth(rows, main.at(-1)))
  const dirty = await measure(main.at(-1), rounds(4), rawSnapshot)
  rows.push(row(`snapshot, server side, ${main.at(-1).name}, just written`, dirty.map((one) => one.there), {
    method: 'idle box, while the kernel still writes its files to the disk',
  }))
  for (const tree of quick ? [] : others) {
    const taken = await measure(tree, 3, rawSnapshot, sync)
    rows.push(row(`snapshot, server side, ${tree.name}`, taken.map((one) => one.there), { method: ON_DISK }))
  }
  report(rows)

  async function settled(tree, times) {
    const raw = await measure(tree, times, rawSnapshot, sync)
    const sdk = await measure(tree, times, async (box) => {
      const started = performance.now()
      const { id } = await box.snapshot({ name: 'measured' })
      return { id, here: performance.now() - started }
    }, sync)
    return [raw, sdk.map((one) => one.here)]
  }

  async function rawSnapshot(box) {
    const { answer, here, there } = await post(server, `/v2/box/${box.id}/snapshots`, { name: 'measured' })
    return { id: answer.id, here, there }
  }

  async function measure(tree, times, take, settle = () => {}) {
    const taken = []
    for (let round = 0; round < times; round += 1) {
      note(`${tree.name}: ${round + 1} of ${times}`)
      const box = await Box.create()
      await fill(box, tree)
      settle()
      // A connection that idled while the tree was written may be closed: the sample is not its price.
      await post(server, `/v2/box/${box.id}/exec`, { command: ['true'] })
      const one = await take(box)
      taken.push(one)
      await box.deleteSnapshot(one.id)
      await box.delete()
      await removed()
    }
    return taken
  }

  /** The layers of deleted boxes go in the background; the next sample must not pay for them. */
  async function removed() {
    const left = () => readdirSync(join(server.dataDir, 'layers')).length
    for (const deadline = Date.now() + 60_000; left() > 0; ) {
      if (Date.now() > deadline) throw new Error('layers of deleted boxes are still there after a minute')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
})

function sync() {
  execFileSync('sync')
}

function growth(rows, largest) {
  const p50 = (tree) => rows.find(({ what }) => what === `snapshot, server side, ${tree.name}`).p50
  return row(`snapshot, ${largest.name} against ${small.name}`, [p50(largest) / p50(small)], {
    unit: '×',
    method: 'medians of the rows above',
    goal: largest === large ? 'snapshot-growth' : undefined,
  })
}
