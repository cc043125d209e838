/**
 * `@upstash/box`, as npm has it, against a box-server: one scenario for each of its methods.
 *
 * Prints a JSON line for each result. The server and the key are in the environment, where the client
 * looks for them itself.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Box, EphemeralBox } from '@upstash/box'
import { scenarios as agents } from './agents.mjs'
import { scenarios as boxes } from './boxes.mjs'
import { scenarios as git } from './git.mjs'
import { scenarios as settings } from './settings.mjs'
import { surface } from './surface.mjs'
import { scenarios as work } from './work.mjs'

const SCENARIO_ENDS_WITHIN_MS = 60_000

// Promises that the client itself forgot.
const forgotten = []
process.on('unhandledRejection', (error) => forgotten.push(error))

const scenarios = { ...agents, ...boxes, ...git, ...settings, ...work }
const folder = await mkdtemp(join(tmpdir(), 'official-'))
process.chdir(folder)
try {
  const names = await withBoxes((t) => namesOf(t))
  for (const name of names) await report(name)
  for (const name of Object.keys(scenarios)) {
    if (!names.includes(name)) print({ method: name, error: 'the client has no such method' })
  }
} finally {
  process.chdir('/')
  await rm(folder, { recursive: true, force: true })
}
// A scenario that was given up may still hold a connection.
process.exit()

async function namesOf(t) {
  const box = await t.box()
  const ephemeral = await t.ephemeral()
  const run = await box.exec.command('true')
  const stream = await box.exec.stream('true')
  return surface({ box, ephemeral, run, stream })
}

async function report(method) {
  const scenario = scenarios[method]
  if (!scenario) return print({ method, error: 'no scenario plays this method' })
  try {
    await withBoxes((t) => within(SCENARIO_ENDS_WITHIN_MS, scenario(t)))
    const [error] = forgotten.splice(0)
    print(error ? { method, error: `left unhandled: ${error}`, status: 'unhandled' } : { method })
  } catch (error) {
    print({ method, error: String(error?.message ?? error), status: error?.statusCode })
  }
}

/** Hands out boxes and deletes what is left of them afterwards. */
async function withBoxes(play) {
  const made = []
  const keep = (box) => (made.push(box), box)
  try {
    return await play({
      keep,
      box: async (config) => keep(await Box.create(config)),
      ephemeral: async (config) => keep(await EphemeralBox.create(config)),
    })
  } finally {
    // A scenario may have deleted its own.
    await Promise.allSettled(made.map((box) => box.delete()))
  }
}

function within(milliseconds, work) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not end within ${milliseconds} ms`)), milliseconds)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

function print(result) {
  process.stdout.write(`${JSON.stringify(result)}\n`)
}
