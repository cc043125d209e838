/** The scenario in a server component, which shows its verdict. */
import * as sdk from 'upstash-box-wasm'
import { scenario } from '../../../scenario.mjs'

export const dynamic = 'force-dynamic'

export default async function Page() {
  return <pre id="verdict">{JSON.stringify(await scenario(sdk, {}))}</pre>
}
