/**
 * Schemathesis against a fresh box-server: requests drawn from the server's own description, right and
 * wrong ones. No answer may be a 5xx, and each must be what the description says.
 *
 * BOX_SERVER_BIN names the server, OPENAPI_PYTHON the interpreter that has schemathesis. OPENAPI_EXAMPLES
 * (5) says how many requests are drawn for each operation, OPENAPI_SEED where the drawing begins, and
 * OPENAPI_REPORT a file that gets every request and answer.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { startServer } from '../npm/server.mjs'

const python = process.env.OPENAPI_PYTHON
if (!python) throw new Error('OPENAPI_PYTHON is not set: run this suite with `cargo xtask test`')

/** What the hosted service has and this server refuses: always with 501, and never with anything else. */
const REFUSED = '/(agent-credentials|apikeys?|github|browser|steps)(/|$)'
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
]

const server = await startServer()
const folder = await mkdtemp(join(tmpdir(), 'box-openapi-'))
let code
try {
  await writeFile(join(folder, 'schemathesis.toml'), await settings())
  await copyFile(new URL('bodies.py', import.meta.url), join(folder, 'bodies.py'))
  code = await schemathesis()
} finally {
  await rm(folder, { recursive: true, force: true })
  await server.stop()
}
console.log(code === 0 ? '\n1 passed, 0 failed' : '\n0 passed, 1 failed')
process.exitCode = code

/** A box and a snapshot that are there, so that requests get further than "there is no such box". */
async function settings() {
  const custom_runner = { command: 'sh', args: ['-c', `printf 'event: done\\ndata: {"output":"done"}\\n\\n'`] }
  const box = await call('/v2/box', { agent: 'custom', custom_runner, network_policy: { mode: 'deny-all' } })
  const snapshot = await call(`/v2/box/${box.id}/snapshots`, { name: 'one' })
  const parameters = `{ "path.box" = "${box.id}", "path.snapshot" = "${snapshot.id}" }`
  // What deletes them is drawn with names of its own.
  const others = '{ "path.box" = "another", "path.snapshot" = "another" }'
  return `hooks = "bodies.py"
parameters = ${parameters}
[[operations]]
include-path-regex = "${REFUSED}"
checks = { not_a_server_error = { expected-statuses = ["501"] } }
[phases.coverage]
# Not OPTIONS, which is answered before any route is looked up.
unexpected-methods = ["get", "put", "post", "delete", "patch", "trace"]
[[operations]]
include-method = "DELETE"
include-path-regex = "^/v2/box/(\\\\{box\\\\}|snapshots/\\\\{snapshot\\\\}|\\\\{box\\\\}/snapshots/\\\\{snapshot\\\\})$"
parameters = ${others}
[[operations]]
include-method = "DELETE"
include-path-regex = "^/v2/box(/snapshots)?$"
parameters = { "query.all" = false }
`
}

async function call(path, body) {
  const headers = { 'x-box-api-key': server.apiKey, 'content-type': 'application/json' }
  const answer = await fetch(server.baseUrl + path, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
  return answer.json()
}

async function schemathesis() {
  const child = spawn(
    join(dirname(python), 'schemathesis'),
    [
      ...['run', `${server.baseUrl}/openapi.json`, '--header', `X-Box-Api-Key: ${server.apiKey}`],
      ...['--phases', 'coverage,fuzzing', '--checks', CHECKS.join(',')],
      ...(process.env.OPENAPI_REPORT ? ['--report-ndjson-path', process.env.OPENAPI_REPORT] : []),
      ...['--max-examples', process.env.OPENAPI_EXAMPLES ?? '5', '--seed', process.env.OPENAPI_SEED ?? '1'],
      ...['--request-timeout', '60', '--suppress-health-check', 'all', '--warnings', 'off', '--continue-on-failure'],
    ],
    { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, NO_COLOR: '1' } },
  )
  const [code, signal] = await once(child, 'exit')
  return signal ? 1 : code
}
