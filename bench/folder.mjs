/** A folder of a script's own, on the disk that the servers' data are on. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Does `work` in a new folder and removes it with all that is in it. */
export async function inFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'box-bench-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
