import { runSuites } from './half.mjs'

runSuites(0.5, 1)
