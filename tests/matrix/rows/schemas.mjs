/** Structured answers with the schemas of the libraries that people have, from a harness that runs in a box. */
import assert from 'node:assert/strict'
import { toJsonSchema } from '@valibot/to-json-schema'
import { Box } from 'upstash-box-wasm'
import * as valibot from 'valibot'
import * as zod4 from 'zod'
import * as zod3 from 'zod-3'

const ofZod = (z) =>
  z.object({
    name: z.string(),
    licences: z.array(z.string()).default([]),
    kind: z.enum(['library', 'program']),
    size: z.number().int().nullable(),
    notes: z.string().optional(),
  })

const ofValibot = valibot.object({
  name: valibot.string(),
  licences: valibot.optional(valibot.array(valibot.string()), []),
  kind: valibot.picklist(['library', 'program']),
  size: valibot.nullable(valibot.pipe(valibot.number(), valibot.integer())),
  notes: valibot.optional(valibot.string()),
})

const CASES = {
  'Zod 3': { responseSchema: ofZod(zod3) },
  'Zod 4': { responseSchema: ofZod(zod4) },
  Valibot: { responseSchema: ofValibot, jsonSchema: toJsonSchema(ofValibot) },
}

/** Answers with what follows the word `answer` in the prompt, and notes the whole prompt. */
const script = `
while [ $# -gt 0 ]; do
  case "$1" in -p) prompt=$2; shift 2 ;; *) shift ;; esac
done
printf '%s' "$prompt" > prompt
answer=$(printf '%s' "$prompt" | sed -n 's/^answer //p' | sed 's/["\\\\]/\\\\&/g')
printf 'event: done\\ndata: {"output":"%s"}\\n\\n' "$answer"
`
const agent = { harness: 'custom', customHarness: { command: 'sh', args: ['-c', script, 'agent'] } }

const fitting = { name: 'box', kind: 'library', size: null }

export const rows = Object.entries(CASES).map(([library, options]) => ({
  name: `structured answers: ${library}`,
  async run(bench) {
    const box = await Box.create({ ...bench.connection, agent })
    try {
      const ask = (answer) => box.agent.run({ prompt: `answer ${JSON.stringify(answer)}`, ...options })
      const { status, result } = await ask(fitting)
      assert.equal(status, 'completed')
      // The library's own reading: what was left out has its default.
      assert.deepEqual(result, { ...fitting, licences: [] })
      const prompt = await box.files.read('prompt')
      for (const word of ['licences', 'library', 'integer']) assert.ok(prompt.includes(word), `the agent was not told "${word}":\n${prompt}`)
      await assert.rejects(ask({ ...fitting, kind: 'poem' }), { name: 'BoxError', code: 'invalid_response', message: /kind/ })
    } finally {
      await box.delete()
    }
    return true
  },
}))
