/**
 * Measuring and reporting: a script prints one JSON array of rows and nothing else on its output.
 * What it is doing meanwhile goes to standard error.
 */

/** Runs `work` `times` times, one after the other, and gives the milliseconds of each. */
export async function sample(times, work) {
  const durations = []
  for (let round = 0; round < times; round += 1) {
    const started = performance.now()
    await work(round)
    durations.push(performance.now() - started)
  }
  return durations
}

/** One row of the report. `goal` is the most that p50 may be; a peer has none. */
export function row(what, durations, { method, goal, peer = false }) {
  const sorted = [...durations].sort((a, b) => a - b)
  return { what, unit: 'ms', p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), n: sorted.length, method, goal, peer }
}

/** Says what is happening. */
export const note = (text) => process.stderr.write(`   ${text}\n`)

/** Prints the rows. */
export const report = (rows) => process.stdout.write(JSON.stringify(rows))

function quantile(sorted, q) {
  const index = Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))
  return Number(sorted[index].toFixed(3))
}
