/** A Mastra agent that answers by working in a box; each run of it has its own. */
import { Agent } from '@mastra/core/agent'
import { Box } from 'upstash-box-wasm'
import { boxTool } from './box_tool.mjs'

/** `model` is any model that Mastra takes, for example `'anthropic/claude-opus-4-6'`. */
export async function answer(model, prompt) {
  const box = await Box.create({ runtime: 'node' })
  try {
    const agent = new Agent({
      id: 'box-agent',
      name: 'box-agent',
      instructions: 'Find out by running commands in the box, then answer in one sentence.',
      model,
      tools: { run: boxTool(box) },
    })
    const { text } = await agent.generate(prompt, { maxSteps: 20 })
    return text
  } finally {
    await box.delete()
  }
}
