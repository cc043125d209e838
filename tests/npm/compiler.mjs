/** What TypeScript has against programs that use the installed package, under the strict settings of `types/`. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Compiles each of `{ name: text }` and gives what it was blamed for, a line each, by its name. */
export async function complaints(programs) {
  const folder = await mkdtemp(fileURLToPath(new URL('compiled-', import.meta.url)))
  try {
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ extends: '../types/tsconfig.json', include: ['*.ts'] }))
    for (const [name, text] of Object.entries(programs)) await writeFile(join(folder, `${name}.ts`), text)
    const said = await run('tsc', ['--pretty', 'false'], { cwd: folder }).catch((failed) => failed)
    const all = (said.stdout || said.message || '').split('\n').filter(Boolean)
    const named = (name) => all.filter((line) => line.startsWith(`${name}.ts(`))
    // A complaint about none of them, like a compiler that is not there, is one about each.
    const others = all.filter((line) => !/^\S+\.ts\(| {2}/.test(line))
    return (name) => [...named(name), ...others]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
