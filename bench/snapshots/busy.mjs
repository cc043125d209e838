/** Snapshots of a box whose processes go on writing: how long they take, and how long it stands still. */
import { setTimeout } from 'node:timers/promises'
import { post, withServer } from '../connection.mjs'
import { note, report, rounds, row } from '../rows.mjs'

const CHANGED = 'mkdir -p work && for n in $(seq 500); do head -c 4000 /dev/urandom > work/$n; done'
const WRITER = `setsid bash -c 'while true; do echo $RANDOM > work/$((RANDOM % 500 + 1)); sleep 0.01; done' >/dev/null 2>&1 &`

await withServer(async ({ Box, server }) => {
  const box = await Box.create()
  for (const command of [CHANGED, WRITER]) {
    const run = await box.exec.command(command)
    if (run.exitCode !== 0) throw new Error(`${command}: ${run.result}`)
  }
  const snapshots = async (kind, prepare) => {
    const taken = []
    for (let round = 0; round < rounds(25); round += 1) {
      await prepare()
      const { answer, there } = await post(server, `/v2/box/${box.id}/snapshots`, { name: `${kind}-${round}` })
      if (answer.pause_us === undefined) throw new Error('the box had no running process')
      taken.push({ there, pause: answer.pause_us / 1000 })
    }
    return taken
  }
  // What changed just before a snapshot is copied again while the processes stand still.
  const touchAll = async () => {
    await box.exec.command('touch work/*')
    await setTimeout(100)
  }
  note('a box with 500 changed files and a process that writes to them')
  const changed = await snapshots('changed', touchAll)
  note('the same box, where only that process changes anything in between')
  const again = await snapshots('again', () => setTimeout(100))
  const method = '500 changed files of 4 kB; a process writes to one each 10 ms'
  const later = 'ten of 500 files of 4 kB changed since the last snapshot'
  report([
    row('snapshot of a busy box, server side', changed.map((one) => one.there), { method, goal: 'busy-snapshot' }),
    row('  its processes stand still', changed.map((one) => one.pause), { method, goal: 'busy-pause' }),
    row('the next snapshot of a busy box, server side', again.map((one) => one.there), { method: later }),
    row('  its processes stand still then', again.map((one) => one.pause), { method: later }),
  ])
})
