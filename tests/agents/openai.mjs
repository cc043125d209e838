/** OpenAI's Responses API as it streams. */
import { usage } from './model.mjs'

export const path = '/v1/responses'

export const key = (headers) => headers.authorization?.replace('Bearer ', '')

/** All that was said so far, by anyone. */
export const text = (body) => JSON.stringify(body.input)

export const failure = (type, message) => ({ error: { type: type ?? 'server_error', code: type, message } })

/** The events of one answer: words, or a call of the shell. */
export function events({ say = '', run }) {
  const id = `item_${Math.random().toString(36).slice(2)}`
  const item = run
    ? { type: 'function_call', id, call_id: `call_${id}`, name: 'exec_command', arguments: JSON.stringify({ cmd: run }) }
    : { type: 'message', id, role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: say, annotations: [] }] }
  const response = { id: `response_${id}`, object: 'response', output: [] }
  return [
    { type: 'response.created', response: { ...response, status: 'in_progress' } },
    { type: 'response.output_item.added', output_index: 0, item: { ...item, content: [], arguments: '', status: 'in_progress' } },
    ...(run ? [] : [{ type: 'response.output_text.delta', item_id: id, output_index: 0, content_index: 0, delta: say }]),
    { type: 'response.output_item.done', output_index: 0, item },
    { type: 'response.completed', response: { ...response, status: 'completed', output: [item], usage: counts() } },
  ]
}

function counts() {
  return {
    input_tokens: usage.input,
    input_tokens_details: { cached_tokens: usage.cached },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: usage.input + usage.output,
  }
}
