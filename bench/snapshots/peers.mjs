/** What else saves a tree on this machine: copies, archives, images, and the bare kernel calls. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { inFolder } from '../folder.mjs'
import { note, quick, report, rounds, row, sample } from '../rows.mjs'
import { fillFolder, large, medium, small } from '../trees.mjs'
import { withBtrfs } from './btrfs.mjs'

const TREES = quick ? [small, medium] : [small, medium, large]
const WAYS = {
  'cp -a': ['cp', '-a', 'tree', 'saved'],
  'tar | zstd': ['sh', '-c', 'tar -c tree | zstd -q -T0 -o saved'],
  mksquashfs: ['mksquashfs', 'tree', 'saved', '-quiet', '-no-progress', '-comp', 'zstd', '-Xcompression-level', '3'],
}

const rows = []
for (const tree of TREES) {
  await inFolder(async (folder) => {
    fillFolder(folder, tree)
    // What is measured is the saving, not the kernel still writing the tree itself.
    execFileSync('sync')
    for (const [name, command] of Object.entries(WAYS)) {
      rows.push(await save(folder, tree, name, command, 'same tree, same disk'))
    }
    rows.push(...floor(folder, tree))
  })
}
try {
  await withBtrfs(async (folder) => {
    for (const tree of TREES) {
      fillFolder(folder, tree)
      execFileSync('sync')
      const command = ['cp', '-a', '--reflink=always', 'tree', 'saved']
      rows.push(await save(folder, tree, 'cp --reflink', command, 'same tree on btrfs in a loop file, as ext4 has no reflinks'))
      rmSync(join(folder, 'tree'), { recursive: true })
    }
  })
} catch (error) {
  note(`cp --reflink is left out: ${error.message}`)
}
report(rows)

async function save(folder, tree, name, [program, ...words], method) {
  note(`${name}, ${tree.name}`)
  const durations = []
  for (let round = 0; round < (tree === large ? 1 : rounds(3)); round += 1) {
    const run = () => execFileSync(program, words, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
    durations.push(...(await sample(1, run)))
    rmSync(join(folder, 'saved'), { recursive: true })
  }
  return row(`${name}, ${tree.name}`, durations, { method, peer: true, series: name, bytes: tree.bytes })
}

/** What no server on overlayfs can be faster than: one rename and one mount. */
function floor(folder, tree) {
  const floor = join(folder, 'floor')
  mkdirSync(floor)
  execFileSync('mv', [join(folder, 'tree'), join(floor, 'upper')])
  const text = execFileSync('unshare', ['--mount', process.env.BENCH_FLOOR, 'bench-floor', floor], { encoding: 'utf8' })
  const method = 'rename the directory, mount an overlay on it; no server, nothing recorded'
  return [row(`rename + mount, ${tree.name}`, JSON.parse(text), { method, peer: true, series: 'rename + mount', bytes: tree.bytes })]
}
