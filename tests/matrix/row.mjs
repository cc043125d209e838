/** A row of the matrix: a name, and work that answers with the scenario's verdict or throws. */

/** Thrown by a row that this machine can't run; `CI=true` counts it as failed. */
export class CannotRun extends Error {}

const LONGEST_MS = 180_000

/** Runs one row and says how it went: `{ outcome: 'PASS' | 'FAIL' | 'SKIP', ms, why? }`. */
export async function play({ run }, bench) {
  const started = performance.now()
  const ended = (outcome, why) => ({ outcome, why, ms: performance.now() - started })
  try {
    const why = problemOf(await withinLimit(run(bench)))
    return why ? ended('FAIL', why) : ended('PASS')
  } catch (error) {
    if (error instanceof CannotRun) return ended('SKIP', error.message)
    return ended('FAIL', error?.stack ?? String(error))
  }
}

/** The steps that nobody may leave out, whatever the environment. */
const EXPECTED = ['create', 'exec', 'stream', 'abort a stream', 'upload and download bytes', 'snapshot', 'restore twice', 'errors', 'delete']

/** What is wrong with a verdict; undefined when nothing is. `true` is the verdict of rows with no scenario. */
function problemOf(verdict) {
  if (verdict === true) return undefined
  if (verdict?.error) return verdict.error
  const missing = EXPECTED.filter((step) => !verdict?.steps?.includes(step))
  return missing.length ? `these steps did not run: ${missing.join(', ')}` : undefined
}

async function withinLimit(work) {
  let timer
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${LONGEST_MS / 1000} s`)), LONGEST_MS)
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
  }
}
