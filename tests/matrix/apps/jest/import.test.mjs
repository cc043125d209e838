/** The scenario under jest, with its support of modules switched on. */
import * as sdk from 'upstash-box-wasm'
import { scenario } from '../../scenario.mjs'

test('the scenario', async () => {
  const verdict = await scenario(sdk, {})
  process.stdout.write(`VERDICT ${JSON.stringify(verdict)}\n`)
  expect(verdict.error).toBeUndefined()
}, 60_000)
