/** A strict program that imports: the types of the package and of its WebAssembly file. */
import { Box, BoxError, init } from 'upstash-box-wasm'
import type { Snapshot } from 'upstash-box-wasm'
import wasm from 'upstash-box-wasm/box.wasm'

const module: WebAssembly.Module = wasm
await init(module)

export async function checkpoint(box: Box): Promise<Snapshot | undefined> {
  try {
    const run = await box.exec.command('make')
    const code: number = run.exitCode
    return code === 0 ? await box.snapshot({ name: 'made' }) : undefined
  } catch (error) {
    if (error instanceof BoxError && error.retryable) return undefined
    throw error
  }
}

// @ts-expect-error: an option that does not exist
export const misspelt = Box.create({ nmae: 'x' })
