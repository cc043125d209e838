/** The loop of an agent: the model asks for commands until it has an answer. */
import { HumanMessage } from '@langchain/core/messages'
import { Box } from 'upstash-box-wasm'
import { boxTool } from './box_tool.mjs'

const MOST_STEPS = 20

/** `model` is any LangChain chat model that can call tools. */
export async function answer(model, prompt) {
  const box = await Box.create({ runtime: 'node' })
  try {
    const run = boxTool(box)
    const withTools = model.bindTools([run])
    const messages = [new HumanMessage(prompt)]
    for (let step = 0; step < MOST_STEPS; step++) {
      const reply = await withTools.invoke(messages)
      messages.push(reply)
      if (!reply.tool_calls?.length) return reply.text
      for (const call of reply.tool_calls) messages.push(await run.invoke(call))
    }
    throw new Error(`no answer after ${MOST_STEPS} steps`)
  } finally {
    await box.delete()
  }
}
