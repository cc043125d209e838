/**
 * The official client's defects, played to both: ours must be right where `@upstash/box` 0.5.5 is wrong, and
 * MIGRATING.md must tell of each name that it exports.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const ours = dirname(dirname(fileURLToPath(import.meta.resolve('upstash-box-wasm'))))
/** The official client with the Zod it was made for, and a later one. */
const OFFICIAL = ['@upstash/box@0.5.5', 'zod@3.25.76', 'zod4@npm:zod@4.6.7']

test('where the official client is wrong, ours is right, and each of its names is told of', { timeout: 300_000 }, async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'box-comparison-'))
  try {
    await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
    try {
      await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...OFFICIAL], { cwd: folder })
    } catch (error) {
      if (process.env.CI == 'true') throw error
      return context.skip(`npm could not install ${OFFICIAL[0]}: ${error.message.split('\n')[0]}`)
    }
    await cp(ours, join(folder, 'node_modules/upstash-box-wasm'), { recursive: true })
    await cp(new URL('comparison', import.meta.url), folder, { recursive: true })
    if (!process.env.BOX_REPOSITORY) throw new Error('BOX_REPOSITORY must name the repository, which has MIGRATING.md')
    await cp(join(process.env.BOX_REPOSITORY, 'MIGRATING.md'), join(folder, 'MIGRATING.md'))
    for (const program of ['defects.mjs', 'names.mjs']) {
      const { stdout } = await run(process.execPath, [program], { cwd: folder }).catch((error) => {
        assert.fail(`${program}:\n${error.stdout}\n${error.stderr}`)
      })
      for (const line of stdout.trimEnd().split('\n')) context.diagnostic(line)
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
