/**
 * The README's scenario with nobody present: every example of the snapshot documentation, run from the
 * packed package against a box-server of its own, and what must be true afterwards.
 *
 * Prints each step with its time, then `N passed, N failed`; exits 1 when a step failed.
 */
import assert from 'node:assert/strict'
import { runExample } from './examples.mjs'
import { agent, agentLog } from './stand-ins/agent.mjs'
import { repositoryFiles, startHost, tool } from './stand-ins/host.mjs'
import { startServer } from './server.mjs'

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/
const LONGEST_MS = 120_000
const counts = { passed: 0, failed: 0 }

/** A part of the scenario. Its steps build on each other, so the first failing one ends it. */
async function part(title, play) {
  console.log(`\n${title}`)
  try {
    await play()
  } catch (error) {
    if (!error.isShown) {
      counts.failed += 1
      console.log(error)
    }
  }
}

async function step(what, work) {
  const started = performance.now()
  const took = () => `${(performance.now() - started).toFixed(1)} ms`.padStart(11)
  try {
    const result = await withinLimit(work())
    counts.passed += 1
    console.log(`  ok   ${took()}  ${what}`)
    return result
  } catch (error) {
    counts.failed += 1
    console.log(`  FAIL ${took()}  ${what}`)
    console.log(error)
    throw Object.assign(new Error(what), { isShown: true })
  }
}

/** A step that hangs has failed. */
function withinLimit(work) {
  const limit = new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`not done after ${LONGEST_MS} ms`)), LONGEST_MS).unref()
  })
  return Promise.race([work, limit])
}

const server = await startServer({ args: ['--allow-private-egress'] })
const host = await startHost()
process.env.UPSTASH_BOX_BASE_URL = server.baseUrl
process.env.UPSTASH_BOX_API_KEY = server.apiKey
process.env.ANTHROPIC_API_KEY = 'not-a-key'
process.env.GITHUB_TOKEN = 'not-a-token'
const { Box } = await import('upstash-box-wasm')

const standIns = { agent }
const agentStandIn = [
  '{ harness: Agent.ClaudeCode, model: "anthropic/claude-opus-4-6", apiKey: process.env.ANTHROPIC_API_KEY }',
  'standIns.agent',
]
const prompts = async (box) => (await box.files.read(agentLog)).trim().split('\n')
const names = (entries) => entries.map((entry) => entry.name)

await part('Take a snapshot, list, restore, delete', async () => {
  const box = await step('create a box', () => Box.create({ runtime: 'node' }))
  await step('clone a repository over HTTP', () =>
    box.git.clone({ repo: host.repository('my-org/my-repo') }))

  const { snapshot, printed } = await step('example: create a snapshot', () =>
    runExample('create-a-snapshot', { given: { box }, makes: ['snapshot'] }))
  await step('the snapshot printed has the documented members', () => {
    assert.deepEqual(printed, [snapshot])
    const members = ['boxId', 'createdAt', 'id', 'name', 'sizeBytes', 'status']
    assert.deepEqual(Object.keys(snapshot).sort(), members)
    assert.match(snapshot.id, /^snap_/)
    assert.equal(snapshot.name, 'after-setup')
    assert.equal(snapshot.boxId, box.id)
    assert.equal(snapshot.status, 'ready')
    assert.ok(snapshot.sizeBytes > 0, `sizeBytes is ${snapshot.sizeBytes}`)
    assert.match(snapshot.createdAt, ISO)
    assert.ok(Math.abs(Date.parse(snapshot.createdAt) - Date.now()) < 60_000, snapshot.createdAt)
  })

  const second = await box.snapshot({ name: 'pre-refactor' })
  await step('example: list snapshots', async () => {
    const { snapshots } = await runExample('list-snapshots', { given: { box }, makes: ['snapshots'] })
    assert.deepEqual(names(snapshots).sort(), ['after-setup', 'pre-refactor'])
    assert.ok(snapshots.every(({ status }) => status === 'ready'))
  })

  await step('example: restore from a snapshot', async () => {
    const { restored, named, files } = await runExample('restore-from-a-snapshot', {
      given: { Box, snapshot },
      makes: ['restored', 'named', 'files'],
    })
    assert.ok(names(files).includes('my-repo'), `/work holds ${names(files)}`)
    assert.equal((await Box.getByName('restored-worker')).id, named.id)
    assert.equal(new Set([box.id, restored.id, named.id]).size, 3)
    const readme = await restored.files.read('/work/my-repo/README.md')
    assert.equal(readme, repositoryFiles['README.md'])
  })

  await step('three boxes restored in parallel are independent', async () => {
    const boxes = await Promise.all([1, 2, 3].map(() => Box.fromSnapshot(snapshot.id)))
    assert.equal(new Set(boxes.map(({ id }) => id)).size, 3)
    await Promise.all(boxes.map((each, n) => each.files.write({ path: 'mine', content: `${n}` })))
    await Promise.all(boxes.map((each) => each.exec.command('echo more >> my-repo/README.md')))
    const contents = await Promise.all(boxes.map((each) => each.files.read('mine')))
    assert.deepEqual(contents, ['0', '1', '2'])
    assert.ok(!names(await box.files.list()).includes('mine'), 'the source box sees a restored one')
    assert.equal(await box.files.read('my-repo/README.md'), repositoryFiles['README.md'])
  })

  await step('example: delete a snapshot', async () => {
    const idStandIn = ['snap_x7f...', second.id]
    await runExample('delete-a-snapshot', { given: { box }, standIns: [idStandIn] })
    assert.deepEqual(names(await box.listSnapshots()), ['after-setup'])
  })

  await step('the snapshot outlives its box', async () => {
    await box.delete()
    const restored = await Box.fromSnapshot(snapshot.id)
    assert.ok(names(await restored.files.list('/work')).includes('my-repo'))
  })
})

await part('Checkpoint before risky operations', async () => {
  const before = new Set((await Box.list()).map(({ id }) => id))
  const { box, run } = await step('example: checkpoint', () =>
    runExample('checkpoint', {
      given: { standIns },
      standIns: [agentStandIn, ['github.com/my-org/my-repo', host.repository('my-org/my-repo')]],
      makes: ['box', 'run'],
    }))
  await step('the agent that failed is a failed run, and the fallback starts from the checkpoint', async () => {
    assert.equal(run.status, 'failed')
    assert.match((await prompts(box)).join(), /^Rewrite the database layer/)
    const made = (await Box.list()).filter(({ id }) => !before.has(id) && id !== box.id)
    assert.equal(made.length, 1)
    const fallback = await Box.get(made[0].id)
    assert.match((await prompts(fallback)).join(), /^Add connection pooling/)
    assert.ok(names(await fallback.files.list('/work')).includes('my-repo'))
  })
})

await part('Reusable base environments', async () => {
  const tasks = ['Fix the login page', 'Write the changelog']
  const { boxes, base } = await step('example: reusable base', () =>
    runExample('reusable-base', {
      given: { standIns, tasks },
      standIns: [
        ['{ runtime: "node" }', '{ runtime: "node", agent: standIns.agent }'],
        ['typescript eslint prettier', host.packageUrl],
      ],
      makes: ['boxes', 'base'],
    }))
  await step('what npm installed globally is on the PATH of each restored box', async () => {
    for (const box of boxes) {
      const run = await box.exec.command(tool.command)
      assert.equal(run.exitCode, 0, run.result)
      assert.equal(run.result.trim(), tool.says)
    }
  })
  await step('each box did its own task only, and the base is gone', async () => {
    assert.deepEqual(await Promise.all(boxes.map(prompts)), tasks.map((task) => [task]))
    assert.ok(!(await Box.list()).some(({ id }) => id === base.id))
  })
})

await part('Fan-out from a single state', async () => {
  const { security, performance, docs } = await step('example: fan-out', () =>
    runExample('fan-out', {
      given: { standIns },
      standIns: [
        ['runtime: "node",', 'runtime: "node",\n  agent: standIns.agent,'],
        ['github.com/your-org/monorepo', host.repository('your-org/monorepo')],
      ],
      makes: ['security', 'performance', 'docs'],
    }))
  await step('each agent saw the repository and nothing of the others', async () => {
    for (const [box, start] of [[security, 'Audit'], [performance, 'Profile'], [docs, 'Generate']]) {
      const seen = await prompts(box)
      assert.equal(seen.length, 1)
      assert.ok(seen[0].startsWith(start), seen[0])
      assert.ok(names(await box.files.list('/work')).includes('monorepo'))
    }
  })
})

await part('Leave nothing behind', () =>
  step('delete every box', async () => {
    for (const { id } of await Box.list()) await (await Box.get(id)).delete()
    assert.deepEqual(await Box.list(), [])
  }))
await part('Stop', () =>
  step('stop the server', async () => {
    await host.stop()
    await server.stop()
  }))

if (counts.failed > 0) console.log(`\nlast words of box-server:\n${server.log()}`)
console.log(`\n${counts.passed} passed, ${counts.failed} failed`)
// A call that hangs would keep the program from ending.
process.exit(counts.failed > 0 ? 1 : 0)
