/** How long a command that does nothing takes, beside bare namespaces without any server. */
import { execFileSync } from 'node:child_process'
import { withServer } from '../connection.mjs'
import { report, rounds, row, sample } from '../rows.mjs'

const NAMESPACES = ['--user', '--map-root-user', '--mount', '--pid', '--ipc', '--uts', '--net', '--fork']

await withServer(async ({ Box }) => {
  const box = await Box.create()
  const run = async () => {
    const { exitCode } = await box.exec.command('true')
    if (exitCode !== 0) throw new Error('true failed')
  }
  await sample(10, run)
  const durations = await sample(rounds(300), run)
  const bare = await sample(rounds(50), () => execFileSync('unshare', [...NAMESPACES, 'true']))
  const spawned = await sample(rounds(50), () => execFileSync('true'))
  report([
    row('exec.command("true")', durations, { method: 'SDK, box in use', goal: 'exec', beside: 'unshare true' }),
    row('  unshare true', bare, { method: 'fresh namespaces from Node, no server, no disk', peer: true }),
    row('  true', spawned, { method: 'a child process of Node, no isolation', peer: true }),
  ])
})
