/** Programs that a row starts: those that end, and those that serve. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

const MARK = 'VERDICT '

/** Runs a program to its end and gives what it printed; a failure shows the last of its output. */
export async function finish(program, args, options) {
  const child = start(program, args, options)
  const code = await child.ended
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}\n${child.printed().slice(-4000)}`)
  return child.printed()
}

/** The verdict that a program printed. */
export async function verdictFrom(program, args, options) {
  const printed = await finish(program, args, options)
  const line = printed.split('\n').find((each) => each.includes(MARK))
  if (!line) throw new Error(`${program} printed no verdict:\n${printed.slice(-2000)}`)
  return JSON.parse(line.slice(line.indexOf(MARK) + MARK.length))
}

/** Starts a server: what it said when it was ready, and how to end it with all that it started. */
export async function serve(program, args, options, ready) {
  const { says, stop, ask } = start(program, args, options)
  try {
    return { said: await says(ready), stop, ask }
  } catch (error) {
    await stop()
    throw error
  }
}

function start(program, args, { cwd, env } = {}) {
  // A group of its own, because development servers start programs that outlive them.
  const child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  const listeners = new Set()
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(signal ?? code))
  })
  // Awaited where it matters; a program that never started must not end this one.
  ended.catch(() => {})
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      text += `${line}\n`
      for (const listen of listeners) listen(line)
    })
  }
  const kill = (signal) => {
    try {
      process.kill(-child.pid, signal)
    } catch {
      // It is gone already.
    }
  }
  const killAtExit = () => kill('SIGKILL')
  process.once('exit', killAtExit)
  ended.finally(() => process.off('exit', killAtExit)).catch(() => {})

  const says = (pattern) =>
    new Promise((resolve, reject) => {
      listeners.add((line) => {
        const match = pattern.exec(line)
        if (match) resolve(match[1])
      })
      ended.then((code) => reject(new Error(`${program} ended with ${code} before it served\n${text.slice(-4000)}`)), reject)
    })
  const stop = async () => {
    kill('SIGTERM')
    const timer = setTimeout(() => kill('SIGKILL'), 5_000)
    await ended
    clearTimeout(timer)
    kill('SIGKILL')
  }
  /** Sends a signal to the program alone, and says how it ended. */
  const ask = (signal) => {
    child.kill(signal)
    return ended
  }
  return { ended, says, stop, ask, printed: () => text }
}
