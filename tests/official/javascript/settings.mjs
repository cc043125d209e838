/** What of a box can be changed: labels, skills, network, model, init command, public URLs. */
import assert from 'node:assert/strict'
import { Box } from '@upstash/box'
import { agent } from './agent.mjs'
import { waitUntil } from '../../npm/wait-until.mjs'

/** The skill's repository lies in the box, where its git looks when it is asked for GitHub. */
const HUB =
  'mkdir -p hub/own/repo/skills/one && cd hub/own/repo && echo first > skills/one/SKILL.md && git init -q -b main && ' +
  'git add . && git commit -qm x && git config --global url.file:///workspace/home/hub/.insteadOf https://github.com/'

const SERVER = 'require("http").createServer((q, r) => r.end("served")).listen(8080, "0.0.0.0")'

/** A box in which something listens on port 8080. */
async function serving(t) {
  const box = await t.box()
  await box.files.write({ path: 'server.js', content: SERVER })
  await box.exec.command('(setsid node server.js > /dev/null 2>&1 < /dev/null &)')
  return box
}

/** Node's resolver need not know `*.localhost`, so the address is asked by number. */
async function ask(url, headers = {}) {
  const { hostname, port } = new URL(url)
  const { request } = await import('node:http')
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, headers: { host: `${hostname}:${port}`, ...headers } }, (answer) => {
      answer.setEncoding('utf8')
      let text = ''
      answer.on('data', (more) => (text += more)).on('end', () => resolve({ status: answer.statusCode, text }))
    })
    call.on('error', reject).end()
  })
}

const getsUrl = (name) => async (t) => {
  const box = await serving(t)
  const open = await box[name](8080)
  assert.equal(open.port, 8080)
  await waitUntil('the server in the box answers', async () => (await ask(open.url)).text === 'served')
  const { token, url } = await box[name](8080, { bearerToken: true })
  assert.equal((await ask(url)).status, 401)
  assert.equal((await ask(url, { authorization: `Bearer ${token}` })).text, 'served')
  const { username, password } = await box[name](8080, { basicAuth: true })
  const basic = Buffer.from(`${username}:${password}`).toString('base64')
  assert.equal((await ask(url, { authorization: `Basic ${basic}` })).text, 'served')
}

const listsUrls = (name, member) => async (t) => {
  const box = await t.box()
  assert.deepEqual(await box[name](), { [member]: [] })
  await box.getPublicURL(3000)
  assert.deepEqual((await box[name]())[member].map((one) => one.port), [3000])
}

const deletesUrl = (name) => async (t) => {
  const box = await t.box()
  await box.getPublicURL(3000)
  await box[name](3000)
  assert.deepEqual(await box.listPublicURLs(), { publicURLs: [] })
}

export const scenarios = {
  'box.labels.add': async (t) => {
    const box = await t.box({ labels: ['a'] })
    assert.deepEqual(await box.labels.add('b:1'), ['a', 'b:1'])
    assert.equal((await Box.list({ label: 'b:1' })).length, 1)
  },
  'box.labels.remove': async (t) => {
    const box = await t.box({ labels: ['a', 'b:1'] })
    assert.deepEqual(await box.labels.remove('b:1'), ['a'])
  },
  'box.labels.list': async (t) => {
    assert.deepEqual(await (await t.box()).labels.list(), [])
    assert.deepEqual(await (await t.box({ labels: ['a'] })).labels.list(), ['a'])
  },
  'box.skills.add': async (t) => {
    const box = await t.box()
    await box.exec.command(HUB)
    await box.skills.add('own/repo/one')
    assert.equal((await box.exec.command('cat ~/.claude/skills/one/SKILL.md')).result, 'first\n')
  },
  'box.skills.remove': async (t) => {
    const box = await t.box()
    await box.exec.command(HUB)
    await box.skills.add('own/repo/one')
    await box.skills.remove('own/repo/one')
    assert.deepEqual(await box.skills.list(), [])
  },
  'box.skills.list': async (t) => {
    const box = await t.box()
    assert.deepEqual(await box.skills.list(), [])
    await box.exec.command(HUB)
    await box.skills.add('own/repo/one')
    assert.deepEqual(await box.skills.list(), ['own/repo/one'])
  },
  'box.updateNetworkPolicy': async (t) => {
    const box = await t.box()
    await box.updateNetworkPolicy({ mode: 'custom', allowedDomains: ['a.test'], deniedCidrs: ['192.0.2.0/24'] })
    assert.equal((await Box.get(box.id)).networkPolicy.mode, 'custom')
    await box.updateNetworkPolicy({ mode: 'deny-all' })
    assert.deepEqual((await Box.get(box.id)).networkPolicy, { mode: 'deny-all' })
  },
  'box.configureModel': async (t) => {
    const box = await t.box({ agent })
    await box.configureModel('large-model')
    assert.equal((await box.agent.run({ prompt: 'Done' })).result, 'Done by large-model')
  },
  'box.configureCustomHarness': async (t) => {
    const box = await t.box({ agent })
    const script = `printf 'event: done\\ndata: {"output":"another"}\\n\\n'`
    await box.configureCustomHarness({ command: 'sh', args: ['-c', script] })
    assert.equal((await box.agent.run({ prompt: 'Done' })).result, 'another')
  },
  'box.modelConfig': async (t) => {
    const { harness, model } = (await t.box({ agent })).modelConfig
    assert.deepEqual([harness, model], ['custom', 'small-model'])
  },
  'box.getInitCommand': async (t) => {
    const box = await t.box({ keepAlive: true, initCommand: 'touch started' })
    assert.equal(await box.getInitCommand(), 'touch started')
    const { files } = box
    await waitUntil('the init command ran', async () => (await files.list()).some((file) => file.name === 'started'))
  },
  'box.setInitCommand': async (t) => {
    const box = await t.box({ keepAlive: true })
    await box.setInitCommand('true')
    assert.equal(await box.getInitCommand(), 'true')
  },
  'box.deleteInitCommand': async (t) => {
    const box = await t.box({ keepAlive: true, initCommand: 'true' })
    await box.deleteInitCommand()
    assert.equal(await box.getInitCommand(), '')
  },
  'box.getPublicURL': getsUrl('getPublicURL'),
  'box.getPreviewUrl': getsUrl('getPreviewUrl'),
  'box.listPublicURLs': listsUrls('listPublicURLs', 'publicURLs'),
  'box.listPreviews': listsUrls('listPreviews', 'previews'),
  'box.deletePublicURL': deletesUrl('deletePublicURL'),
  'box.deletePreview': deletesUrl('deletePreview'),
}
