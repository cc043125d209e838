/** Chromium and Firefox, and pages that leave their verdict in `globalThis.verdict`. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import puppeteer from 'puppeteer-core'
import { CannotRun } from './row.mjs'

const NAMES = {
  chrome: ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser'],
  firefox: ['firefox', 'firefox-esr'],
}
const REMEDY = { chrome: 'chromium', firefox: 'firefox-esr' }

/** Starts the installed browser of this family. */
export async function openBrowser(family) {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const executablePath = NAMES[family].flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync)
  if (!executablePath) throw new CannotRun(`no ${family}: \`apt-get install ${REMEDY[family]}\``)
  // Chromium's own sandbox refuses root, as which continuous integration often runs.
  const args = family === 'chrome' ? ['--no-sandbox', '--disable-dev-shm-usage'] : []
  return puppeteer.launch({ browser: family, executablePath, headless: true, args })
}

/** Opens a page and waits for its verdict; the connection travels in the address. */
export async function verdictOf(browser, url, connection = {}) {
  const page = await browser.newPage()
  const complaints = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  try {
    await page.goto(`${url}?${new URLSearchParams(connection)}`)
    const verdict = await page.waitForFunction(() => globalThis.verdict, { timeout: 60_000 })
    return await verdict.jsonValue()
  } catch (error) {
    throw new Error(`${url}: ${error.message}; the page said: ${complaints.join(' | ') || 'nothing'}`, { cause: error })
  } finally {
    await page.close()
  }
}
