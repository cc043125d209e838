/**
 * What all rows share: one box-server, one site for pages, the installed packages, and everything
 * that has to be stopped at the end.
 */
import { createServer } from 'node:net'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { startServer } from '../npm/server.mjs'
import { openBrowser } from './browsers.mjs'
import { CannotRun } from './row.mjs'
import { startSite } from './site.mjs'

/** The folder that holds node_modules, this suite and the examples. */
const root = fileURLToPath(new URL('..', import.meta.url))

export async function openBench() {
  const site = await startSite(root)
  // Their pages come from servers that are started later, when box-server must already know them.
  const pages = {}
  for (const name of ['next', 'viteDev', 'nextExample', 'actions']) pages[name] = await freeOrigin()
  const origins = [site, ...Object.values(pages)].map(({ origin }) => origin)
  const server = await startServer({ args: origins.flatMap((origin) => ['--allow-origin', origin]) })
  const browsers = new Map()
  const ends = []
  const { baseUrl, apiKey } = server

  return {
    root,
    site,
    /** Addresses that box-server welcomes pages from, for servers that rows start. */
    pages,
    connection: { baseUrl, apiKey },
    /** The two variables that configure the package, and nothing else of ours. */
    env: { ...process.env, UPSTASH_BOX_BASE_URL: baseUrl, UPSTASH_BOX_API_KEY: apiKey },
    built: (name) => join(root, 'built', name),
    browser(name) {
      if (!browsers.has(name)) browsers.set(name, openBrowser(name))
      return browsers.get(name)
    },
    /** A program that came from npm, or why there is none. */
    program(path) {
      const program = join(root, 'node_modules', path)
      if (existsSync(program)) return program
      throw new CannotRun(`${path} is not installed: npm has it for Linux on x64 only`)
    },
    /** What is to be done when all rows are over. */
    atEnd: (end) => ends.push(end),
    async close() {
      await Promise.allSettled(ends.map((end) => end()))
      const opened = await Promise.allSettled(browsers.values())
      await Promise.allSettled(opened.map(({ value }) => value?.close()))
      await site.close()
      await server.stop()
    },
  }
}

async function freeOrigin() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return { port, origin: `http://127.0.0.1:${port}` }
}
