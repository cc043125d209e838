/** Codex as npm has it, asked by way of box-server. */
import * as api from './openai.mjs'
import { play } from './scenario.mjs'

play({
  name: 'codex',
  program: '@openai/codex',
  model: 'gpt-5.1-codex',
  api,
  env: (origin) => ({ OPENAI_BASE_URL: `${origin}/v1` }),
  tool: 'shell',
  // It tells no prices.
  process: /\bcodex exec/,
  price: 0,
  refusals: [400],
})
