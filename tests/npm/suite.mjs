/**
 * What every suite here starts from: a server of its own and the package configured for it.
 *
 * The package is imported by its published name, from the folder in which the tarball is installed.
 */
import { after, before } from 'node:test'
import { Box } from 'upstash-box-wasm'
import { startServer } from './server.mjs'

/** The longest one test may take. */
export const limit = { timeout: 60_000 }

/**
 * Starts a server before the file's tests and stops it after them.
 * `connection()` is what tells the SDK to use it; `create(options)` makes a box on it.
 */
export function withServer(options) {
  let server
  before(async () => {
    server = await startServer(options)
  })
  after(() => server?.stop())
  const connection = () => ({ baseUrl: server.baseUrl, apiKey: server.apiKey })
  return {
    connection,
    create: (settings = {}) => Box.create({ ...connection(), ...settings }),
    server: () => server,
  }
}
