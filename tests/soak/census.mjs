/** How much of everything a server holds: files that are open, mounts, processes, rows, entries of folders, memory. */
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const COUNT_ROWS = `
import json, sqlite3, sys
database = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
names = [name for (name,) in database.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")]
# Of a deleted box its id stays, so that no other gets it.
which = lambda name: "where status <> 'deleted'" if name == "boxes" else ""
print(json.dumps({name: database.execute(f'select count(*) from "{name}" {which(name)}').fetchone()[0] for name in names}))
`

/** The server keeps empty directories ready, and others out of the way: as many as it needs, up to so many. */
const PLACES = 80

/** Counts now. `rows` is by table, `entries` by folder of the data directory. */
export function census({ child, dataDir }) {
  const proc = `/proc/${child.pid}`
  const entries = {}
  for (const entry of readdirSync(dataDir, { withFileTypes: true })) {
    if (entry.isDirectory()) entries[entry.name] = readdirSync(join(dataDir, entry.name)).length
  }
  if (entries.places <= PLACES) delete entries.places
  const mounts = readFileSync(`${proc}/mountinfo`, 'utf8').split('\n')
  return {
    files: readdirSync(`${proc}/fd`).length,
    threads: readdirSync(`${proc}/task`).length,
    mounts: mounts.filter((line) => line.includes(dataDir)).length,
    processes: processesBelow(child.pid),
    rows: rowsIn(dataDir),
    entries,
    memory: Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`${proc}/status`, 'utf8'))[1]) * 1024,
  }
}

function rowsIn(dataDir) {
  const database = readdirSync(dataDir).find((name) => /\.(db|sqlite3?)$/.test(name))
  return JSON.parse(execFileSync('python3', ['-c', COUNT_ROWS, join(dataDir, database)], { encoding: 'utf8' }))
}

/** How many processes descend from this one. */
function processesBelow(root) {
  const children = new Map()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const parent = parentOf(name)
    if (parent === undefined) continue
    children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  let found = 0
  const left = [root]
  while (left.length) {
    const below = children.get(left.pop()) ?? []
    found += below.length
    left.push(...below)
  }
  return found
}

/** `undefined` when the process ended meanwhile. */
function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}
