/**
 * The first write to each of 5,000 files of a restored box, beside the same program in a plain folder:
 * a few bytes more, for which overlayfs has to copy the file first, and a whole new content. A bare overlay shows
 * what of that is the kernel's.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { inFolder } from '../folder.mjs'
import { withServer } from '../connection.mjs'
import { median, note, report, rounds, row } from '../rows.mjs'
import { fill, fillFolder, medium } from '../trees.mjs'

/** Writes each file of `tree` and prints how many milliseconds that took, its own start left out. */
const program = (write) => `
const { appendFileSync, writeFileSync } = require('node:fs')
const content = Buffer.alloc(${medium.fileBytes}, 'new ')
const started = performance.now()
for (let n = 0; n < ${medium.files}; n += 1) ${write}('tree/' + Math.floor(n / 100) + '/' + n, content)
console.log(performance.now() - started)`
const PROGRAMS = {
  append: program('appendFileSync').replace(String(medium.fileBytes), '4'),
  rewrite: program('writeFileSync'),
}
const ROUNDS = rounds(6)

const inBox = await withServer(async ({ Box }) => {
  const box = await Box.create()
  await fill(box, medium)
  for (const [name, content] of Object.entries(PROGRAMS)) await box.files.write({ path: `/tmp/${name}.js`, content })
  const { id } = await box.snapshot({ name: 'base' })
  await box.delete()
  return inRounds('restored box', async (name) => {
    const restored = await Box.fromSnapshot(id)
    const run = await restored.exec.command(`node /tmp/${name}.js`)
    await restored.delete()
    if (run.exitCode !== 0) throw new Error(run.result)
    return run.result
  })
})

const plain = await inFolder((folder) =>
  inRounds('plain folder', (name) => {
    // Files on the disk, as those of the snapshot are.
    fillFolder(folder, medium)
    execFileSync('sync')
    const printed = execFileSync('node', ['--eval', PROGRAMS[name]], { cwd: folder, encoding: 'utf8' })
    rmSync(join(folder, 'tree'), { recursive: true })
    return printed
  }),
)

const MOUNT = 'mount -t overlay overlay -o volatile,lowerdir=lower,upperdir=upper,workdir=work merged'
const overlay = await inFolder((folder) =>
  inRounds('bare overlay', (name) => {
    const folders = ['lower', 'upper', 'work', 'merged'].map((part) => join(folder, part))
    for (const part of folders) mkdirSync(part)
    fillFolder(folders[0], medium)
    execFileSync('sync')
    const script = `${MOUNT} && cd merged && exec node --eval "$1"`
    const words = ['--mount', 'sh', '-c', script, 'sh', PROGRAMS[name]]
    const printed = execFileSync('unshare', words, { cwd: folder, encoding: 'utf8' })
    for (const part of folders) rmSync(part, { recursive: true })
    return printed
  }),
)

report([
  ...rowsOf('append', `4 bytes more in each of ${medium.name}`),
  ...rowsOf('rewrite', `new content for each of ${medium.name}`),
])

async function inRounds(where, run) {
  const durations = { append: [], rewrite: [] }
  for (let round = 0; round < ROUNDS; round += 1) {
    note(`${where}: ${round + 1} of ${ROUNDS}`)
    for (const name of Object.keys(durations)) durations[name].push(Number(await run(name)))
  }
  return durations
}

function rowsOf(name, method) {
  const ratios = inBox[name].map((one) => one / median(plain[name]))
  return [
    row(`first ${name} of 5,000 files of a restored box`, inBox[name], { method }),
    row('  the same in a plain folder', plain[name], { method, peer: true }),
    row('  the same on a bare overlay', overlay[name], { method: `${method}; volatile, no server`, peer: true }),
    row(`first ${name}, box against plain folder`, ratios, {
      unit: '×',
      method: 'each round against the median of the plain folder',
      goal: 'first-write',
    }),
  ]
}
