/**
 * A stock Firefox. Playwright drives it by WebDriver BiDi, which it doesn't advertise yet.
 *
 * Three things differ from Chromium and are seen to here. Whoever wants dark colours or less motion has set
 * so in the browser's preferences, so that is where the tests set it, with one browser for each wish.
 * Playwright sends a command about such wishes that this Firefox doesn't know, even when there is none: then
 * its refusal is taken for consent, since nothing was to be done. And Firefox gives a download no id of its own,
 * without which Playwright overlooks it; the address of its blob, which no other has, serves as one.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { firefox } from 'playwright-core'

/** Firefox 153 dies now and then of the getter that follows `aria-labelledby`, which axe and Playwright then do themselves. */
const SAFE = { 'accessibility.ARIAElementReflection.enabled': false }
const DOWNLOAD_EVENTS = ['browsingContext.downloadWillBegin', 'browsingContext.downloadEnd']
const MEDIA_COMMAND = 'emulation.setMediaFeaturesOverride'
/** Nothing but the page under test may use the network. */
const QUIET = {
  'app.normandy.enabled': false,
  'app.update.enabled': false,
  'browser.newtabpage.enabled': false,
  'browser.safebrowsing.downloads.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'browser.startup.homepage': 'about:blank',
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,',
  'toolkit.telemetry.enabled': false,
}

/** Starts it with a fresh profile. `newPage({ colorScheme, reducedMotion })` opens a tab for somebody who asked for these. */
export async function startFirefox(executablePath) {
  bridge()
  const started = new Map()
  const withMedia = (media) => {
    const wish = JSON.stringify(media)
    if (!started.has(wish)) started.set(wish, launch(executablePath, media))
    return started.get(wish)
  }
  return {
    async newPage(media) {
      return (await withMedia(media)).context.newPage()
    },
    async stop() {
      for (const launched of started.values()) {
        const { context, profile } = await launched
        await context.close()
        await rm(profile, { recursive: true, force: true, maxRetries: 10 })
      }
    },
  }
}

async function launch(executablePath, { colorScheme, reducedMotion }) {
  const profile = await mkdtemp(join(tmpdir(), 'box-browser-'))
  const context = await firefox.launchPersistentContext(profile, {
    channel: 'moz-firefox',
    executablePath,
    headless: true,
    colorScheme: null,
    firefoxUserPrefs: {
      ...SAFE,
      ...QUIET,
      'layout.css.prefers-color-scheme.content-override': colorScheme === 'dark' ? 0 : 1,
      'ui.prefersReducedMotion': reducedMotion === 'reduce' ? 1 : 0,
    },
  })
  return { context, profile }
}

/** Puts between Playwright and Firefox what the head of this file tells of. */
function bridge() {
  const driver = firefox._connection.toImpl(firefox)._bidiFirefox
  const connect = Object.getPrototypeOf(driver).connectToTransport
  driver.connectToTransport = (transport, options) => {
    const asksNothing = new Set()
    const bridged = Object.create(transport)
    bridged.send = (message) => {
      if (message.method === MEDIA_COMMAND && message.params.features['prefers-color-scheme'] === null) asksNothing.add(message.id)
      transport.send(message)
    }
    transport.onmessage = (message) => {
      const isRefusal = asksNothing.delete(message.id) && message.error === 'unknown command'
      if (DOWNLOAD_EVENTS.includes(message.method)) message.params.download ??= message.params.url
      bridged.onmessage?.(isRefusal ? { type: 'success', id: message.id, result: {} } : message)
    }
    transport.onclose = (reason) => bridged.onclose?.(reason)
    return connect.call(driver, bridged, options)
  }
}
