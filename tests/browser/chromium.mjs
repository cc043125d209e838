/** Chromium, through Playwright as it is. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

/** Root has no sandbox of its own to start the browser in. */
const AS_ROOT = ['--no-sandbox']
/** Nothing but the page under test may use the network. */
const QUIET = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Starts it with a fresh profile. `newPage({ colorScheme, reducedMotion })` opens a tab for somebody who asked for these. */
export async function startChromium(executablePath) {
  const profile = await mkdtemp(join(tmpdir(), 'box-browser-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: [...(process.getuid?.() === 0 ? AS_ROOT : []), ...QUIET],
  })
  return {
    async newPage(media) {
      const page = await context.newPage()
      await page.emulateMedia(media)
      return page
    },
    async stop() {
      await context.close()
      await rm(profile, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}
