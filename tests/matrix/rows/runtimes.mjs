/** Node with import and with require, Bun, Deno: installed package, two environment variables. */
import { join } from 'node:path'
import { verdictFrom } from '../programs.mjs'

const entry = ({ root }, name) => join(root, 'matrix/apps/process', name)

const node = (major) =>
  ['import.mjs', 'require.cjs'].map((file) => ({
    name: `Node ${major}, ${file.startsWith('import') ? 'import' : 'require'}`,
    run: (bench) => verdictFrom(bench.program(`node-${major}/bin/node`), [entry(bench, file)], { env: bench.env }),
  }))

export const rows = [
  ...[20, 22, 24].flatMap(node),
  {
    name: 'Node 24, WebAssembly loaded by the program',
    run: (bench) =>
      verdictFrom(bench.program('node-24/bin/node'), [entry(bench, 'own_wasm.mjs')], { env: bench.env }),
  },
  {
    name: 'Bun',
    run: (bench) =>
      verdictFrom(bench.program('@oven/bun-linux-x64/bin/bun'), [entry(bench, 'import.mjs')], { env: bench.env }),
  },
  {
    name: 'Deno',
    // Deno asks for each right; the package needs the network and its two variables, no more.
    run: (bench) =>
      verdictFrom(
        bench.program('@deno/linux-x64-glibc/deno'),
        ['run', '--no-prompt', '--allow-net', '--allow-env=UPSTASH_BOX_BASE_URL,UPSTASH_BOX_API_KEY', entry(bench, 'import.mjs')],
        { env: { ...bench.env, DENO_NO_UPDATE_CHECK: '1' }, cwd: bench.root },
      ),
  },
]
