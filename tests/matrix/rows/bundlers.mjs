/** Bundlers with no configuration for the package; what they build runs in Chromium. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { build as esbuild } from 'esbuild'
import { rollup } from 'rollup'
import { build as vite, createServer as viteServer } from 'vite'
import webpack from 'webpack'
import { verdictOf } from '../browsers.mjs'
import { finish } from '../programs.mjs'

const source = ({ root }, file = 'main.mjs') => join(root, 'matrix/apps/page', file)
const HTML = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="module" src="./main.js"></script>'

/** `bundle` writes `main.js`, or its own `index.html`, into the folder. */
const bundler = (name, bundle, ownPage = false) => ({
  name: `${name}, built, in Chromium`,
  async run(bench) {
    const key = name.toLowerCase()
    const folder = bench.built(key)
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true })
    if (!ownPage) await writeFile(join(folder, 'index.html'), HTML)
    await bundle(bench, folder)
    return verdictOf(await bench.browser('chrome'), `${bench.site.origin}/built/${key}/index.html`, bench.connection)
  },
})

const viteOptions = (bench) => ({
  root: join(bench.root, 'matrix/apps/page'),
  base: './',
  logLevel: 'warn',
  configFile: false,
  cacheDir: bench.built('.vite'),
})

export const rows = [
  bundler('esbuild', (bench, folder) =>
    esbuild({ entryPoints: [source(bench)], bundle: true, minify: true, format: 'esm', outfile: join(folder, 'main.js') }),
  ),
  bundler('Rollup', async (bench, folder) => {
    const bundle = await rollup({ input: source(bench), plugins: [nodeResolve({ browser: true })] })
    await bundle.write({ file: join(folder, 'main.js'), format: 'es' })
    await bundle.close()
  }),
  bundler('webpack', async (bench, folder) => {
    const compiler = webpack({
      mode: 'production',
      context: bench.root,
      entry: source(bench),
      output: { path: folder, filename: 'main.js' },
      performance: false,
    })
    const stats = await new Promise((resolve, reject) => compiler.run((error, done) => (error ? reject(error) : resolve(done))))
    await new Promise((resolve) => compiler.close(resolve))
    if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString('errors-warnings'))
  }),
  bundler('Vite', (bench, folder) => vite({ ...viteOptions(bench), build: { outDir: folder, emptyOutDir: true } }), true),
  bundler(
    'Parcel',
    async (bench, folder) => {
      const args = [bench.program('parcel/lib/bin.js'), 'build', source(bench, 'index.html')]
      args.push('--dist-dir', folder, '--public-url', './', '--no-cache', '--no-source-maps')
      await finish(process.execPath, args, { env: bench.env, cwd: bench.root })
    },
    true,
  ),
  {
    name: 'Vite, development server, in Chromium',
    async run(bench) {
      const { port, origin } = bench.pages.viteDev
      const server = await viteServer({ ...viteOptions(bench), server: { port, strictPort: true, host: '127.0.0.1' } })
      try {
        await server.listen()
        return await verdictOf(await bench.browser('chrome'), `${origin}/index.html`, bench.connection)
      } finally {
        await server.close()
      }
    },
  },
]
