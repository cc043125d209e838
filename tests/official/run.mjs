/**
 * The official clients, as their registries have them, against a fresh box-server each: every method
 * that a client has is played. Prints a table of methods and clients, and what the exceptions are.
 *
 * BOX_SERVER_BIN names the server, OFFICIAL_PYTHON the interpreter that has `upstash-box`.
 */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { createInterface } from 'node:readline'
import { startServer } from '../npm/server.mjs'
import { expected } from './expected.mjs'
import { startStandIns } from './stand-ins.mjs'
import { print } from './table.mjs'

const file = (path) => fileURLToPath(new URL(path, import.meta.url))
const python = process.env.OFFICIAL_PYTHON
if (!python) throw new Error('OFFICIAL_PYTHON is not set: run this suite with `cargo xtask test`')

const CLIENTS = [
  { name: 'npm', command: [process.execPath, file('javascript/run.mjs')] },
  { name: 'Python', command: [python, file('python/run.py'), 'sync'] },
  { name: 'async Python', command: [python, file('python/run.py'), 'async'] },
]

// A word after the command chooses one client.
const chosen = CLIENTS.filter(({ name }) => process.argv[2] === undefined || name === process.argv[2])
const results = []
for (const client of chosen) results.push(...(await play(client)))
const { passed, failed } = print(results, chosen.map(({ name }) => name))
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

/** One client's results, with what was expected of each. */
async function play({ name, command }) {
  const standIns = await startStandIns()
  const args = ['--allow-private-egress', '--git-api-url', standIns.gitApiUrl]
  const server = await startServer({ args })
  try {
    const env = { UPSTASH_BOX_BASE_URL: server.baseUrl, UPSTASH_BOX_API_KEY: server.apiKey, ...standIns.env }
    const { lines, ended } = await linesOf(command, env)
    const results = lines.map((line) => ({ client: name, ...judged(name, JSON.parse(line)) }))
    if (ended !== 0 || results.length === 0) {
      results.push({ client: name, method: 'the whole run', verdict: 'failed', why: `the program ended with ${ended}` })
    }
    return results
  } finally {
    await server.stop()
    await standIns.stop()
  }
}

/** What a scenario said, beside what it was to say. */
function judged(client, { method, error, status }) {
  const isOf = ({ matches, clients = [client] }) => matches.test(method) && clients.includes(client)
  const exception = expected.find(isOf)
  if (!exception || (!error && exception.mayWork)) return { method, verdict: error ? 'failed' : 'ok', why: error }
  if (error && status === exception.status) return { method, verdict: exception.verdict, why: exception.why }
  const why = error ?? `it worked, but was to be ${exception.verdict}: ${exception.why}`
  return { method, verdict: 'failed', why }
}

async function linesOf([program, ...args], env) {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject).once('exit', (code, signal) => resolve(signal ?? code))
  })
  const lines = []
  for await (const line of createInterface({ input: child.stdout })) {
    // What an example prints is for a reader.
    if (line.startsWith('{"method"')) lines.push(line)
    else console.log(`   ${line}`)
  }
  return { lines, ended: await ended }
}
