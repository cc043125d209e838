/** Runs of an agent: whole, streamed, to a webhook, cancelled, structured. */
import assert from 'node:assert/strict'
import { appendTelemetryIdentity, runCustomHarness } from '@upstash/box'
import { z } from 'zod/v3'
import { agent } from './agent.mjs'
import { waitUntil } from '../../npm/wait-until.mjs'

export const scenarios = {
  'box.agent.run': async (t) => {
    const box = await t.box({ agent })
    const used = []
    const run = await box.agent.run({
      prompt: 'All done',
      files: [{ data: 'AP8=', mediaType: 'image/png', filename: 'a.png' }],
      onToolUse: (tool) => used.push(tool.name),
      onToolResult: (result) => used.push(result.output),
    })
    assert.deepEqual([run.status, run.result], ['completed', 'All done by small-model'])
    assert.deepEqual([run.cost.inputTokens, run.cost.outputTokens, run.cost.totalUsd], [7, 5, 0.25])
    assert.deepEqual(used, ['note', 'noted'])
    const structured = await box.agent.run({ prompt: 'Some JSON', responseSchema: z.object({ answer: z.number() }) })
    assert.deepEqual(structured.result, { answer: 42 })
    const [stored] = await box.listRuns()
    assert.deepEqual([stored.id, stored.type, stored.status], [structured.id, 'agent', 'completed'])
    const plain = await t.box()
    await assert.rejects(async () => plain.agent.run({ prompt: 'Hello' }), /agent/i)
    await tellsAWebhook(box)
  },
  'box.agent.stream': async (t) => {
    const box = await t.box({ agent })
    const types = []
    const stream = await box.agent.stream({ prompt: 'Look' })
    for await (const chunk of stream) types.push(chunk.type)
    const expected = ['start', 'reasoning', 'text-delta', 'tool-call', 'tool-result', 'finish']
    assert.deepEqual(types.filter((type) => type !== 'stats'), expected)
    assert.deepEqual([stream.status, stream.result], ['completed', 'Look by small-model'])
  },
  'run.cancel': async (t) => {
    const box = await t.box({ agent })
    const stream = await box.agent.stream({ prompt: 'Please wait' })
    const consume = async () => {
      for await (const chunk of stream) if (chunk.type === 'text-delta') await stream.cancel()
    }
    // Whether a cancelled stream fails or ends is the client's choice; what counts is the record.
    await consume().catch(() => {})
    assert.equal(stream.status, 'cancelled')
    await waitUntil('the run is over', async () => (await box.listRuns())[0].status === 'cancelled')
  },
  runCustomHarness: async (t) => {
    const written = []
    const done = { output: 'said', inputTokens: 1 }
    await runCustomHarness(async ({ prompt }, emit) => (emit.text(prompt), done), {
      argv: ['-p', 'Hello', '--model', 'm', '--stream'],
      write: (text) => written.push(text),
    })
    // What the helper prints is what the server reads.
    const box = await t.box({ agent: { ...agent, customHarness: { command: 'cat', args: ['/workspace/home/said'] } } })
    await box.files.write({ path: 'said', content: written.join('') })
    await box.configureCustomHarness({ command: 'sh', args: ['-c', 'cat /workspace/home/said'] })
    assert.equal((await box.agent.run({ prompt: 'Hello' })).result, 'said')
  },
  appendTelemetryIdentity: async (t) => {
    appendTelemetryIdentity('wrapper@1.0.0')
    assert.match((await t.box()).id, /\S/)
  },
}

async function tellsAWebhook(box) {
  const url = `${process.env.OFFICIAL_HOOKS}/${box.id}`
  const run = await box.agent.run({ prompt: 'Tell', webhook: { url, headers: { 'x-from': 'scenario' } } })
  const got = async () => (await fetch(url)).json()
  await waitUntil('the webhook is told', async () => (await got()).length === 1)
  const [{ headers, body }] = await got()
  assert.equal(headers['x-from'], 'scenario')
  assert.deepEqual([body.status, body.run_id, body.output], ['completed', run.id, 'Tell by small-model'])
}
