/**
 * Mixed work for a long time, with servers that are killed: nothing grows.
 *
 * Laps of work end with everything deleted and a census. In the first third of the time the server is
 * killed in the middle of each lap; the rest is one server's life, so that its memory can be compared.
 * BOX_SOAK_SECONDS says how long.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { BoxError } from 'upstash-box-wasm'
import { census } from './census.mjs'
import { Victim } from './victim.mjs'
import { clear, live } from './work.mjs'

const SECONDS = Number(process.env.BOX_SOAK_SECONDS ?? 30)
const LAP_MS = Math.max(3000, (SECONDS * 1000) / 30)
const WORKERS = 3
/** What a killed server's callers may see. */
const CUT_OFF = ['network', 'stream_truncated', 'unavailable']
/** Memory may differ by what the allocator keeps. */
const SPARE_MEMORY = 48 * 2 ** 20
const SETTLES_WITHIN_MS = 60_000

/** Lives of boxes, one after the other by each worker, for a lap; `killAfter` milliseconds the server dies. */
async function lap(victim, did, killAfter) {
  const end = performance.now() + LAP_MS
  let killed = false
  const worker = async () => {
    while (performance.now() < end && !killed) {
      try {
        await live(victim.connection, did)
      } catch (error) {
        if (!(killed && error instanceof BoxError && CUT_OFF.includes(error.code))) throw error
      }
    }
  }
  const workers = Promise.all(Array.from({ length: WORKERS }, worker))
  if (killAfter) {
    // When it happens is what differs from lap to lap; nothing is waited for.
    await Promise.race([pause(killAfter), workers])
    killed = true
    await victim.kill()
    did.kill += 1
  }
  await workers
  if (killed) await victim.startAgain()
}

/** What must be as before when all is deleted. Memory is compared at the end. */
const counted = ({ files, mounts, processes, rows, entries }) => ({ files, mounts, processes, rows, entries })

/** The first names under which there is more than before. */
function grown(before, now, name = '') {
  if (typeof now == 'number') return now > (before ?? 0) ? [`${name}: ${before ?? 0}, now ${now}`] : []
  return Object.keys(now).flatMap((key) => grown(before?.[key], now[key], `${name} ${key}`))
}

/** A census at rest in which nothing has grown, as soon as there is one; fails with what stays. */
async function settled(victim, before) {
  const end = performance.now() + SETTLES_WITHIN_MS
  for (;;) {
    const now = census(victim)
    const more = before ? grown(counted(before), counted(now)) : []
    const { entries, processes } = now
    // The one process is what sandboxes are forked from.
    if (!more.length && entries.boxes + entries.trash == 0 && processes <= 1) return now
    assert.ok(performance.now() < end, `not at rest: ${JSON.stringify(now)}; grown: ${more.join('; ')}`)
    await pause(50)
  }
}

test('nothing grows under mixed work and kills', { timeout: (SECONDS * 4 + 240) * 1000 }, async () => {
  const victim = await Victim.start()
  const did = { kill: 0 }
  try {
    await live(victim.connection, did)
    await clear(victim.connection)
    const first = await settled(victim)
    console.log(`at rest: ${JSON.stringify(first)}`)
    const begun = performance.now()
    const passed = () => (performance.now() - begun) / 1000
    let calmLaps = 0
    let early
    let last
    while (passed() < SECONDS || calmLaps < 3) {
      const kills = passed() < SECONDS / 3 || did.kill < 2
      await lap(victim, did, kills ? LAP_MS * (0.2 + Math.random() * 0.7) : undefined)
      await clear(victim.connection)
      last = await settled(victim, first)
      if (kills) continue
      calmLaps += 1
      early ??= last
    }
    assert.ok(last.memory < early.memory * 1.25 + SPARE_MEMORY, `memory: ${early.memory}, at the end ${last.memory}`)
    console.log(`soak: ${Math.round(passed())} s, ${calmLaps} laps without a kill: ${JSON.stringify(did)}`)
    console.log(`at rest at the end: ${JSON.stringify(last)}, memory after the first lap without a kill: ${early.memory}`)
  } finally {
    await victim.stop()
  }
})
