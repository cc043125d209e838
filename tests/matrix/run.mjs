/**
 * The matrix: the packed package in every runtime and bundler, each against the same live server.
 *
 *   node run.mjs [WORD…]     only rows whose name holds one of the words
 *
 * Prints a line for each row, then `N passed, N failed, N skipped`; exits 1 when one failed.
 */
import { openBench } from './bench.mjs'
import { play } from './row.mjs'
import { rows as itself } from './rows/package.mjs'
import { rows as runtimes } from './rows/runtimes.mjs'
import { rows as edges } from './rows/edges.mjs'
import { rows as pages } from './rows/pages.mjs'
import { rows as browserSafety } from './rows/browser_safety.mjs'
import { rows as bundlers } from './rows/bundlers.mjs'
import { rows as frameworks } from './rows/frameworks.mjs'
import { rows as actionsExample } from './rows/actions_example.mjs'
import { rows as server } from './rows/server.mjs'
import { rows as schemas } from './rows/schemas.mjs'
import { rows as examples } from './rows/examples.mjs'

const words = process.argv.slice(2)
const rows = [...itself, ...runtimes, ...edges, ...pages, ...browserSafety, ...bundlers, ...frameworks, ...server, ...schemas, ...examples, ...actionsExample].filter(
  ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
)
const counts = { PASS: 0, FAIL: 0, SKIP: 0 }

const bench = await openBench()
try {
  for (const row of rows) {
    const { outcome, ms, why } = await play(row, bench)
    counts[outcome] += 1
    console.log(`${outcome}  ${(ms / 1000).toFixed(1).padStart(5)} s  ${row.name}`)
    if (why) console.log(why.replace(/^/gm, '      '))
  }
} finally {
  await bench.close()
}
console.log(`${counts.PASS} passed, ${counts.FAIL} failed, ${counts.SKIP} skipped`)
process.exitCode = counts.FAIL === 0 && counts.PASS > 0 ? 0 : 1
