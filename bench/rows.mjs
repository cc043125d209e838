/**
 * Measuring and reporting: a script prints one JSON array of rows and nothing else on its output.
 * What it is doing meanwhile goes to standard error.
 */

/** Whether a quick look is enough: few rounds and no gigabytes. */
export const quick = process.env.BENCH_QUICK === '1'

/** How many rounds to do. */
export const rounds = (full, few = Math.max(2, Math.ceil(full / 5))) => (quick ? few : full)

/** Runs `work` `times` times, one after the other, and gives the milliseconds of each. */
export async function sample(times, work) {
  const durations = []
  for (let round = 0; round < times; round += 1) durations.push(await timed(() => work(round)))
  return durations
}

/** How many milliseconds this took. */
export async function timed(work) {
  const started = performance.now()
  await work()
  return performance.now() - started
}

/**
 * One row of the report, from what was measured in each round.
 *
 * `goal` is the key of the goal that the median is held to; `beside` names the row of the peer that
 * it is compared with; `series` and `bytes` place it in the plot. A `peer` is not ours. Of values
 * where `more` is better, as of speeds, p95 is what 95 % of the rounds reach.
 */
export function row(what, values, { method, unit = 'ms', goal, beside, more = unit === 'MB/s', peer = false, series, bytes }) {
  const sorted = [...values].sort((a, b) => (more ? b - a : a - b))
  const [p50, p95] = [quantile(sorted, 0.5), quantile(sorted, 0.95)]
  return { what, unit, p50, p95, n: sorted.length, method, goal, beside, peer, series, bytes }
}

/** The value that half of them don't exceed. */
export const median = (values) => quantile([...values].sort((a, b) => a - b), 0.5)

/** Says what is happening. */
export const note = (text) => process.stderr.write(`   ${text}\n`)

/** Prints the rows. */
export const report = (rows) => process.stdout.write(JSON.stringify(rows))

function quantile(sorted, q) {
  if (sorted.length === 0) throw new Error('nothing was measured')
  const index = Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))
  return Number(sorted[index].toFixed(3))
}
