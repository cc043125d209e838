/** A hundred boxes from one snapshot: until each has run a command, and what they take on the disk. */
import { spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { post, send, withServer } from '../connection.mjs'
import { note, report, rounds, row } from '../rows.mjs'
import { fill, medium } from '../trees.mjs'

const COUNT = 100

await withServer(async ({ Box, server }) => {
  const box = await Box.create()
  await fill(box, medium)
  const { id } = await box.snapshot({ name: 'base' })
  await box.delete()
  const [ready, ran, untouched, used] = [[], [], [], []]
  for (let round = 0; round < rounds(6); round += 1) {
    note(`fork ${COUNT}: ${round + 1}`)
    const before = await settled()
    const made = await fork(id)
    untouched.push((onDisk() - before) / COUNT)
    await Box.delete(made)
    const nothing = await settled()
    const started = performance.now()
    const runs = []
    const again = await fork(id, (fork) => runs.push(runTrue(fork)))
    ready.push(performance.now() - started)
    await Promise.all(runs)
    ran.push(performance.now() - started)
    used.push((onDisk() - nothing) / COUNT)
    await Box.delete(again)
  }
  const method = `one request for ${COUNT} boxes, ${medium.name}`
  report([
    row(`${COUNT} forks, each having run true`, ran, { method: `${method}; true in each as it comes`, goal: 'forks' }),
    row(`  ${COUNT} forks told`, ready, { method: 'of these, the time until the last line of the answer' }),
    row('disk of an untouched fork', untouched, { unit: 'bytes', method: 'du of the data directory, before and after', goal: 'fork-disk' }),
    row('disk of a fork that has run true', used, { unit: 'bytes', method: 'du of the data directory, before and after' }),
  ])

  /** Makes the boxes and tells of each as its line arrives. */
  async function fork(snapshot_id, onBox = () => {}) {
    const answer = await send(server, 'POST', '/v2/box/from-snapshot', { snapshot_id, count: COUNT })
    const made = []
    for await (const line of createInterface({ input: answer })) {
      const { box } = JSON.parse(line)
      if (!box) throw new Error(`a fork failed: ${line}`)
      made.push(box.id)
      onBox(box.id)
    }
    if (made.length !== COUNT) throw new Error(`${made.length} forks came`)
    return made
  }

  async function runTrue(fork) {
    const { answer } = await post(server, `/v2/box/${fork}/exec`, { command: ['true'] })
    if (answer.exit_code !== 0) throw new Error(`true failed in ${fork}`)
  }

  /** What is on the disk once the directories of deleted boxes, which go in the background, are gone. */
  async function settled() {
    let last
    for (let same = 0; same < 5; ) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      const now = onDisk()
      same = now === last ? same + 1 : 0
      last = now
    }
    return last
  }

  function onDisk() {
    // It fails when a file goes while it counts, and has counted all the same.
    const { stdout } = spawnSync('du', ['-s', '--block-size=1', server.dataDir], { encoding: 'utf8' })
    return Number(stdout.split('\t')[0])
  }
})
