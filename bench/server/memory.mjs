/** The resident memory of a process. */
import { readFileSync } from 'node:fs'

/** In MB, now. */
export const resident = (pid) => read(pid, 'VmRSS')

/** In MB, the most since the process began. */
export const mostResident = (pid) => read(pid, 'VmHWM')

function read(pid, name) {
  const line = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  if (!line) throw new Error(`process ${pid} does not say its ${name}`)
  return (Number(line[1]) * 1024) / 1e6
}
