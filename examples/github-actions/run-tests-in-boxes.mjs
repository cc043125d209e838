/**
 * Uploads the project to a box once, takes a snapshot, and runs each test file in a box made from it.
 * Tests can break what they like: none sees the others' files, processes or ports.
 */
import { readFile, readdir } from 'node:fs/promises'
import { Box } from 'upstash-box-wasm'

const LEFT_OUT = /(^|\/)(node_modules|\.git)(\/|$)/

const base = await Box.create({ runtime: 'node' })
const files = (await readdir('.', { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile())
  .map((entry) => `${entry.parentPath}/${entry.name}`.replace(/^\.\//, ''))
  .filter((path) => !LEFT_OUT.test(path))
await Promise.all(files.map(async (path) => base.files.write({ path, content: await readFile(path) })))
const snapshot = await base.snapshot({ name: 'project' })
await base.delete()

const tests = files.filter((path) => path.endsWith('.test.mjs'))
const results = await Promise.all(
  tests.map(async (test) => {
    const box = await Box.fromSnapshot(snapshot.id)
    const run = await box.exec.command(['node', '--test', test])
    await box.delete()
    return { test, ...run }
  }),
)
await Box.deleteSnapshots([snapshot.id])

for (const { test, status, stdout, stderr } of results) {
  console.log(`${status === 'completed' ? 'ok' : 'FAILED'} ${test}`)
  if (status === 'failed') console.log(stdout + stderr)
}
process.exitCode = results.every(({ status }) => status === 'completed') ? 0 : 1
