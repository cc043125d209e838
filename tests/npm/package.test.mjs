/** The package itself: what it exports, to whom, and that nothing has to be initialised. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { promisify } from 'node:util'
import * as imported from 'upstash-box-wasm'
import { limit, withServer } from './suite.mjs'

const run = promisify(execFile)
const { connection } = withServer()
const expected = ['Agent', 'Box', 'BoxError', 'init']

test('import and require give the same names', () => {
  const required = createRequire(import.meta.url)('upstash-box-wasm')
  for (const name of expected) {
    assert.ok(name in imported, `import has no ${name}`)
    assert.ok(name in required, `require has no ${name}`)
  }
  const names = (module) => Object.keys(module).filter((name) => name !== 'default').sort()
  assert.deepEqual(names(required), names(imported))
})

test('a CommonJS program makes a box with two variables set and nothing else', limit, async () => {
  const program = `
    const { Box } = require('upstash-box-wasm')
    Box.create().then(async (box) => {
      const run = await box.exec.command('echo from commonjs')
      process.stdout.write(run.result)
      await box.delete()
    })`
  const { baseUrl, apiKey } = connection()
  const env = { ...process.env, UPSTASH_BOX_BASE_URL: baseUrl, UPSTASH_BOX_API_KEY: apiKey }
  const { stdout } = await run('node', ['--input-type=commonjs', '--eval', program], { env })
  assert.equal(stdout.trim(), 'from commonjs')
})

test('a program that is done with its boxes ends by itself', limit, async () => {
  const program = `
    import { Box } from 'upstash-box-wasm'
    const box = await Box.create({ timeoutMs: 600_000 })
    await box.exec.command('true', { timeoutMs: 600_000 })
    await box.delete()`
  const { baseUrl, apiKey } = connection()
  const env = { ...process.env, UPSTASH_BOX_BASE_URL: baseUrl, UPSTASH_BOX_API_KEY: apiKey }
  await run('node', ['--input-type=module', '--eval', program], { env, timeout: 20_000 })
})

test('loading the package reads no environment and starts nothing', limit, async () => {
  const program = `import('upstash-box-wasm').then(({ Box }) => process.stdout.write(typeof Box.create))`
  const { stdout } = await run('node', ['--input-type=module', '--eval', program], { env: { PATH: process.env.PATH } })
  assert.equal(stdout, 'function')
})

test('every entry with the WebAssembly inside loads it', limit, async () => {
  const node = import.meta.resolve('upstash-box-wasm')
  const require = createRequire(node)
  await import(new URL('index.js', node)).then(({ init }) => init())
  for (const entry of ['./index.cjs', './node.cjs']) await require(entry).init()
  assert.equal(require('upstash-box-wasm'), require('./node.cjs'))
  assert.equal(imported, await import(new URL('node.js', node)))
})

test('an uncaught error is printed with a line of code that fits on a screen', limit, async () => {
  const program = `import('upstash-box-wasm').then(({ Box }) => Box.get('', { apiKey: 'box_k' }))`
  const { stderr } = await run('node', ['--eval', program]).catch((error) => error)
  assert.match(stderr, /BoxError: /)
  for (const line of stderr.split('\n')) assert.ok(line.length < 1000, `a line has ${line.length} characters`)
})
