/** From a snapshot to the result of the first command, in a new box and in the same one. */
import { withServer } from '../connection.mjs'
import { note, quick, report, rounds, row, sample } from '../rows.mjs'
import { fill, large, medium, small } from '../trees.mjs'

await withServer(async ({ Box }) => {
  const rows = []
  for (const tree of [small, quick ? medium : large]) {
    note(`restoring ${tree.name}`)
    const box = await Box.create()
    await fill(box, tree)
    const snapshot = await box.snapshot({ name: 'measured' })
    const restored = await restore(snapshot, rounds(25))
    const method = 'SDK; one after the other'
    const beside = `podman run true, ${tree.name}`
    rows.push(row(`fromSnapshot() to the first result, ${tree.name}`, restored, { method, goal: 'restore', beside }))
    const back = await rollBack(box, snapshot, rounds(15))
    rows.push(row(`rollback(), ${tree.name}`, back, { method: `${method}; 100 files changed since`, goal: 'rollback', beside: `cp -a, ${tree.name}` }))
    await box.delete()
  }
  report(rows)

  async function restore(snapshot, times) {
    const made = []
    const durations = await sample(times, async () => {
      const restored = await Box.fromSnapshot(snapshot.id)
      made.push(restored)
      succeeded(await restored.exec.command('true'))
    })
    for (const restored of made) await restored.delete()
    return durations
  }

  async function rollBack(box, snapshot, times) {
    const durations = []
    for (let round = 0; round < times; round += 1) {
      succeeded(await box.exec.command('for n in $(seq 0 99); do echo changed > tree/0/$n; done'))
      durations.push(...(await sample(1, () => box.rollback(snapshot.id))))
    }
    return durations
  }
})

function succeeded(run) {
  if (run.exitCode !== 0) throw new Error(`a command failed: ${run.result}`)
}
