/** A server that is killed and started again on the same data. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export class Victim {
  apiKey = `box_${randomBytes(12).toString('hex')}`

  /** Starts one with a data directory of its own. */
  static async start() {
    const victim = new Victim()
    victim.dataDir = await mkdtemp(join(tmpdir(), 'box-soak-'))
    process.once('exit', () => victim.child.kill('SIGKILL'))
    await victim.startAgain()
    return victim
  }

  get connection() {
    return { baseUrl: this.baseUrl, apiKey: this.apiKey }
  }

  async startAgain() {
    this.child = spawn(process.env.BOX_SERVER_BIN, ['serve', '--listen', '127.0.0.1:0', '--data', this.dataDir], {
      env: { ...process.env, BOX_SERVER_API_KEY: this.apiKey },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    this.ended = once(this.child, 'exit')
    for await (const line of createInterface({ input: this.child.stdout })) {
      this.baseUrl = /^listening on (http:\/\/\S+)/.exec(line)?.[1]
      if (!this.baseUrl) continue
      // A full pipe would stop the server.
      this.child.stdout.resume()
      return
    }
    throw new Error('box-server ended before it listened')
  }

  async kill() {
    this.child.kill('SIGKILL')
    await this.ended
  }

  async stop() {
    this.child.kill('SIGTERM')
    const [code] = await this.ended
    await rm(this.dataDir, { recursive: true, force: true })
    if (code !== 0) throw new Error(`box-server ended with ${code}`)
  }
}
