/** The examples, each as a user would run it; a scripted model takes the place of a real one. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { AIMessage } from '@langchain/core/messages'
import { MockLanguageModelV4 } from 'ai/test'
import { Box } from 'upstash-box-wasm'
import { finish, serve } from '../programs.mjs'
import { withWorker } from './edges.mjs'
import { nextOptions } from './frameworks.mjs'

const folder = ({ root }, name) => join(root, 'examples', name)

/** A row whose `check` throws when the example does not do what it says. No box may be left over. */
const example = (name, check) => ({
  name: `example: ${name}`,
  async run(bench) {
    await check(bench)
    const left = await Box.list(bench.connection)
    assert.deepEqual(left.map(({ id }) => id), [], 'the example left boxes behind')
    return true
  },
})

/** What the scripted models ask for, and what they answer from what they saw. */
const COMMAND = 'echo $((6 * 7)) > n && cat n'
const answerFrom = (seen) => `The box says ${/"stdout":"(\d+)/.exec(seen.replaceAll('\\"', '"'))?.[1]}.`
const EXPECTED = 'The box says 42.'

function scriptedForAiSdk() {
  const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } }
  return new MockLanguageModelV4({
    doGenerate: async ({ prompt }) => {
      const last = prompt.at(-1)
      const reason = (unified) => ({ finishReason: { unified, raw: undefined }, usage, warnings: [] })
      if (last.role === 'tool') return { content: [{ type: 'text', text: answerFrom(JSON.stringify(last)) }], ...reason('stop') }
      const input = JSON.stringify({ command: COMMAND })
      return { content: [{ type: 'tool-call', toolCallId: '1', toolName: 'run', input }], ...reason('tool-calls') }
    },
  })
}

const scriptedForLangChain = {
  bindTools: ([run]) => ({
    async invoke(messages) {
      const last = messages.at(-1)
      if (last.type === 'tool') return new AIMessage(answerFrom(JSON.stringify(last.content)))
      return new AIMessage({ content: '', tool_calls: [{ id: '1', name: run.name, args: { command: COMMAND }, type: 'tool_call' }] })
    },
  }),
}

/** The same for Mastra, which takes models of the AI SDK by their form. */
const scriptedForMastra = () => {
  const { doGenerate } = scriptedForAiSdk()
  return { specificationVersion: 'v3', provider: 'scripted', modelId: 'scripted', supportedUrls: {}, doGenerate }
}

/** An agent's example takes the service from the environment, as its user's program would. */
async function answerOf(bench, name, model) {
  Object.assign(process.env, bench.env)
  const { answer } = await import(join(folder(bench, name), 'agent.mjs'))
  assert.equal(await answer(model, 'What is six times seven?'), EXPECTED)
}

export const rows = [
  example('Node, checkpoint', async (bench) => {
    const said = await finish(bench.program('node-20/bin/node'), [join(folder(bench, 'node-checkpoint'), 'checkpoint.mjs')], { env: bench.env })
    assert.deepEqual(said.trim().split('\n'), [
      'before: completed',
      'after the rewrite: failed',
      'after the rollback: completed',
      'files: answer.js',
    ])
  }),
  example('page', async (bench) => {
    const page = await (await bench.browser('chrome')).newPage()
    await page.goto(`${bench.site.origin}/examples/browser/index.html`)
    const { baseUrl, apiKey } = bench.connection
    for (const [name, value] of Object.entries({ baseUrl, apiKey, command: 'echo from the page; exit 4' })) {
      await page.$eval(`[name=${name}]`, (input, text) => (input.value = text), value)
    }
    await page.click('button')
    await page.waitForFunction(() => !document.querySelector('form').inert && document.querySelector('pre').textContent)
    const shown = await page.$eval('pre', (output) => output.textContent)
    await page.close()
    assert.equal(shown, 'from the page\n\nexit code 4')
  }),
  example('Cloudflare Worker', async (bench) => {
    const { baseUrl, apiKey } = bench.connection
    const box = await Box.create(bench.connection)
    await box.files.write({ path: 'n', content: '7' })
    const snapshot = await box.snapshot({ name: 'fan-out' })
    await box.delete()
    const commands = ['expr $(cat n) \\* 1', 'expr $(cat n) \\* 2', 'expr $(cat n) \\* 6; exit 5']
    const variables = { UPSTASH_BOX_BASE_URL: baseUrl, UPSTASH_BOX_API_KEY: apiKey }
    const worker = folder(bench, 'cloudflare-worker')
    await withWorker(bench, join(worker, 'src/index.js'), variables, async (address) => {
      const body = JSON.stringify({ snapshotId: snapshot.id, commands })
      const answer = await fetch(address, { method: 'POST', body })
      const text = await answer.text()
      assert.equal(answer.status, 200, text)
      assert.ok(!text.includes(apiKey), 'the key left the Worker')
      const lines = text.trim().split('\n').map((line) => JSON.parse(line))
      const outputs = commands.map((_, attempt) =>
        lines.filter((line) => line.attempt === attempt && line.type === 'output').map(({ data }) => data).join(''),
      )
      assert.deepEqual(outputs, ['7\n', '14\n', '42\n'])
      const exits = lines.filter(({ type }) => type === 'exit').sort((a, b) => a.attempt - b.attempt)
      assert.deepEqual(exits.map(({ exitCode }) => exitCode), [0, 0, 5])
      const refused = await fetch(address, { method: 'POST', body: JSON.stringify({ snapshotId: snapshot.id }) })
      assert.equal(refused.status, 400)
    })
    await Box.deleteSnapshots([snapshot.id], bench.connection)
  }),
  example('Next', async (bench) => {
    const app = folder(bench, 'next')
    const { port, origin } = bench.pages.nextExample
    await finish(...nextOptions(bench, ['build', app]))
    const server = await serve(...nextOptions(bench, ['start', app, '--hostname=127.0.0.1', `--port=${port}`]), /(Ready in)/)
    try {
      const page = await (await bench.browser('chrome')).newPage()
      await page.goto(origin, { waitUntil: 'networkidle0' })
      await page.click('button')
      await page.waitForFunction(() => document.querySelector('pre').textContent.includes('exit code'))
      assert.equal(await page.$eval('pre', (output) => output.textContent), '42\n\nexit code 0\n')
      await page.close()
    } finally {
      await server.stop()
    }
  }),
  example('Vercel AI SDK', (bench) => answerOf(bench, 'vercel-ai-sdk', scriptedForAiSdk())),
  example('Mastra', (bench) => answerOf(bench, 'mastra', scriptedForMastra())),
  example('LangChain', (bench) => answerOf(bench, 'langchain', scriptedForLangChain)),
]
