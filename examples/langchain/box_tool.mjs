/** A box as a LangChain tool: the model writes commands, the box runs them. */
import { tool } from '@langchain/core/tools'
import { z } from 'zod'

/** So much of a command's output is shown to the model. */
const SHOWN_CHARACTERS = 10_000

export const boxTool = (box) =>
  tool(
    async ({ command }, { signal } = {}) => {
      const { exitCode, stdout, stderr } = await box.exec.command(command, { signal, timeoutMs: 120_000 })
      return JSON.stringify({ exitCode, stdout: stdout.slice(-SHOWN_CHARACTERS), stderr: stderr.slice(-SHOWN_CHARACTERS) })
    },
    {
      name: 'run',
      description: 'Runs a shell command in an isolated Linux box. Files stay between commands.',
      schema: z.object({ command: z.string().describe('the command line') }),
    },
  )
