/**
 * The services that a box's API calls on: a git host with its REST API, and a receiver of webhooks,
 * played on loopback. The clients under test run in other processes and reach them by address.
 */
import { createServer } from 'node:http'
import { startHost } from '../npm/stand-ins/host.mjs'

/** Starts them; `env` is what tells the scenarios where they are. */
export async function startStandIns() {
  const host = await startHost()
  const hooks = new Map()
  const server = createServer((request, response) => serve(hooks, request, response))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${server.address().port}`
  return {
    gitApiUrl: `${origin}/api`,
    env: {
      OFFICIAL_REPOSITORY: host.repository('my-org/my-repo'),
      OFFICIAL_PACKAGE: host.packageUrl,
      OFFICIAL_HOOKS: `${origin}/hooks`,
    },
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await host.stop()
    },
  }
}

async function serve(hooks, request, response) {
  const parts = []
  for await (const part of request) parts.push(part)
  const body = parts.length > 0 ? JSON.parse(Buffer.concat(parts)) : undefined
  const [status, answer] = answerTo(hooks, request, body)
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
}

function answerTo(hooks, { method, url, headers }, body) {
  if (url.startsWith('/hooks/')) {
    const got = hooks.get(url) ?? []
    if (method === 'POST') hooks.set(url, [...got, { headers, body }])
    return [200, got]
  }
  if (headers.authorization !== 'Bearer ghp_stand-in') return [401, { message: 'Bad credentials' }]
  const made = (kind, number) => ({ html_url: `https://git.test/o/r/${kind}/${number}`, number, title: body.title })
  switch (`${method} ${url}`) {
    case 'GET /api/repos/o/r':
      return [200, { default_branch: 'main' }]
    case 'POST /api/repos/o/r/pulls':
      return [201, { ...made('pull', 7), base: { ref: body.base } }]
    case 'POST /api/repos/o/r/issues':
      return [201, made('issues', 8)]
    default:
      return [404, { message: 'Not Found' }]
  }
}
