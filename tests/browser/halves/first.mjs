/** The first half of the page's suites, see `half.mjs`. */
import { runSuites } from './half.mjs'

runSuites(0, 0.5)
