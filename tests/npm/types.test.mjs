/** The declarations: every example of the documentation type-checks against them as it stands. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { limit } from './suite.mjs'

const run = promisify(execFile)
const examples = new URL('examples/', import.meta.url)
const types = new URL('types/', import.meta.url)

test('every example type-checks, and so do programs that import or require', limit, async () => {
  await mkdir(new URL('examples/', types), { recursive: true })
  const names = (await readdir(examples)).filter((name) => name.endsWith('.ts'))
  assert.ok(names.length > 0)
  for (const name of names) {
    const text = await readFile(new URL(name, examples), 'utf8')
    const renamed = text.replaceAll('"@upstash/box"', '"upstash-box-wasm"')
    await writeFile(new URL(`examples/${name}`, types), renamed)
  }
  await check()
})

test('a misspelt option and a member that does not exist are type errors', limit, async () => {
  const wrong = new URL('wrong.ts', types)
  await writeFile(wrong, `
    import { Box } from 'upstash-box-wasm'
    const box = await Box.create({ nmae: 'x' })
    console.log((await box.snapshot({ name: 'x' })).size_bytes)
  `)
  try {
    await assert.rejects(check(), ({ stdout }) => /nmae/.test(stdout) && /size_bytes/.test(stdout))
  } finally {
    await writeFile(wrong, 'export {}\n')
  }
})

async function check() {
  await run('tsc', ['--project', 'types/tsconfig.json'], { cwd: new URL('.', import.meta.url) }).catch((error) => {
    throw Object.assign(new Error(error.stdout || error.message), { stdout: error.stdout })
  })
}
