/**
 * One fresh process: loads a client, does one call, and prints how long that took and how much memory
 * the process then has. Started by `node.mjs` with the name of the client, the server's address, and `after` when
 * the program has fetched something before.
 */
const [client, baseUrl, after] = process.argv.slice(2)
const apiKey = 'box_measured'
if (after) await (await fetch(`${baseUrl}/v2/box/box-1`)).text()
const started = performance.now()
const call = await {
  ours: async () => {
    const { Box } = await import('upstash-box-wasm')
    return () => Box.get('box-1', { baseUrl, apiKey })
  },
  official: async () => {
    const { Box } = await import('@upstash/box')
    return () => Box.get('box-1', { baseUrl, apiKey, enableTelemetry: false })
  },
  fetch: () => async () => {
    const headers = { 'x-box-api-key': apiKey }
    return (await fetch(`${baseUrl}/v2/box/box-1`, { headers })).json()
  },
}[client]()
const loaded = performance.now()
const box = await call()
const called = performance.now()
if (box.id !== 'box-1') throw new Error('the answer is not the box')
const megabytes = process.memoryUsage().rss / 1e6
console.log(JSON.stringify({ load: loaded - started, call: called - loaded, ready: called - started, megabytes }))
