/** A btrfs of one's own in a file, for copies that share their data. */
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { inFolder } from '../folder.mjs'

/** Does `work` in a folder on btrfs. Fails where that can't be had: it needs root and mkfs.btrfs. */
export async function withBtrfs(work) {
  return inFolder(async (folder) => {
    const [file, mounted] = [join(folder, 'disk'), join(folder, 'mounted')]
    mkdirSync(mounted)
    run('truncate', '--size=6G', file)
    run('mkfs.btrfs', '--quiet', file)
    run('mount', '-o', 'loop', file, mounted)
    try {
      return await work(mounted)
    } finally {
      run('umount', mounted)
    }
  })
}

function run(program, ...words) {
  execFileSync(program, words, { stdio: ['ignore', 'ignore', 'pipe'] })
}
