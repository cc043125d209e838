/** The first write to each of 5,000 files of a restored box, beside the same program in a plain folder. */
import { execFileSync } from 'node:child_process'
import { inFolder } from '../folder.mjs'
import { withServer } from '../connection.mjs'
import { median, note, report, rounds, row } from '../rows.mjs'
import { fill, fillFolder, medium } from '../trees.mjs'

/** Appends to each file of `tree` and prints how many milliseconds that took, its own start left out. */
const APPEND = `
const { appendFileSync } = require('node:fs')
const started = performance.now()
for (let n = 0; n < ${medium.files}; n += 1) appendFileSync('tree/' + Math.floor(n / 100) + '/' + n, 'more')
console.log(performance.now() - started)`
const ROUNDS = rounds(6)

const inBox = await withServer(async ({ Box }) => {
  const box = await Box.create()
  await fill(box, medium)
  await box.files.write({ path: '/tmp/append.js', content: APPEND })
  const { id } = await box.snapshot({ name: 'base' })
  const durations = []
  for (let round = 0; round < ROUNDS; round += 1) {
    note(`restored box ${round + 1} of ${ROUNDS}`)
    const restored = await Box.fromSnapshot(id)
    const run = await restored.exec.command('node /tmp/append.js')
    if (run.exitCode !== 0) throw new Error(run.result)
    durations.push(Number(run.result))
    await restored.delete()
  }
  return durations
})

const plain = await inFolder(async (folder) => {
  fillFolder(folder, medium)
  const durations = []
  for (let round = 0; round < ROUNDS; round += 1) {
    note(`plain folder ${round + 1} of ${ROUNDS}`)
    durations.push(Number(execFileSync('node', ['--eval', APPEND], { cwd: folder, encoding: 'utf8' })))
  }
  return durations
})

const method = `appending 4 bytes to each of ${medium.name}`
const ratios = inBox.map((one) => one / median(plain))
report([
  row('first write to 5,000 files of a restored box', inBox, { method }),
  row('  the same in a plain folder', plain, { method, peer: true }),
  row('first write, box against plain folder', ratios, { unit: '×', method: 'each round against the median of the plain folder', goal: 'first-write' }),
])
