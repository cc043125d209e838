/** The scenario in a page that a bundler built; the connection is in the page's address. */
import * as sdk from 'upstash-box-wasm'
import { scenario } from '../../scenario.mjs'

globalThis.verdict = await scenario(sdk, Object.fromEntries(new URLSearchParams(location.search)))
