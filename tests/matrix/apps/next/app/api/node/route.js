/** The scenario in a route handler of the node runtime. */
import * as sdk from 'upstash-box-wasm'
import { scenario } from '../../../../../scenario.mjs'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export async function GET() {
  return Response.json(await scenario(sdk, {}))
}
