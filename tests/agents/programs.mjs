/**
 * The agents' programs as npm has them, put into a box as `npm install --global` would put them there: the
 * packages, their own install scripts, and their commands on PATH.
 *
 * AGENT_PROGRAMS names the `node_modules` in which they are installed; `cargo xtask test` sets it.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'

const INTO = '/usr/local/lib/node_modules'

/** Puts an npm package with what it needs into a box. */
export async function install(box, name) {
  const folder = process.env.AGENT_PROGRAMS
  if (!folder) throw new Error('AGENT_PROGRAMS is not set: run this suite with `cargo xtask test`')
  const packages = await withItsOwn(folder, name)
  const archive = await serveArchive(folder, packages)
  try {
    await must(box, `mkdir -p ${INTO} && curl -sSf ${archive.url} | tar -x -C ${INTO}`)
  } finally {
    await archive.stop()
  }
  const { bin, scripts } = JSON.parse(await readFile(join(folder, name, 'package.json'), 'utf8'))
  if (scripts?.postinstall) await must(box, `cd ${INTO}/${name} && ${scripts.postinstall}`)
  for (const [command, file] of Object.entries(bin)) {
    await must(box, `chmod +x ${INTO}/${name}/${file} && ln -sf ${INTO}/${name}/${file} /usr/local/bin/${command}`)
  }
}

async function must(box, command) {
  const { exitCode, stdout, stderr } = await box.exec.command(['sh', '-c', command])
  if (exitCode !== 0) throw new Error(`${command}\nended with ${exitCode} in the box: ${stdout}${stderr}`)
}

/** The package, and those of its optional dependencies that are for this machine. */
async function withItsOwn(folder, name) {
  const { optionalDependencies = {} } = JSON.parse(await readFile(join(folder, name, 'package.json'), 'utf8'))
  const own = Object.keys(optionalDependencies).filter((dependency) => existsSync(join(folder, dependency)))
  if (own.length === 0) {
    const there = (await readdir(folder)).join(', ')
    throw new Error(`${name} has no program for this machine in ${folder}, which holds ${there}`)
  }
  return [name, ...own]
}

/** A tar archive of folders, made while it is read, at an address that boxes reach. */
async function serveArchive(folder, names) {
  const server = createServer((_, response) => {
    const tar = spawn('tar', ['-c', '-C', folder, ...names], { stdio: ['ignore', 'pipe', 'inherit'] })
    tar.stdout.pipe(response)
    response.on('close', () => tar.kill())
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.2', resolve))
  const stop = () => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.2:${server.address().port}`, stop }
}
