/** Cloudflare's workerd, as `wrangler dev` runs it, and Vercel's edge runtime. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EdgeRuntime } from 'edge-runtime'
import { build } from 'esbuild'
import { serve } from '../programs.mjs'

/** Runs an entry with `wrangler dev` and hands its address to `use`. */
export async function withWorker(bench, entry, variables, use) {
  const args = [bench.program('wrangler/bin/wrangler.js'), 'dev', entry, '--port=0', '--ip=127.0.0.1']
  args.push('--compatibility-date=2026-01-01', '--show-interactive-dev-session=false', '--inspector-port=0')
  for (const [name, value] of Object.entries(variables)) args.push('--var', `${name}:${value}`)
  const env = { ...bench.env, WRANGLER_SEND_METRICS: 'false', CI: 'true', NO_COLOR: '1' }
  const worker = await serve(process.execPath, args, { env, cwd: bench.root }, /Ready on (http:\S+)/)
  try {
    return await use(worker.said)
  } finally {
    await worker.stop()
  }
}

const read = async (response) => {
  if (!response.ok) throw new Error(`answered ${response.status}: ${(await response.text()).slice(0, 2000)}`)
  return response.json()
}

/** What Vercel's build does with `*.wasm?module`: the module is compiled beforehand and handed in. */
const compiledBeforehand = {
  name: 'wasm-module',
  setup(setup) {
    setup.onResolve({ filter: /\.wasm\?module$/ }, ({ path }) => ({ path, namespace: 'wasm-module' }))
    setup.onLoad({ filter: /.*/, namespace: 'wasm-module' }, () => ({ contents: 'export default globalThis.boxModule' }))
  },
}

export const rows = [
  {
    name: 'workerd, by wrangler dev',
    run: (bench) =>
      withWorker(bench, join(bench.root, 'matrix/apps/worker/index.mjs'), bench.connection, async (address) =>
        read(await fetch(address)),
      ),
  },
  {
    name: "Vercel's edge-runtime",
    async run({ root, connection }) {
      const bundled = await build({
        entryPoints: [join(root, 'matrix/apps/edge/index.mjs')],
        bundle: true,
        format: 'iife',
        conditions: ['edge-light'],
        plugins: [compiledBeforehand],
        write: false,
      })
      const wasm = await readFile(join(root, 'node_modules/upstash-box-wasm/dist/box.wasm'))
      const boxModule = await WebAssembly.compile(wasm)
      const runtime = new EdgeRuntime({
        initialCode: bundled.outputFiles[0].text,
        extend: (context) => Object.assign(context, { boxModule, connection }),
      })
      return read(await runtime.dispatchFetch('http://edge.example/'))
    },
  },
]
