import { runSuites } from './half.mjs'

runSuites(0, 0.5)
