/** What other people's tools say of the package, and what its files may not hold. */
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { finish } from '../programs.mjs'

const folder = ({ root }) => join(root, 'node_modules/upstash-box-wasm')

/** How TypeScript may look modules up, with what goes along with it. */
const RESOLUTIONS = {
  node16: ['--module', 'node16', 'import.mts', 'require.cts'],
  nodenext: ['--module', 'nodenext', 'import.mts', 'require.cts'],
  bundler: ['--module', 'esnext', 'import.mts'],
}

/**
 * Names that only some runtimes have: replaced where they stand free, so that any use is seen.
 * Not `window` and `global`, behind whose `typeof` wasm-bindgen looks for the global object.
 */
const FOREIGN = ['process', 'Buffer', 'require', 'module', '__dirname', '__filename', 'Deno', 'Bun', 'document']

export const rows = [
  {
    name: 'publint',
    async run(bench) {
      const { messages, pkg } = await publint({ pkgDir: folder(bench), strict: true })
      if (messages.length) throw new Error(messages.map((message) => formatMessage(message, pkg)).join('\n'))
      return true
    },
  },
  {
    name: 'are the types wrong',
    async run(bench) {
      const tarball = process.env.BOX_PACKAGE_TARBALL
      await finish(process.execPath, [bench.program('@arethetypeswrong/cli/dist/index.js'), tarball, '--no-emoji'], { env: bench.env, cwd: bench.root })
      return true
    },
  },
  ...Object.entries(RESOLUTIONS).map(([resolution, args]) => ({
    name: `tsc --strict, moduleResolution ${resolution}`,
    async run(bench) {
      // No types of Node or of anything else: the declarations must stand alone.
      const strict = ['--strict', '--exactOptionalPropertyTypes', '--noEmit', '--target', 'es2022', '--types', '']
      await finish('tsc', [...strict, '--moduleResolution', resolution, ...args], {
        env: bench.env,
        cwd: join(bench.root, 'matrix/apps/types'),
      })
      return true
    },
  })),
  {
    name: 'entries use nothing that only one runtime has, but for those that only Node gets',
    async run(bench) {
      const dist = join(folder(bench), 'dist')
      const entries = (await readdir(dist)).filter((name) => name.endsWith('.js') && name !== 'node.js')
      if (entries.length !== 3) throw new Error(`dist holds ${entries.join(', ')}`)
      for (const entry of entries) await standsAlone(join(dist, entry))
      return true
    },
  },
  {
    name: 'source maps lead to the sources',
    async run(bench) {
      const dist = join(folder(bench), 'dist')
      for (const entry of ['index.js', 'index.cjs', 'node.js', 'node.cjs', 'edge.js', 'workerd.js']) {
        const text = await readFile(join(dist, entry), 'utf8')
        if (!text.trimEnd().endsWith(`//# sourceMappingURL=${entry}.map`)) throw new Error(`${entry} names no map`)
        const { sources, sourcesContent } = JSON.parse(await readFile(join(dist, `${entry}.map`), 'utf8'))
        const at = sources.indexOf('../src/box.js')
        if (!sourcesContent[at]?.includes('class Box')) throw new Error(`${entry}.map lacks ../src/box.js: ${sources}`)
        const absolute = sources.filter((source) => source.startsWith('/') || source.includes('file:'))
        if (absolute.length) throw new Error(`${entry}.map names places of the machine that built it: ${absolute}`)
      }
      return true
    },
  },
]

async function standsAlone(entry) {
  const marked = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    write: false,
    metafile: true,
    define: Object.fromEntries(FOREIGN.map((name) => [name, `FOREIGN_${name}`])),
    plugins: [{ name: 'nothing-else', setup: (setup) => setup.onResolve({ filter: /.*/ }, outside) }],
  })
  const used = new Set(marked.outputFiles[0].text.match(/FOREIGN_\w+|\beval\(|\bnew Function\b/g))
  if (used.size) throw new Error(`${entry} uses ${[...used].join(', ').replaceAll('FOREIGN_', '')}`)
}

/** The WebAssembly file is all that an entry may import. */
function outside({ path, kind }) {
  if (kind === 'entry-point') return undefined
  if (/^\.\/box\.wasm(\?module)?$/.test(path)) return { path, external: true }
  return { errors: [{ text: `the entry imports ${path}` }] }
}
