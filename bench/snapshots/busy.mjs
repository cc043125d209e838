/** Snapshots of a box whose processes go on writing: how long they take, and how long it stands still. */
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
  note('a box with 500 changed files and a process that writes to them')
  const taken = []
  for (let round = 0; round < rounds(25); round += 1) {
    const { answer, there } = await post(server, `/v2/box/${box.id}/snapshots`, { name: `busy-${round}` })
    if (answer.pause_us === undefined) throw new Error('the box had no running process')
    taken.push({ there, pause: answer.pause_us / 1000 })
    await box.deleteSnapshot(answer.id)
  }
  const method = '500 changed files of 4 kB; a process writes to one each 10 ms'
  report([
    row('snapshot of a busy box, server side', taken.map((one) => one.there), { method, goal: 'busy-snapshot' }),
    row('  its processes stand still', taken.map((one) => one.pause), { method, goal: 'busy-pause' }),
  ])
})
