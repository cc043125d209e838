/** box-server as npm installs it: in an empty folder, from the tarballs, with the network switched off. */
import assert from 'node:assert/strict'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Box } from 'upstash-box-wasm'
import { finish, serve } from '../programs.mjs'

/** An empty folder in which someone installed packages. */
export async function installed(bench, name, tarballs) {
  const cwd = bench.built(name)
  await rm(cwd, { recursive: true, force: true })
  await mkdir(cwd, { recursive: true })
  await writeFile(join(cwd, 'package.json'), '{ "private": true }')
  await finish('npm', ['install', '--offline', '--no-save', '--no-audit', '--no-fund', ...tarballs], { cwd, env: bench.env })
  return cwd
}

export const serverTarballs = () => {
  const { BOX_LAUNCHER_TARBALL: launcher, BOX_PLATFORM_TARBALL: platform } = process.env
  assert.ok(launcher && platform, 'BOX_LAUNCHER_TARBALL and BOX_PLATFORM_TARBALL name the tarballs: `cargo xtask matrix` sets them')
  return [launcher, platform]
}

const npx = (args, options) => ['npx', ['--no-install', 'box-server', ...args], options]

export const rows = [
  {
    name: 'npx box-server doctor, in an empty folder',
    async run(bench) {
      const cwd = await installed(bench, 'npx', serverTarballs())
      const env = { ...bench.env, HOME: cwd }
      const said = await finish(...npx(['doctor', '--data', join(cwd, 'data')], { cwd, env }))
      assert.match(said, /^yes {2}/m)
      assert.doesNotMatch(said, /^NO /m)
      return true
    },
  },
  {
    name: 'npx box-server serve, a box, and stop',
    async run(bench) {
      const cwd = await installed(bench, 'npx', serverTarballs())
      const options = { cwd, env: { ...bench.env, BOX_SERVER_API_KEY: bench.connection.apiKey } }
      const args = ['serve', '--listen', '127.0.0.1:0', '--data', join(cwd, 'data')]
      const launcher = join(cwd, 'node_modules/.bin/box-server')
      const server = await serve(launcher, args, options, /^listening on (http:\S+)/)
      const isUp = () => fetch(`${server.said}/healthz`).then(({ ok }) => ok, () => false)
      assert.equal(await isUp(), true)
      const box = await Box.create({ baseUrl: server.said, apiKey: bench.connection.apiKey })
      const run = await box.exec.command('echo "$HOME" && id -u')
      assert.equal(run.stdout, '/home/boxuser\n0\n')
      // Only the launcher is told; the server behind it must go as well, and politely.
      assert.equal(await server.ask('SIGTERM'), 0)
      assert.equal(await isUp(), false)
      return true
    },
  },
  {
    name: 'box-server without its program says what to do',
    async run(bench) {
      const [launcher] = serverTarballs()
      const cwd = await installed(bench, 'npx-alone', [launcher])
      const failed = await finish(...npx(['doctor'], { cwd, env: bench.env })).then(() => undefined, ({ message }) => message)
      assert.match(failed ?? '', /box-server has no program for .*: reinstall without --omit=optional/)
      return true
    },
  },
]
