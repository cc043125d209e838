/**
 * 200 commands at a time over 50 boxes while 20 streams of 100 MB run: none lost, none mixed up, and
 * the server's memory.
 */
import { withServer } from '../connection.mjs'
import { note, quick, report, row } from '../rows.mjs'
import { mostResident } from './memory.mjs'

const BOXES = 50
const COMMANDS = 200
const STREAMS = 20
const STREAM_BYTES = quick ? 10e6 : 100e6

await withServer(async ({ Box, server }) => {
  note(`making ${BOXES} boxes`)
  const boxes = []
  for (let n = 0; n < BOXES; n += 1) boxes.push(await Box.create())
  await Promise.all(boxes.map((box) => box.exec.command('true')))

  note(`${COMMANDS} commands at once`)
  const alone = await commands(boxes)

  note(`${STREAMS} streams of ${STREAM_BYTES / 1e6} MB, and the commands again`)
  const started = performance.now()
  const streams = Promise.all(boxes.slice(0, STREAMS).map(checkedStream))
  const [beside] = await Promise.all([commands(boxes), streams])
  const seconds = (performance.now() - started) / 1000

  const method = `${COMMANDS} at a time over ${BOXES} boxes, SDK, each output checked`
  report([
    row('a command among 200 at once', alone, { method }),
    row('  the same while 20 streams run', beside, { method }),
    row(`20 streams of ${STREAM_BYTES / 1e6} MB, together`, [(STREAMS * STREAM_BYTES) / 1e6 / seconds], {
      unit: 'MB/s',
      method: 'SDK, each byte checked, 200 commands meanwhile',
    }),
    row('server memory under that load', [mostResident(server.pid)], {
      unit: 'MB',
      method: 'the most that was resident',
      goal: 'load-memory',
    }),
  ])
})

/** Milliseconds of each, from all starting together. */
function commands(boxes) {
  return Promise.all(
    Array.from({ length: COMMANDS }, async (_, n) => {
      const started = performance.now()
      const run = await boxes[n % boxes.length].exec.command(`echo command ${n}`)
      if (run.exitCode !== 0 || run.stdout !== `command ${n}\n`) throw new Error(`command ${n} gave ${JSON.stringify(run)}`)
      return performance.now() - started
    }),
  )
}

/** Reads a stream that no other box could have written, byte by byte. */
async function checkedStream(box, n) {
  const line = Buffer.from(`stream ${n} of its own\n`)
  const expected = Buffer.alloc(line.length * 10_000, line)
  let at = 0
  let exitCode
  const command = `yes 'stream ${n} of its own' | head -c ${STREAM_BYTES}`
  for await (const chunk of await box.exec.stream(command, { encoding: 'bytes' })) {
    if (chunk.type === 'exit') exitCode = chunk.exitCode
    if (chunk.type !== 'output') continue
    for (let from = 0; from < chunk.data.length; ) {
      const offset = at % line.length
      const length = Math.min(chunk.data.length - from, expected.length - offset)
      if (expected.compare(chunk.data, from, from + length, offset, offset + length) !== 0) {
        throw new Error(`stream ${n} differs at byte ${at}`)
      }
      from += length
      at += length
    }
  }
  if (exitCode !== 0 || at !== STREAM_BYTES) throw new Error(`stream ${n} ended with ${exitCode} after ${at} bytes`)
}
