/** The one browser of a process. It starts when a page is first asked for and stops when the last who holds it lets go. */
import { startChromium } from './chromium.mjs'
import { startFirefox } from './firefox.mjs'

const STARTS = { chromium: startChromium, firefox: startFirefox }

const holders = new Set()
let started

/** `newPage({ colorScheme, reducedMotion })` opens a tab; `release()` lets go of the browser. */
export function holdBrowser() {
  const holder = {
    async newPage(media) {
      started ??= STARTS[process.env.BROWSER_NAME](process.env.BROWSER_BIN)
      return (await started).newPage(media)
    },
    async release() {
      holders.delete(holder)
      if (holders.size > 0) return
      const ended = started
      started = undefined
      await (await ended)?.stop()
    },
  }
  holders.add(holder)
  return holder
}
