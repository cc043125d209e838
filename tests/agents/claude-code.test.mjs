/** Claude Code as npm has it, asked by way of box-server. */
import * as api from './anthropic.mjs'
import { play } from './scenario.mjs'

play({
  name: 'claude-code',
  program: '@anthropic-ai/claude-code',
  model: 'claude-sonnet-4-5',
  api,
  env: (origin) => ({ ANTHROPIC_BASE_URL: origin, CLAUDE_CODE_MAX_RETRIES: '0' }),
  tool: 'Bash',
  process: /\bclaude -p/,
  // 77 tokens at 3 dollars a million, 20 from the cache at 0.30, 3 to it at 3.75, 10 at 15.
  price: 398.25e-6,
  refusals: [401, 500],
})
