/** How soon `snapshot()` notices that the server is done, when that takes 300 ms. */
import { report, rounds, row, sample } from '../rows.mjs'
import { OFFICIAL, withClients } from './clients.mjs'

await withClients(async ({ ours, official }) => {
  const method = 'until `snapshot()` returns; the server says `creating` for 300 ms'
  const name = 'one'
  const beside = `snapshot() that takes 300 ms, ${OFFICIAL}`
  report([
    row('snapshot() that takes 300 ms', await sample(rounds(10), () => ours.snapshot({ name })), { method, goal: 'sdk-wait', beside }),
    row(`  ${beside}`, await sample(rounds(3), () => official.snapshot({ name })), { method, peer: true }),
  ])
})
