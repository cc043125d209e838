/** The trees that are measured, made by the same program inside a box and outside. */
import { execFileSync } from 'node:child_process'

/** A tree of equal files, about 100 to a directory. */
const tree = (size, bytes, files) => ({
  name: `${size} in ${files.toLocaleString('en')} files`,
  bytes,
  files,
  fileBytes: Math.round(bytes / files),
})

/** 10 MB in 100 files. */
export const small = tree('10 MB', 10e6, 100)
/** 100 MB in 5,000 files. */
export const medium = tree('100 MB', 100e6, 5_000)
/** 1 GB in 50,000 files. */
export const large = tree('1 GB', 1e9, 50_000)
/** The other pairs of size and count, which tell apart what grows with which. */
export const others = [
  tree('10 MB', 10e6, 5_000),
  tree('10 MB', 10e6, 50_000),
  tree('100 MB', 100e6, 100),
  tree('100 MB', 100e6, 50_000),
  tree('1 GB', 1e9, 100),
  tree('1 GB', 1e9, 5_000),
]

/**
 * A Node program that makes the tree in `tree` under the working directory. The bytes compress to
 * about a half and repeat only beyond the window of a compressor, roughly as sources and packages do.
 */
export const program = ({ files, fileBytes }) => `
const { mkdirSync, writeFileSync } = require('node:fs')
const pool = Buffer.from(require('node:crypto').randomBytes(${Math.max(8e6, fileBytes)}).toString('hex'))
for (let n = 0; n < ${files}; n += 1) {
  const folder = 'tree/' + Math.floor(n / 100)
  if (n % 100 === 0) mkdirSync(folder, { recursive: true })
  const from = (n * 7919 * 64) % (pool.length - ${fileBytes})
  writeFileSync(folder + '/' + n, pool.subarray(from, from + ${fileBytes}))
}`

/** Makes the tree in a box. */
export async function fill(box, tree) {
  await box.files.write({ path: '/tmp/fill.js', content: program(tree) })
  const run = await box.exec.command('node /tmp/fill.js')
  if (run.exitCode !== 0) throw new Error(`could not make the tree: ${run.result}`)
}

/** Makes the tree in a folder of this machine. */
export function fillFolder(folder, tree) {
  execFileSync('node', ['--eval', program(tree)], { cwd: folder })
}
