/** The scenario in a program that requires; two environment variables configure it. */
const sdk = require('upstash-box-wasm')

import('../../scenario.mjs')
  .then(({ scenario }) => scenario(sdk, {}))
  .then((verdict) => console.log(`VERDICT ${JSON.stringify(verdict)}`))
