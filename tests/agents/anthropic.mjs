/** Anthropic's Messages API as it streams. */
import { usage } from './model.mjs'

export const path = '/v1/messages'

export const key = (headers) => headers['x-api-key']

/** All that was said so far, by anyone. */
export const text = (body) => JSON.stringify(body.messages)

export const failure = (type, message) => ({ type: 'error', error: { type: type ?? 'api_error', message } })

/** The events of one answer: words, or a call of the shell. */
export function events({ say = '', run }, body) {
  const block = run ? call(run, body) : { type: 'text', text: '' }
  const delta = run
    ? { type: 'input_json_delta', partial_json: JSON.stringify(block.given) }
    : { type: 'text_delta', text: say }
  const { given, ...begun } = block
  return [
    { type: 'message_start', message: message(body) },
    { type: 'content_block_start', index: 0, content_block: begun },
    { type: 'content_block_delta', index: 0, delta },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: run ? 'tool_use' : 'end_turn', stop_sequence: null },
      usage: { output_tokens: usage.output },
    },
    { type: 'message_stop' },
  ]
}

function message({ model }) {
  const counts = {
    input_tokens: usage.input - usage.cached - usage.written,
    cache_read_input_tokens: usage.cached,
    cache_creation_input_tokens: usage.written,
    output_tokens: 1,
  }
  const id = `msg_${Math.random().toString(36).slice(2)}`
  return { id, type: 'message', role: 'assistant', model, content: [], stop_reason: null, stop_sequence: null, usage: counts }
}

/** Claude Code calls its shell Bash, OpenCode bash. */
function call(command, { tools }) {
  const { name } = tools.find((tool) => /^bash$/i.test(tool.name))
  const given = { command, description: 'Do as the test says' }
  return { type: 'tool_use', id: `toolu_${Math.random().toString(36).slice(2)}`, name, input: {}, given }
}
