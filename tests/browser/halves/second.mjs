/** The second half of the page's suites, see `half.mjs`. */
import { runSuites } from './half.mjs'

runSuites(0.5, 1)
