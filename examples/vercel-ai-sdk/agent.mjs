/** An agent that answers by working in a box; each run of it has its own. */
import { generateText, isStepCount } from 'ai'
import { Box } from 'upstash-box-wasm'
import { boxTool } from './box_tool.mjs'

/** `model` is any model of the AI SDK, for example `'anthropic/claude-opus-4-6'`. */
export async function answer(model, prompt) {
  const box = await Box.create({ runtime: 'node' })
  try {
    const { text } = await generateText({
      model,
      prompt,
      tools: { run: boxTool(box) },
      stopWhen: isStepCount(20),
    })
    return text
  } finally {
    await box.delete()
  }
}
