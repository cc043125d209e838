/** A box as a Mastra tool: the model writes commands, the box runs them. */
import { createTool } from '@mastra/core/tools'
import { z } from 'zod'

/** So much of a command's output is shown to the model. */
const SHOWN_CHARACTERS = 10_000

export const boxTool = (box) =>
  createTool({
    id: 'run',
    description: 'Runs a shell command in an isolated Linux box. Files stay between commands.',
    inputSchema: z.object({ command: z.string().describe('the command line') }),
    outputSchema: z.object({ exitCode: z.number(), stdout: z.string(), stderr: z.string() }),
    execute: async ({ command }, { abortSignal: signal } = {}) => {
      const { exitCode, stdout, stderr } = await box.exec.command(command, { signal, timeoutMs: 120_000 })
      return { exitCode, stdout: stdout.slice(-SHOWN_CHARACTERS), stderr: stderr.slice(-SHOWN_CHARACTERS) }
    },
  })
