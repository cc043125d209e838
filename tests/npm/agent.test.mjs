/** Agents: a custom harness that really runs in the box. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Box } from 'upstash-box-wasm'
import { agent, agentLog } from './stand-ins/agent.mjs'
import { limit, withServer } from './suite.mjs'

const { connection, create } = withServer()

test('a run gives the agent its prompt and its answer back', limit, async () => {
  const box = await create({ agent })
  const run = await box.agent.run({ prompt: 'Say "done", $HOME and `all`' })
  assert.equal(run.status, 'completed')
  assert.equal(run.result, 'done')
  assert.equal((await box.files.read(agentLog)).trim(), 'Say "done", $HOME and `all`')
})

test('a run that ends with an error is a failed run', limit, async () => {
  const box = await create({ agent })
  const run = await box.agent.run({ prompt: 'Rewrite everything' })
  assert.equal(run.status, 'failed')
})

test('a stream shows what the agent does as it does it', limit, async () => {
  const box = await create({ agent })
  const types = []
  for await (const chunk of await box.agent.stream({ prompt: 'Look around' })) types.push(chunk.type)
  const expected = ['start', 'text-delta', 'tool-call', 'tool-result', 'finish']
  assert.deepEqual(types.filter((type) => expected.includes(type)), expected)
})

test('a restored box has the agent of its snapshot', limit, async () => {
  const box = await create({ agent })
  const { id } = await box.snapshot({ name: 'with-agent' })
  const restored = await Box.fromSnapshot(id, connection())
  assert.equal((await restored.agent.run({ prompt: 'Go on' })).status, 'completed')
})

test('a box without an agent refuses to run one and says how to get one', limit, async () => {
  const box = await create()
  await assert.rejects(box.agent.run({ prompt: 'Hello' }), (error) => {
    assert.equal(error.name, 'BoxError')
    assert.match(error.message, /agent/i)
    return true
  })
})
