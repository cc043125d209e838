/** The scenario under vitest. */
import * as sdk from 'upstash-box-wasm'
import { expect, test } from 'vitest'
import { scenario } from '../../scenario.mjs'

test('the scenario', { timeout: 60_000 }, async () => {
  const verdict = await scenario(sdk, {})
  console.log(`VERDICT ${JSON.stringify(verdict)}`)
  expect(verdict.error).toBeUndefined()
})
