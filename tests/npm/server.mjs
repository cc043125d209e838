/**
 * A box-server of one's own: started on a free port with its own data directory, stopped and cleaned
 * up at the end. Knows nothing of the package under test.
 *
 * The program is named by BOX_SERVER_BIN; `cargo xtask test` sets it.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const READY = /^listening on (http:\/\/\S+)/
const STOP_WITHIN_MS = 15_000

/**
 * Starts a server and resolves once it listens.
 *
 * `args` are added to its command line. The result's `stop()` ends it the polite way and fails when
 * it doesn't go, so that a hanging shutdown can't pass unnoticed. With `again`, a server that was stopped with
 * `stop({ keepData: true })`, it comes back where that one was.
 */
export async function startServer({ args = [], again } = {}) {
  const program = process.env.BOX_SERVER_BIN
  if (!program) throw new Error('BOX_SERVER_BIN is not set: run these suites with `cargo xtask test`')
  const dataDir = again?.dataDir ?? await mkdtemp(join(tmpdir(), 'box-data-'))
  const apiKey = again?.apiKey ?? `box_${randomBytes(12).toString('hex')}`
  const listen = again ? new URL(again.baseUrl).host : '127.0.0.1:0'
  const child = spawn(program, ['serve', '--listen', listen, '--data', dataDir, ...args], {
    env: { ...process.env, BOX_SERVER_API_KEY: apiKey },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // Whatever ends this program must not leave a server behind.
  const killAtExit = () => child.kill('SIGKILL')
  process.once('exit', killAtExit)
  const log = keepLog(child)
  const exited = once(child, 'exit')

  const stop = async ({ keepData = false } = {}) => {
    process.off('exit', killAtExit)
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      await withinOrKilled(exited, child)
    }
    if (!keepData) await rm(dataDir, { recursive: true, force: true })
    if (child.signalCode !== null || child.exitCode !== 0) {
      throw new Error(`box-server ended with ${child.signalCode ?? child.exitCode}\n${log()}`)
    }
  }

  try {
    const baseUrl = await readyUrl(child, exited, log)
    return { baseUrl, apiKey, dataDir, pid: child.pid, log, stop }
  } catch (error) {
    child.kill('SIGKILL')
    await rm(dataDir, { recursive: true, force: true })
    throw error
  }
}

function keepLog(child) {
  const lines = []
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line))
  return () => lines.slice(-40).join('\n')
}

async function readyUrl(child, exited, log) {
  for await (const line of createInterface({ input: child.stdout })) {
    const match = READY.exec(line)
    if (!match) continue
    // Nobody reads the rest, and a full pipe would stop the server.
    child.stdout.resume()
    return match[1]
  }
  const [code, signal] = await exited
  throw new Error(`box-server ended with ${signal ?? code} before it listened\n${log()}`)
}

async function withinOrKilled(exited, child) {
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS)
  await exited
  clearTimeout(timer)
}
