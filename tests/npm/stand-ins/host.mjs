/**
 * The web that stands in for GitHub and the npm registry: one bare repository and one small package,
 * served as plain files.
 *
 * It listens on 127.0.0.2: still this machine alone, but no address that a box takes for itself.
 */
import { execFile } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, normalize } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The command that the served package puts on PATH, and what it prints. */
export const tool = { command: 'greet', says: 'hello from a packed package' }
/** Files of the served repository. */
export const repositoryFiles = { 'README.md': '# my-repo\n', 'src/api.js': 'export const api = 1\n' }

/**
 * Starts the host. `repository(name)` is the address of the repository under that name,
 * `packageUrl` that of the package's tarball.
 */
export async function startHost() {
  const root = await mkdtemp(join(tmpdir(), 'box-host-'))
  await makeRepository(root)
  const tarball = await makePackage(root)
  const server = createServer((request, response) => serveFile(root, request, response))
  await new Promise((resolve) => server.listen(0, '127.0.0.2', resolve))
  const origin = `http://127.0.0.2:${server.address().port}`
  return {
    repository: (name) => `${origin}/git/${name}`,
    packageUrl: `${origin}/${tarball}`,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rm(root, { recursive: true, force: true })
    },
  }
}

async function makeRepository(root) {
  const work = join(root, 'work')
  for (const [path, text] of Object.entries(repositoryFiles)) {
    await mkdir(join(work, path, '..'), { recursive: true })
    await writeFile(join(work, path), text)
  }
  const git = (...args) => run('git', args, { cwd: work, env: gitEnvironment() })
  await git('init', '--quiet', '--initial-branch=main')
  await git('add', '.')
  await git('commit', '--quiet', '--message=Begin')
  await git('clone', '--quiet', '--bare', '.', join(root, 'bare.git'))
  // What a server without git's own program needs in order to be cloned from.
  await run('git', ['update-server-info'], { cwd: join(root, 'bare.git'), env: gitEnvironment() })
}

function gitEnvironment() {
  const who = { NAME: 'Box', EMAIL: 'box@example.test' }
  const identity = Object.entries(who).flatMap(([key, value]) => [
    [`GIT_AUTHOR_${key}`, value],
    [`GIT_COMMITTER_${key}`, value],
  ])
  return { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: '/dev/null', ...Object.fromEntries(identity) }
}

async function makePackage(root) {
  const folder = join(root, 'package')
  await mkdir(folder)
  const manifest = { name: 'box-greet', version: '1.0.0', bin: { [tool.command]: 'greet.js' } }
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
  await writeFile(join(folder, 'greet.js'), `#!/usr/bin/env node\nconsole.log('${tool.says}')\n`)
  await run('npm', ['pack', '--silent', '--pack-destination', root], { cwd: folder })
  return 'box-greet-1.0.0.tgz'
}

/** Any repository name leads to the one bare repository. */
async function serveFile(root, request, response) {
  const { pathname } = new URL(request.url, 'http://host')
  const path = pathname.startsWith('/git/')
    ? pathname.replace(/^\/git\/[^/]+\/[^/]+/, '/bare.git')
    : pathname
  const file = join(root, normalize(path))
  const found = await stat(file).catch(() => undefined)
  if (!found?.isFile()) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, { 'content-length': found.size })
  createReadStream(file).pipe(response)
}
