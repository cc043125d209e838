/** The scenario in a route handler of the edge runtime. */
import * as sdk from 'upstash-box-wasm'
import { scenario } from '../../../../../scenario.mjs'

export const runtime = 'edge'
export const dynamic = 'force-dynamic'

export async function GET() {
  return Response.json(await scenario(sdk, {}))
}
