/**
 * What the runtime calls. Built with
 *   cargo build --release --target wasm32-unknown-unknown
 *   wasm-bindgen --target bundler --out-dir generated …/box_example_rust_worker.wasm
 */
import { attempt } from './generated/box_example_rust_worker.js'

export default {
  async fetch(request, env) {
    if (request.method !== 'POST') return new Response('POST { snapshotId, command }', { status: 405 })
    const { snapshotId, command } = await request.json()
    try {
      return new Response(await attempt(env.UPSTASH_BOX_BASE_URL, env.UPSTASH_BOX_API_KEY, snapshotId, command))
    } catch (error) {
      return new Response(error.message, { status: 502 })
    }
  },
}
