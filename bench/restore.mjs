/** How long it takes from `Box.fromSnapshot` to the result of the first command, through the SDK. */
import { connect } from './connection.mjs'
import { note, report, row, sample } from './rows.mjs'
import { fill, large, small } from './trees.mjs'

const { Box, stop } = await connect()
const rows = []
for (const tree of [small, large]) {
  note(`restoring ${tree.name}`)
  const box = await Box.create()
  await fill(box, tree)
  const snapshot = await box.snapshot({ name: 'measured' })
  const made = []
  const durations = await sample(20, async () => {
    const restored = await Box.fromSnapshot(snapshot.id)
    made.push(restored)
    const run = await restored.exec.command('true')
    if (run.exitCode !== 0) throw new Error(`true failed: ${run.result}`)
  })
  for (const restored of made) await restored.delete()
  await box.delete()
  const method = 'fromSnapshot(), then exec.command("true"), one after the other'
  rows.push(row(`restore to first result, ${tree.name}`, durations, { method, goal: 15 }))
}
await stop()
report(rows)
