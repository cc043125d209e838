/** A box as a tool of the Vercel AI SDK: the model writes commands, the box runs them. */
import { tool } from 'ai'
import { z } from 'zod'

/** So much of a command's output is shown to the model. */
const SHOWN_CHARACTERS = 10_000

export const boxTool = (box) =>
  tool({
    description: 'Runs a shell command in an isolated Linux box. Files stay between commands.',
    inputSchema: z.object({ command: z.string().describe('the command line') }),
    execute: async ({ command }, { abortSignal }) => {
      const { exitCode, stdout, stderr } = await box.exec.command(command, { signal: abortSignal, timeoutMs: 120_000 })
      return { exitCode, stdout: stdout.slice(-SHOWN_CHARACTERS), stderr: stderr.slice(-SHOWN_CHARACTERS) }
    },
  })
