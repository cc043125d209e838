/**
 * `podman commit` of a container with a tree, and `podman run` of what came of it.
 *
 * The image holds one static program, so nothing is downloaded. Storage is podman's own overlay
 * driver on the same disk, in a folder that is gone afterwards.
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { inFolder } from '../folder.mjs'
import { note, quick, report, rounds, row, timed } from '../rows.mjs'
import { fillFolder, large, medium, small } from '../trees.mjs'

const BUSYBOX = ['/bin/busybox', '/usr/bin/busybox'].find(existsSync)
/** Limits of its own, as a process may not raise those that it has; none of them costs time. */
const LIGHT = ['--network=none', '--ulimit=nofile=1024:1024', '--ulimit=nproc=1000:1000']
/** crun is the quicker one, but refuses machines that have both versions of cgroups. */
const RUNTIMES = ['crun', 'runc']

const rows = []
try {
  await inFolder(async (folder) => {
    const podman = await working(folder)
    try {
      for (const tree of quick ? [small, medium] : [small, medium, large]) rows.push(...(await measure(podman, tree)))
    } finally {
      podman('rm', '--all', '--force')
      podman('rmi', '--all', '--force')
      // The driver leaves its folder mounted on itself.
      execFileSync('sh', ['-c', `umount --lazy ${join(folder, 'storage/overlay')} 2>/dev/null || true`])
    }
  })
} catch (error) {
  note(`podman is left out: ${error.message}`)
}
report(rows)

/** A podman that has run `true`, with the runtime that could. */
async function working(folder) {
  if (!BUSYBOX) throw new Error('there is no static busybox to make an image of')
  const bin = join(folder, 'root/bin')
  mkdirSync(bin, { recursive: true })
  copyFileSync(BUSYBOX, join(bin, 'busybox'))
  for (const name of ['sh', 'true']) symlinkSync('busybox', join(bin, name))
  execFileSync('tar', ['-C', join(folder, 'root'), '-cf', join(folder, 'root.tar'), '.'])
  let refused
  for (const runtime of RUNTIMES) {
    const podman = (...words) => command(folder, runtime, words)
    try {
      podman('import', '--quiet', join(folder, 'root.tar'), 'base')
      podman('run', '--rm', ...LIGHT, 'base', 'true')
      note(`podman with ${runtime}`)
      return podman
    } catch (error) {
      refused = error
    }
  }
  throw refused
}

function command(folder, runtime, words) {
  const options = [`--root=${folder}/storage`, `--runroot=${folder}/run`, `--tmpdir=${folder}/tmp`]
  const all = [...options, '--storage-driver=overlay', '--cgroup-manager=cgroupfs', `--runtime=${runtime}`, ...words]
  const ran = execFileSync('podman', all, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  return ran.trim()
}

async function measure(podman, tree) {
  podman('run', '--name=filled', ...LIGHT, 'base', 'true')
  fillFolder(podman('mount', 'filled'), tree)
  podman('umount', 'filled')
  execFileSync('sync')
  const [commits, runs] = [[], []]
  for (let round = 0; round < (tree === large ? 1 : rounds(3)); round += 1) {
    note(`podman commit, ${tree.name}`)
    commits.push(await timed(() => podman('commit', '--quiet', 'filled', 'saved')))
    for (let again = 0; again < 3; again += 1) {
      runs.push(await timed(() => podman('run', '--rm', ...LIGHT, 'saved', 'true')))
    }
    podman('rmi', 'saved')
  }
  podman('rm', 'filled')
  const placed = { peer: true, series: 'podman commit', bytes: tree.bytes }
  return [
    row(`podman commit, ${tree.name}`, commits, { method: 'stopped container, overlay storage, same disk', ...placed }),
    row(`podman run true, ${tree.name}`, runs, { method: 'from that image, no network', peer: true }),
  ]
}
