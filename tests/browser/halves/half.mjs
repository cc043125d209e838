/**
 * Half of the suites in one process, so that they share a browser: starting one takes longer than most tests.
 * `first.mjs` and `second.mjs` run beside each other. Each suite runs alone as well.
 */
import { readdirSync } from 'node:fs'
import { after, describe } from 'node:test'
import { holdBrowser } from '../shared_browser.mjs'

const folder = new URL('../', import.meta.url)
const suites = readdirSync(folder).filter((name) => name.endsWith('.test.mjs')).sort()

/** Runs the suites from this share of them on, up to that one. */
export function runSuites(from, to) {
  const browser = holdBrowser()
  for (const suite of suites.slice(Math.round(suites.length * from), Math.round(suites.length * to))) {
    describe(suite, () => import(new URL(suite, folder)))
  }
  after(browser.release)
}
