/** The process of a custom harness: what it reads and what it prints. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { runCustomHarness } from 'upstash-box-wasm'
import { limit } from './suite.mjs'

const argv = ['serve', '-p', 'the prompt', '--model', 'm', '--stream', '--session', 's']
const usage = { input_tokens: 0, output_tokens: 0, cached_input_tokens: 0, total_cost_usd: 0, session_id: '' }

async function said(handler, options = { argv }) {
  let text = ''
  let thrown
  await runCustomHarness(handler, { ...options, write: (part) => (text += part) }).catch((error) => (thrown = error))
  const events = text.split('\n\n').filter(Boolean).map((block) => {
    const [event, data] = block.split('\n')
    return [event.replace('event: ', ''), JSON.parse(data.replace('data: ', ''))]
  })
  return { events, thrown }
}

test('a harness is told what it was asked, and what it returns ends the run', limit, async () => {
  let context
  const { events } = await said((given) => {
    context = given
    return 'answer'
  })
  assert.deepEqual(context, { prompt: 'the prompt', model: 'm', sessionId: 's', stream: true, args: argv })
  assert.deepEqual(events, [['done', { output: 'answer', ...usage, session_id: 's' }]])
  const { events: none } = await said(({ prompt, model }, say) => say.done({ output: prompt + model }), { argv: [] })
  assert.deepEqual(none, [['done', { output: 'custom', ...usage }]])
})

test('a harness tells what it does', limit, async () => {
  const { events } = await said(async (_, say) => {
    say.text('t')
    say.reasoning('r')
    say.tool({ toolCallId: 'c', name: 'n' })
    say.toolResult({ toolCallId: 'c', output: [1] })
    say.emit('todo', { x: 1 })
    return { output: 'o', inputTokens: 1, totalCostUsd: 0.5, sessionId: 'z' }
  })
  assert.deepEqual(events, [
    ['text', { text: 't' }],
    ['thinking', { text: 'r' }],
    ['tool', { toolCallId: 'c', name: 'n', input: {} }],
    ['tool_result', { toolCallId: 'c', output: [1] }],
    ['todo', { x: 1 }],
    ['done', { output: 'o', ...usage, input_tokens: 1, total_cost_usd: 0.5, session_id: 'z' }],
  ])
})

test('what a harness throws is told and thrown', limit, async () => {
  const failure = new Error('broken')
  const { events, thrown } = await said(() => {
    throw failure
  })
  assert.equal(thrown, failure)
  assert.deepEqual(events, [['error', { error: 'broken', ...usage, session_id: 's' }]])
})

test('a process prints to its own output', limit, async () => {
  const program = "import { runCustomHarness } from 'upstash-box-wasm'; await runCustomHarness(({ prompt }) => prompt)"
  const { stdout } = await promisify(execFile)('node', ['--input-type=module', '--eval', program, '--', 'program', '-p', 'hi'])
  assert.match(stdout, /^event: done\ndata: \{"output":"hi"/)
})
