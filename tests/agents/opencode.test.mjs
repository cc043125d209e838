/** OpenCode as npm has it, asked by way of box-server. */
import * as api from './anthropic.mjs'
import { play } from './scenario.mjs'

play({
  name: 'opencode',
  program: 'opencode-ai',
  model: 'anthropic/claude-sonnet-4-5',
  api,
  env: (origin) => ({ ANTHROPIC_BASE_URL: `${origin}/v1`, OPENCODE_DISABLE_MODELS_FETCH: '1' }),
  tool: 'bash',
  process: /\bopencode run/,
  // 77 tokens at 3 dollars a million, 20 from the cache at 0.30, 3 to it at 3.75, 10 at 15.
  price: 398.25e-6,
})
