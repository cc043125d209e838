/** What a service tells in its answers is declared, to the last member that box-server gives. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Box } from 'upstash-box-wasm'
import { complaints } from './compiler.mjs'
import { limit, withServer } from './suite.mjs'

const { connection, create } = withServer()

/** Answers of a live server, by the names of their types: as full as they get. */
async function records() {
  const { baseUrl, apiKey } = connection()
  const at = { baseUrl, apiKey }
  const box = await create({ name: 'told', labels: ['told'] })
  await box.files.write({ path: 'told/a', content: 'a' })
  const failed = await box.exec.command('echo out; echo err >&2; exit 3')
  const before = await box.snapshot({ name: 'before', labels: ['told'], pinned: true, expiresIn: 3600 })
  await box.files.write({ path: 'told/a', content: 'b' })
  const after = await box.snapshot({ name: 'after' })
  const schedule = await box.schedule.exec({ cron: '0 3 * * *', command: 'true', folder: '.' })
  const { token, ...created } = await Box.createToken({ ...at, scopes: ['read'], boxId: box.id, ttl: 60 })
  assert.ok(token)
  const changes = []
  for await (const change of Box.diffSnapshots(before.id, after.id, at)) changes.push(change)
  const walked = []
  for await (const entry of box.files.walk('told')) walked.push(entry)
  const url = await box.getPublicURL(3000, { bearerToken: true, basicAuth: true })
  const deleted = await Box.deleteSnapshots([before.id], { ...at, dryRun: true })
  return {
    RunRecord: await box.listRuns(),
    Run: [failed],
    Schedule: [schedule, ...(await box.schedule.list())],
    Snapshot: [before, after, await Box.getSnapshot(before.id, at)],
    SnapshotTreeNode: await Box.snapshotTree(after.id, at),
    SnapshotChange: changes,
    SnapshotVerification: [await Box.verifySnapshot(after.id, at)],
    DeletedSnapshots: [deleted],
    LogEntry: await box.logs(),
    FileEntry: await box.files.list('told'),
    WalkedEntry: walked,
    FileStat: [await box.files.stat('told/a')],
    PublicURL: [url],
    PublicURLInfo: await box.listPublicURLs(),
    TokenInfo: [created, ...(await Box.listTokens(at))],
  }
}

/** A line that compiles only when the type has all these names. */
const told = ([type, all]) => {
  const names = new Set(all.flatMap((record) => Object.keys(record).filter((name) => record[name] !== undefined)))
  return `({ ${[...names].map((name) => `${JSON.stringify(name)}: 1`).join(', ')} }) satisfies Partial<Record<keyof told.${type}, 1>>;`
}

test('each member of an answer is declared', limit, async () => {
  const found = await records()
  for (const [type, all] of Object.entries(found)) assert.ok(all.length > 0, type)
  // A check of the check: these were once told and not declared.
  assert.ok(found.RunRecord.some(({ exitCode }) => exitCode === 3))
  assert.ok(found.Schedule.every(({ nextRunAt }) => nextRunAt))
  const lines = ["import type * as told from 'upstash-box-wasm';", ...Object.entries(found).map(told)]
  const about = await complaints({
    lines: lines.join('\n'),
    unknown: lines.join('\n').replace('"exitCode": 1', '"exitCode": 1, "madeUp": 1'),
  })
  assert.match(about('unknown').join('\n'), /madeUp/)
  assert.deepEqual(about('lines'), [])
})
