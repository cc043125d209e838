/** The trees that are measured, made by the same program inside a box and outside. */

/** 1 GB in 50,000 files of 500 directories. */
export const large = { name: '1 GB in 50,000 files', files: 50_000, bytes: 20_972 }
/** 10 MB in 500 files of 5 directories. */
export const small = { name: '10 MB in 500 files', files: 500, bytes: 20_972 }

/** A Node program that makes the tree in `tree` under the working directory. */
export const program = ({ files, bytes }) => `
const { mkdirSync, writeFileSync } = require('node:fs')
const block = Buffer.alloc(${bytes}, 'box ')
for (let n = 0; n < ${files}; n += 1) {
  const folder = 'tree/' + Math.floor(n / 100)
  if (n % 100 === 0) mkdirSync(folder, { recursive: true })
  block.writeUInt32LE(n)
  writeFileSync(folder + '/' + n, block)
}`

/** Makes the tree in a box. */
export async function fill(box, tree) {
  await box.files.write({ path: '/tmp/fill.js', content: program(tree) })
  const run = await box.exec.command('node /tmp/fill.js')
  if (run.exitCode !== 0) throw new Error(`could not make the tree: ${run.result}`)
}
