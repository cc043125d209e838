/** Next, vitest and jest. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { verdictOf } from '../browsers.mjs'
import { finish, serve, verdictFrom } from '../programs.mjs'

const environment = (bench) => ({ ...bench.env, NEXT_TELEMETRY_DISABLED: '1', CI: 'true', NO_COLOR: '1' })
const node = (bench, program, args, more = {}) => [
  process.execPath,
  [bench.program(program), ...args],
  { env: { ...environment(bench), ...more }, cwd: bench.root },
]

/** How `next` is started with these arguments. */
export const nextOptions = (bench, args) => node(bench, 'next/dist/bin/next', args)

let address
/** Builds the Next app once, serves it until the end, and answers with its address. */
const nextAddress = (bench) => (address ??= startNext(bench))

async function startNext(bench) {
  const app = join(bench.root, 'matrix/apps/next')
  const { port, origin } = bench.pages.next
  await finish(...nextOptions(bench, ['build', app]))
  const { stop } = await serve(...nextOptions(bench, ['start', app, '--hostname=127.0.0.1', `--port=${port}`]), /(Ready in)/)
  bench.atEnd(stop)
  return origin
}

const route = (name, path, read) => ({
  name: `Next, ${name}`,
  async run(bench) {
    const response = await fetch(`${await nextAddress(bench)}${path}`)
    const text = await response.text()
    if (!response.ok) throw new Error(`answered ${response.status}: ${text.slice(0, 2000)}`)
    return read(text)
  },
})

export const rows = [
  route('server component', '/', (html) => {
    const shown = /<pre id="verdict">(.*?)<\/pre>/s.exec(html)[1]
    return JSON.parse(shown.replaceAll('&quot;', '"').replaceAll('&#x27;', "'").replaceAll('&gt;', '>').replaceAll('&lt;', '<').replaceAll('&amp;', '&'))
  }),
  route('route handler, Node', '/api/node', JSON.parse),
  route('route handler, edge', '/api/edge', JSON.parse),
  {
    name: 'Next, client component in Chromium',
    run: async (bench) =>
      verdictOf(await bench.browser('chrome'), `${await nextAddress(bench)}/client`, bench.connection),
  },
  {
    name: 'vitest',
    run: (bench) =>
      verdictFrom(...node(bench, 'vitest/vitest.mjs', ['run', '--root', join(bench.root, 'matrix/apps/vitest'), '--reporter=verbose'])),
  },
  {
    name: 'jest, require',
    async run(bench) {
      const outfile = join(bench.built('jest'), 'scenario.cjs')
      await mkdir(bench.built('jest'), { recursive: true })
      await build({ entryPoints: [join(bench.root, 'matrix/scenario.mjs')], format: 'cjs', outfile })
      return jest(bench, 'require.test.cjs')
    },
  },
  { name: 'jest, import', run: (bench) => jest(bench, 'import.test.mjs', { NODE_OPTIONS: '--experimental-vm-modules' }) },
]

function jest(bench, file, more) {
  const config = { rootDir: join(bench.root, 'matrix/apps/jest'), testMatch: [`**/${file}`] }
  return verdictFrom(...node(bench, 'jest/bin/jest.js', ['--config', JSON.stringify(config)], more))
}
