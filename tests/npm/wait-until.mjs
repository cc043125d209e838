/** Waiting for something to become true, with an end. */
import { setTimeout as pause } from 'node:timers/promises'

const LONGEST_MS = 10_000

/** Resolves when `holds()` is true; fails with `what` when it doesn't become so. */
export async function waitUntil(what, holds, longestMs = LONGEST_MS) {
  const end = performance.now() + longestMs
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${longestMs} ms in vain: ${what}`)
    await pause(20)
  }
}
