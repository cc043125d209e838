#!/usr/bin/env node
/** Starts the program that npm installed for this platform, and ends as it ends. */
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { constants } from 'node:os'

const platform = `${process.platform}-${process.arch}`

const child = spawn(program(), process.argv.slice(2), { stdio: 'inherit' })
// The terminal sends these to both; somebody who stops only this process means both too.
const forward = (signal) => child.kill(signal)
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']
for (const signal of signals) process.on(signal, forward)
child.on('error', ({ message }) => fail(`box-server could not be started: ${message}`))
child.on('exit', (code, signal) => {
  process.exitCode = signal ? 128 + constants.signals[signal] : code
  for (const each of signals) process.off(each, forward)
})

function program() {
  try {
    return createRequire(import.meta.url).resolve(`box-server-${platform}/bin/box-server`)
  } catch {
    const remedy =
      process.platform === 'linux'
        ? 'reinstall without --omit=optional, or build it from source with cargo'
        : 'run it in a Linux virtual machine, for example WSL 2'
    fail(`box-server has no program for ${platform} here: ${remedy}.`)
  }
}

function fail(sentence) {
  process.stderr.write(`error: ${sentence}\n`)
  process.exit(1)
}
