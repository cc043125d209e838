/** What the documentation's fragments take from their surroundings. */
import type { Box as BoxHandle, Snapshot } from 'upstash-box-wasm'

declare global {
  const box: BoxHandle
  const snapshot: Snapshot
  const tasks: string[]
  const Box: typeof import('upstash-box-wasm').Box
}
