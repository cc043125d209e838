/** The scenario under jest as it comes. `scenario.cjs` is made from scenario.mjs by the row. */
const sdk = require('upstash-box-wasm')
const { scenario } = require('../../../built/jest/scenario.cjs')

test('the scenario', async () => {
  const verdict = await scenario(sdk, {})
  process.stdout.write(`VERDICT ${JSON.stringify(verdict)}\n`)
  expect(verdict.error).toBeUndefined()
}, 60_000)
