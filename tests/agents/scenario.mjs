/** What every harness must do, played by its real program in a box with a model on loopback. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Box } from 'upstash-box-wasm'
import { startServer } from '../npm/server.mjs'
import { waitUntil } from '../npm/wait-until.mjs'
import { startModel, usage } from './model.mjs'
import { install } from './programs.mjs'

/** The longest one test may take: the programs are large, and machines may be slow. */
const limit = { timeout: 240_000 }
const KEY = 'key-of-the-user'

/**
 * Plays one harness: `name`, the npm `program`, the `model` by the harness's name, the provider's `api`, `env`
 * that leads from the provider's address to the model's, `tool` as the harness calls its shell, `price` of one
 * answer, how its `process` looks in a list of them, and statuses of `refusals` that it doesn't ask again after
 * for long.
 */
export function play({ name, program, model: modelName, api, env, tool, price, process, refusals = [401] }) {
  let server, model, box

  before(async () => {
    model = await startModel(api)
    server = await startServer({ args: ['--allow-private-egress'] })
    box = await Box.create({
      baseUrl: server.baseUrl,
      apiKey: server.apiKey,
      agent: { harness: name, model: modelName, apiKey: KEY },
      env: env(model.origin),
      // Nothing but the model is asked, so that the suite is the same on every machine.
      networkPolicy: { mode: 'custom', allowedCidrs: ['127.0.0.2/32'] },
    })
    await install(box, program)
  }, limit)
  after(async () => {
    await server?.stop()
    await model?.stop()
  })

  /** The command lines of all processes in the box. */
  const processes = async () => (await box.exec.command('cat /proc/[0-9]*/cmdline | tr "\\0" " "')).stdout

  test(`${name}: it works in the box with the tools that the model calls, and says so`, limit, async () => {
    model.answer({ run: 'echo from-the-model > made.txt; echo the-output' }, { say: 'It is made.' })
    const stream = await box.agent.stream({ prompt: 'Make a file.' })
    const chunks = []
    for await (const chunk of stream) chunks.push(chunk)
    const of = (type) => chunks.filter((chunk) => chunk.type === type)
    assert.equal((await box.files.read('made.txt')).trim(), 'from-the-model')
    const [called, result, finish] = [of('tool-call'), of('tool-result'), of('finish')].map(([first]) => first)
    assert.equal(called.toolName, tool)
    assert.match(JSON.stringify(called.input), /made\.txt/)
    assert.equal(result.toolCallId, called.toolCallId)
    assert.match(JSON.stringify(result.output), /the-output/)
    assert.equal(of('text-delta').map(({ text }) => text).join(''), 'It is made.')
    assert.equal(finish.output, 'It is made.')
    // The model was shown what the command said, and the key that the box was made with.
    assert.equal(model.asked.length, 2)
    assert.match(model.asked[1].text, /the-output/)
    assert.deepEqual(model.asked.map(({ key }) => key), [KEY, KEY])
    const { totalUsd, ...counts } = finish.usage
    assert.deepEqual(counts, { inputTokens: 2 * usage.input, outputTokens: 2 * usage.output, cachedInputTokens: 2 * usage.cached })
    assert.ok(Math.abs(totalUsd - 2 * price) < 1e-9, `it cost ${totalUsd}, not ${2 * price}`)
    // And the box's history has it.
    const record = await box.getRun(stream.id)
    assert.deepEqual(
      [record.type, record.status, record.inputTokens, record.outputTokens, record.sessionId],
      ['agent', 'completed', 2 * usage.input, 2 * usage.output, finish.sessionId],
    )
  })

  test(`${name}: a session goes on where it was`, limit, async () => {
    model.answer({ say: 'A walrus.' })
    const first = await box.agent.run({ prompt: 'Name one animal.' })
    assert.equal(first.result, 'A walrus.')
    model.answer({ say: 'Its tusks.' })
    const second = await box.agent.run({ prompt: 'What is special about it?', sessionId: first.sessionId })
    assert.equal(second.result, 'Its tusks.')
    assert.equal(second.sessionId, first.sessionId)
    assert.match(model.asked[0].text, /Name one animal.*A walrus.*What is special about it/s)
    // Each run is told for itself, not the session so far.
    assert.equal(second.cost.inputTokens, usage.input)
    assert.equal(second.cost.outputTokens, usage.output)
  })

  test(`${name}: an answer can be asked for as data`, limit, async () => {
    const jsonSchema = { type: 'object', properties: { files: { type: 'integer' } }, required: ['files'] }
    model.answer({ say: 'Here it is:\n```json\n{"files": 2}\n```' })
    const run = await box.agent.run({ prompt: 'Count the files.', jsonSchema })
    assert.deepEqual([run.status, JSON.parse(run.result)], ['completed', { files: 2 }])
    assert.match(model.asked[0].text, /JSON Schema.*required.*files/s)
    // What is asked without a session knows nothing of those before.
    assert.doesNotMatch(model.asked[0].text, /walrus/)
  })

  test(`${name}: a run that is cancelled leaves the model and the box`, limit, async () => {
    model.answer({ hold: true })
    const stream = await box.agent.stream({ prompt: 'Take your time, word-of-the-prompt.' })
    const read = (async () => {
      for await (const _ of stream);
    })()
    read.catch(() => {})
    await waitUntil('the model is asked', () => model.open === 1, 120_000)
    const running = await processes()
    assert.match(running, process)
    // Neither the prompt nor the key is seen in a list of processes.
    assert.doesNotMatch(running, /word-of-the-prompt|key-of-the-user/)
    await stream.cancel()
    await assert.rejects(read)
    assert.equal((await box.getRun(stream.id)).status, 'cancelled')
    await waitUntil('the model is left', () => model.open === 0, 60_000)
    assert.doesNotMatch(await processes(), process)
  })

  test(`${name}: what the model refuses is told in its words`, limit, async () => {
    for (const fail of refusals) {
      model.answer({ fail, why: 'the model has its reasons' })
      const run = await box.agent.run({ prompt: 'Anything.' })
      assert.equal(run.status, 'failed')
      assert.match(run.error, /the model has its reasons/, `after ${fail}`)
      assert.doesNotMatch(run.error, /[{}]/)
    }
  })
}
