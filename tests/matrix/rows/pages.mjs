/** Pages without a bundler, Web Workers and Service Workers, in Chromium and in Firefox. */
import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { verdictOf } from '../browsers.mjs'

const FAMILIES = { chrome: 'Chromium', firefox: 'Firefox' }

const page = (title, path, prepare = () => {}) =>
  Object.entries(FAMILIES).map(([family, browserName]) => ({
    name: `${browserName}, ${title}`,
    async run(bench) {
      await prepare(bench)
      return verdictOf(await bench.browser(family), `${bench.site.origin}/${path}`, bench.connection)
    },
  }))

/** A Service Worker is one file, and lies beside the pages that it serves. */
async function bundleServiceWorker({ root, built }) {
  const folder = built('service-worker')
  await mkdir(folder, { recursive: true })
  const apps = join(root, 'matrix/apps/page')
  await build({
    entryPoints: [join(apps, 'service_worker.js')],
    bundle: true,
    format: 'iife',
    outfile: join(folder, 'service_worker.js'),
  })
  await copyFile(join(apps, 'service_worker.html'), join(folder, 'index.html'))
}

export const rows = [
  ...page('plain <script type="module">', 'matrix/apps/page/plain.html'),
  ...page('Web Worker', 'matrix/apps/page/worker.html'),
  ...page('Service Worker', 'built/service-worker/index.html', bundleServiceWorker),
]
