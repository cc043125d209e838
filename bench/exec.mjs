/** How long a command that does nothing takes, beside bare namespaces without any server. */
import { execFileSync } from 'node:child_process'
import { connect } from './connection.mjs'
import { report, row, sample } from './rows.mjs'

const { Box, stop } = await connect()
const box = await Box.create()
await sample(10, () => box.exec.command('true'))
const durations = await sample(200, () => box.exec.command('true'))
await stop()

const namespaces = ['--user', '--map-root-user', '--mount', '--pid', '--ipc', '--uts', '--net', '--fork']
const bare = await sample(50, () => execFileSync('unshare', [...namespaces, 'true']))

report([
  row('exec.command("true")', durations, { method: 'through the SDK, box in use', goal: 6 }),
  row('  unshare true', bare, { method: 'fresh namespaces from Node, no server, no disk', peer: true }),
])
