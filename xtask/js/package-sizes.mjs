/**
 * Prints, as JSON, how many bytes the installed package weighs: each of its files, and `bundle`,
 * which is all of it as a page would download it.
 *
 *   node package-sizes.mjs FOLDER     FOLDER/node_modules holds the package
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const name = 'upstash-box-wasm'
const folder = process.argv[2]

const weigh = (bytes) => ({
  raw: bytes.length,
  gzip: gzipSync(bytes, { level: 9 }).length,
  brotli: brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  }).length,
})

const bundled = await build({
  stdin: { contents: `export * from '${name}'`, resolveDir: folder },
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  write: false,
})

const root = join(folder, 'node_modules', name)
const files = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  .sort()

const sizes = { bundle: weigh(bundled.outputFiles[0].contents) }
for (const file of files) sizes[relative(root, file)] = weigh(readFileSync(file))
process.stdout.write(JSON.stringify(sizes))
