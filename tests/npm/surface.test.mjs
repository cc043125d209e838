/** Each method makes its request and gives its result: against a server that plays a part. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Box } from 'upstash-box-wasm'
import { withScript } from './scripted.mjs'
import { limit } from './suite.mjs'

const { box, connection, play } = withScript()

const at = 1_700_000_000
const iso = '2023-11-14T22:13:20.000Z'
const schedule = { id: 's', box_id: 'b', type: 'exec', cron: '@daily', status: 'active', created_at: at, webhook_headers: { X_a: 'b' } }
const scheduled = { id: 's', boxId: 'b', type: 'exec', cron: '@daily', status: 'active', createdAt: iso, webhookHeaders: { X_a: 'b' } }
const tab = { id: 't', url: 'https://x', title: 'X' }

/** What is called, the request it makes, its body, the answer, and the result. */
const calls = {
  pause: [(b) => b.pause(), 'POST /pause', undefined, undefined, undefined],
  resume: [(b) => b.resume(), 'POST /resume', undefined, undefined, undefined],
  getInitCommand: [(b) => b.getInitCommand(), 'GET /startup', undefined, { init_command: 'x' }, 'x'],
  'getInitCommand of none': [(b) => b.getInitCommand(), 'GET /startup', undefined, {}, ''],
  setInitCommand: [(b) => b.setInitCommand('x'), 'PUT /startup', { init_command: 'x' }, undefined, undefined],
  deleteInitCommand: [(b) => b.deleteInitCommand(), 'DELETE /startup', undefined, undefined, undefined],
  configureCustomHarness: [
    (b) => b.configureCustomHarness({ command: 'c', args: ['-x'] }),
    'PUT /config/custom-runner',
    { custom_runner: { command: 'c', args: ['-x'] } },
  ],
  'labels.add': [(b) => b.labels.add('a'), 'POST /config/labels', { label: 'a' }, { labels: ['a'] }, ['a']],
  'labels.remove': [(b) => b.labels.remove('a:b'), 'DELETE /config/labels/a%3Ab', undefined, { labels: null }, []],
  'labels.list': [(b) => b.labels.list(), 'GET ', undefined, { id: 'b', status: 'idle', labels: ['a'] }, ['a']],
  'skills.add': [(b) => b.skills.add('o/r/s'), 'POST /config/skills', { skill_id: 'o/r/s' }],
  'skills.remove': [(b) => b.skills.remove('o/r/s'), 'DELETE /config/skills/o/r/s'],
  'skills.list': [(b) => b.skills.list(), 'GET ', undefined, { id: 'b', status: 'idle', enabled_skills: ['o/r/s'] }, ['o/r/s']],
  listRuns: [
    (b) => b.listRuns(),
    'GET /runs',
    undefined,
    { runs: [{ id: 'r', box_id: 'b', type: 'shell', created_at: at, cpu_ns: 5, input_tokens: 0 }] },
    [{ id: 'r', boxId: 'b', type: 'shell', createdAt: iso, cpuNs: 5, inputTokens: 0 }],
  ],
  'listRuns of none': [(b) => b.listRuns(), 'GET /runs', undefined, { runs: null }, []],
  getRun: [(b) => b.getRun('r'), 'GET /runs/r', undefined, { id: 'r', completed_at: at }, { id: 'r', completedAt: iso }],
  cancelRun: [(b) => b.cancelRun('r'), 'POST /runs/r/cancel'],
  logs: [
    (b) => b.logs({ offset: 1, limit: 2 }),
    'GET /logs?offset=1&limit=2',
    undefined,
    { logs: [{ timestamp: at, level: 'info', source: 'user', message: 'm' }] },
    [{ timestamp: iso, level: 'info', source: 'user', message: 'm' }],
  ],
  'exec.code': [
    (b) => b.exec.code({ code: '1', lang: 'js', timeout: 9, folder: '/tmp' }),
    'POST /code',
    { code: '1', language: 'js', timeout: 9, folder: '/tmp' },
    { exit_code: 1, output: 'o', error: 'e', run_id: 'r', cpu_ns: 3 },
    { id: 'r', status: 'failed', result: 'e', stdout: 'o', stderr: 'e', exitCode: 1, cpuNs: 3 },
  ],
  'exec.command of a list': [
    (b) => b.exec.command(['ls', '-l'], { timeout: 5 }),
    'POST /exec',
    { command: ['ls', '-l'], timeout: 5 },
    { exit_code: 0, output: 'o' },
    { status: 'completed', result: 'o', stdout: 'o', stderr: '', exitCode: 0 },
  ],
  'exec.start': [
    (b) => b.exec.start('make'),
    'POST /exec',
    { command: ['sh', '-c', 'make'], async: true },
    { run_id: 'r', status: 'running' },
    { id: 'r', status: 'running' },
  ],
  'files.read of a part': [
    (b) => b.files.read('a', { encoding: 'bytes', offset: 2, length: 3 }),
    'GET /files/read?path=%2Fworkspace%2Fhome%2Fa&encoding=base64&offset=2&length=3',
    undefined,
    { content: 'AP8=' },
    new Uint8Array([0, 255]),
  ],
  'files.stream': [
    async (b) => (await new Response(await b.files.stream('a')).text()),
    'GET /files/download?folder=%2Fworkspace%2Fhome%2Fa',
    undefined,
    'bytes as they are',
    'bytes as they are',
  ],
  'files.stat': [
    (b) => b.files.stat('/a', { follow: true }),
    'GET /files/stat?path=%2Fa&follow=true',
    undefined,
    { type: 'file', size: 1, mod_time: iso, inode: 5, version: 'v' },
    { type: 'file', size: 1, modTime: iso, inode: 5, version: 'v' },
  ],
  'files.mkdir': [(b) => b.files.mkdir('/d', { parents: true }), 'POST /files/mkdir', { path: '/d', parents: true }],
  'files.rename': [(b) => b.files.rename('/a', '/b'), 'POST /files/rename', { from: '/a', to: '/b' }],
  'files.remove': [(b) => b.files.remove('/d', { recursive: true }), 'POST /files/remove', { path: '/d', recursive: true }],
  'files.write of a stream': [
    (b) => b.files.write({ path: '/a', content: new Blob(['\u00ff']).stream() }),
    'POST /files/write',
    { path: '/a', content: 'w78=', encoding: 'base64' },
  ],
  'git.clone': [
    (b) => b.git.clone({ repo: 'r', depth: 1, folder: 'f' }),
    'POST /git/clone',
    { repo: 'r', depth: 1, folder: 'f' },
    { output: 'done' },
    { output: 'done' },
  ],
  'git.diff': [(b) => b.git.diff({ folder: 'f' }), 'GET /git/diff?folder=f', undefined, { diff: 'd' }, 'd'],
  'git.status': [(b) => b.git.status(), 'GET /git/status', undefined, { status: '' }, ''],
  'git.commit': [
    (b) => b.git.commit({ message: 'm', authorName: 'n', authorEmail: 'e' }),
    'POST /git/commit',
    { message: 'm', author_name: 'n', author_email: 'e' },
    { sha: 's', message: 'm' },
    { sha: 's', message: 'm' },
  ],
  'git.push': [(b) => b.git.push({ branch: 'x' }), 'POST /git/push', { branch: 'x' }],
  'git.checkout': [(b) => b.git.checkout({ branch: 'x' }), 'POST /git/checkout', { branch: 'x' }],
  'git.exec': [
    (b) => b.git.exec({ args: ['log'] }),
    'POST /git/exec',
    { args: ['log'] },
    { output: 'o', exit_code: 128, error: 'e' },
    { output: 'o', exitCode: 128, error: 'e' },
  ],
  'git.updateConfig': [
    (b) => b.git.updateConfig({ userName: 'n' }),
    'PUT /config/git',
    { git_user_name: 'n' },
    { git_user_name: 'n', git_user_email: 'e' },
    { gitUserName: 'n', gitUserEmail: 'e' },
  ],
  'git.createPR': [
    (b) => b.git.createPR({ title: 't', body: 'b', base: 'main' }),
    'POST /git/create-pr',
    { title: 't', body: 'b', base: 'main' },
    { url: 'u', number: 1, title: 't', base: 'main' },
    { url: 'u', number: 1, title: 't', base: 'main' },
  ],
  'git.createIssue': [
    (b) => b.git.createIssue({ title: 't' }),
    'POST /git/create-issue',
    { title: 't' },
    { url: 'u', number: 1, title: 't' },
    { url: 'u', number: 1, title: 't' },
  ],
  'schedule.exec': [
    (b) => b.schedule.exec({ cron: '@daily', command: ['make', 'all'], webhookUrl: 'https://w' }),
    'POST /schedules',
    { type: 'exec', cron: '@daily', command: ['make', 'all'], folder: '/workspace/home', webhook_url: 'https://w' },
    schedule,
    scheduled,
  ],
  'schedule.agent': [
    (b) => b.schedule.agent({ cron: '@daily', prompt: 'p', folder: 'app', options: { maxTurns: 1 } }),
    'POST /schedules',
    { type: 'prompt', cron: '@daily', prompt: 'p', folder: '/workspace/home/app', agent_options: { maxTurns: 1 } },
    { ...schedule, agent_options: { maxTurns: 1 } },
    { ...scheduled, agentOptions: { maxTurns: 1 } },
  ],
  'schedule.list': [(b) => b.schedule.list(), 'GET /schedules', undefined, [schedule], [scheduled]],
  'schedule.get': [(b) => b.schedule.get('s'), 'GET /schedules/s', undefined, schedule, scheduled],
  'schedule.update': [
    (b) => b.schedule.update('s', { cron: '@hourly', options: null, webhookHeaders: {} }),
    'PATCH /schedules/s',
    { cron: '@hourly', agent_options: null, webhook_headers: {} },
    schedule,
    scheduled,
  ],
  'schedule.pause': [(b) => b.schedule.pause('s'), 'POST /schedules/s/pause'],
  'schedule.resume': [(b) => b.schedule.resume('s'), 'POST /schedules/s/resume'],
  'schedule.delete': [(b) => b.schedule.delete('s'), 'DELETE /schedules/s'],
  getPublicURL: [
    (b) => b.getPublicURL(3000, { bearerToken: true }),
    'POST /preview',
    { port: 3000, bearer_token: true },
    { url: 'u', port: 3000, token: 't' },
    { url: 'u', port: 3000, token: 't' },
  ],
  listPublicURLs: [
    (b) => b.listPublicURLs(),
    'GET /preview',
    undefined,
    { previews: [{ id: 'b-1', port: 1, url: 'u', created_at: at, basic_auth: false, bearer_token: true }] },
    [{ id: 'b-1', port: 1, url: 'u', createdAt: iso, basicAuth: false, bearerToken: true }],
  ],
  deletePublicURL: [(b) => b.deletePublicURL(3000), 'DELETE /preview/3000'],
  'browser.openTab': [
    (b) => b.browser.openTab({ url: 'https://x', waitUntil: 'load' }),
    'POST /browser/tabs',
    { url: 'https://x', wait_until: 'load' },
    tab,
    tab,
  ],
  'browser.listTabs': [(b) => b.browser.listTabs(), 'GET /browser/tabs', undefined, { tabs: [tab] }, [tab]],
  'browser.closeTab': [(b) => b.browser.closeTab('t'), 'DELETE /browser/tabs/t'],
  'browser.goto': [
    (b) => b.browser.goto({ tab: 't', url: 'https://x' }),
    'POST /browser/goto',
    { tab: 't', url: 'https://x' },
    { title: 'X', url: 'https://x', text: 'hi' },
    { title: 'X', url: 'https://x', text: 'hi' },
  ],
  'browser.content': [(b) => b.browser.content('t'), 'GET /browser/content?tab=t', undefined, { text: 'hi' }, { text: 'hi' }],
  'browser.screenshot': [
    (b) => b.browser.screenshot('t', { fullPage: true }),
    'GET /browser/screenshot?encoding=base64&tab=t&full_page=true',
    undefined,
    { data: 'AP8=' },
    new Uint8Array([0, 255]),
  ],
  'browser.extract': [
    (b) => b.browser.extract({ tab: 't', instruction: 'i', schema: { type: 'object' } }),
    'POST /browser/extract',
    { tab: 't', instruction: 'i', schema: { type: 'object' } },
    { data: { a_b: 1 } },
    { a_b: 1 },
  ],
  'browser.observe': [
    (b) => b.browser.observe({ tab: 't', instruction: 'i' }),
    'POST /browser/observe',
    { tab: 't', instruction: 'i' },
    { elements: [{ description: 'd' }] },
    [{ description: 'd' }],
  ],
  'browser.act': [
    (b) => b.browser.act({ tab: 't', instruction: 'i' }),
    'POST /browser/act',
    { tab: 't', instruction: 'i' },
    { success: true, action_description: 'd' },
    { success: true, actionDescription: 'd' },
  ],
  'browser.connect': [(b) => b.browser.connect(), 'POST /browser/connect', undefined, { cdp_url: 'wss://x' }, 'wss://x'],
  'browser.screencast': [
    (b) => b.browser.screencast({ tab: 't' }),
    'POST /browser/screencast',
    { tab: 't' },
    { screencast_url: 'https://x' },
    'https://x',
  ],
  'browser.startRecording': [
    (b) => b.browser.startRecording({ maxDurationSeconds: 60 }),
    'POST /browser/recordings',
    { max_duration_seconds: 60 },
    { id: 'r', started_at: at * 1000, expires_at: at },
    { id: 'r', startedAt: iso, expiresAt: iso },
  ],
  'browser.stopRecording': [(b) => b.browser.stopRecording(), 'POST /browser/recordings/stop', undefined, { id: 'r' }, { id: 'r' }],
  'browser.listRecordings': [
    (b) => b.browser.listRecordings({ limit: 1, cursor: 'c' }),
    'GET /browser/recordings?limit=1&cursor=c',
    undefined,
    { recordings: [], next_cursor: 'd' },
    { recordings: [], nextCursor: 'd' },
  ],
  'browser.getRecording': [(b) => b.browser.getRecording('r'), 'GET /browser/recordings/r', undefined, { id: 'r' }, { id: 'r' }],
  'browser.downloadRecording': [
    async (b) => new Response(await b.browser.downloadRecording('r')).text(),
    'GET /browser/recordings/r/download',
    undefined,
    'film',
    'film',
  ],
  'browser.playlist': [(b) => b.browser.playlist('r'), 'GET /browser/recordings/r/playlist', undefined, '#EXTM3U', '#EXTM3U'],
}

for (const [name, [call, line, body, answer, result]] of Object.entries(calls)) {
  test(`box.${name}`, limit, async () => {
    const handle = await box()
    const asked = play(answer)
    assert.deepEqual(await call(handle), result)
    const [method, path] = [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]
    assert.deepEqual(asked.map(({ line, body }) => [line, body]), [[`${method} /v2/box/b${path}`, body]])
    assert.equal(asked[0].headers['x-box-api-key'], 'box_key')
  })
}

test('the environment of an account is set, listed masked, and taken away', limit, async () => {
  const asked = play(undefined, { env_vars: { A_b: '***' } }, {}, undefined, undefined)
  assert.equal(await Box.setEnv('A_b', 'secret', connection()), undefined)
  assert.deepEqual(await Box.listEnv(connection()), { A_b: '***' })
  assert.deepEqual(await Box.listEnv(connection()), {})
  await Box.deleteEnv('A_b', connection())
  await Box.setAllEnv({ C: 'd' }, connection())
  assert.deepEqual(
    asked.map(({ line, body }) => [line, body]),
    [
      ['PUT /v2/box/settings/env/A_b', { value: 'secret' }],
      ['GET /v2/box/settings/env', undefined],
      ['GET /v2/box/settings/env', undefined],
      ['DELETE /v2/box/settings/env/A_b', undefined],
      ['PUT /v2/box/settings/env', { env_vars: { C: 'd' } }],
    ],
  )
})

test('a handle shows what was set through it', limit, async () => {
  const handle = await box({ agent: 'codex', model: 'a', network_policy: { mode: 'deny-all' } })
  assert.deepEqual(handle.networkPolicy, { mode: 'deny-all' })
  const asked = play(undefined, undefined, undefined)
  await handle.configureModel('b')
  await handle.updateNetworkPolicy({ mode: 'custom', allowedDomains: ['a.b'] })
  await handle.updateAttachHeaders({ 'api.example.com': { X_Key: 'v' } })
  assert.deepEqual(handle.modelConfig, { harness: 'codex', model: 'b' })
  assert.deepEqual(handle.networkPolicy, { mode: 'custom', allowedDomains: ['a.b'] })
  assert.deepEqual(
    asked.map(({ line, body }) => [line, body]),
    [
      ['PUT /v2/box/b/config/model', { model: 'b' }],
      ['PUT /v2/box/b/config/network-policy', { mode: 'custom', allowed_domains: ['a.b'] }],
      ['PUT /v2/box/b/config/attach-headers', { attach_headers: { 'api.example.com': { X_Key: 'v' } } }],
    ],
  )
})

test('variables and input go to a service that takes them', limit, async () => {
  const handle = await box()
  const run = { exit_code: 0, output: '' }
  const asked = play({ server: 'x', features: ['exec_env', 'exec_stdin'] }, run, run)
  await handle.exec.command('x', { env: { A: 'b' }, stdin: 'in' })
  await handle.exec.command(['y'], { stdin: '' })
  assert.deepEqual(
    asked.map(({ line, body }) => [line, body]),
    [
      ['GET /v2/capabilities', undefined],
      ['POST /v2/box/b/exec', { command: ['sh', '-c', 'x'], env: { A: 'b' }, stdin: 'in' }],
      ['POST /v2/box/b/exec', { command: ['y'], stdin: '' }],
    ],
  )
})

test('a service that does not take them is not sent them', limit, async () => {
  const handle = await box()
  const asked = play({ status: 404, body: { error: 'no such route' } })
  await assert.rejects(handle.exec.command('x', { env: { A: 'b' } }), { code: 'unsupported', message: /exec_env/ })
  await assert.rejects(handle.exec.stream('x', { stdin: 'in' }), { code: 'unsupported', message: /exec_stdin/ })
  await assert.rejects(handle.exec.code({ code: 'x', lang: 'js', env: {} }), { code: 'unsupported' })
  assert.equal(asked.length, 1)
})

test('streamed code ends like a streamed command', limit, async () => {
  const handle = await box()
  const asked = play('out\nevent: exit\ndata: {"exit_code":3,"cpu_ns":7}\n\n')
  const elements = []
  for await (const element of handle.exec.streamCode({ code: 'x', lang: 'python' })) elements.push(element)
  assert.deepEqual(elements, [
    { type: 'output', data: 'out\n' },
    { type: 'exit', exitCode: 3, cpuNs: 7 },
  ])
  assert.deepEqual([asked[0].line, asked[0].body], ['POST /v2/box/b/code-stream', { code: 'x', language: 'python' }])
})

test('an option that a call does not have is told, once', limit, async (t) => {
  const handle = await box()
  const warn = t.mock.method(console, 'warn', () => {})
  play({ diff: '' }, { diff: '' })
  await handle.git.diff({ foldr: 'x' })
  await handle.git.diff({ foldr: 'x' })
  assert.deepEqual(warn.mock.calls.map(({ arguments: [text] }) => text), ['box.git.diff: there is no option `foldr`; it was ignored.'])
})

test('an option that no call has is told wherever it is given', limit, async (t) => {
  const handle = await box()
  const warn = t.mock.method(console, 'warn', () => {})
  play({ exit_code: 0 }, { snapshots: [] }, '')
  await handle.exec.command('pwd', { cwd: '/tmp' })
  await Box.listSnapshots({ ...connection(), lable: 'x' })
  for await (const change of Box.diffSnapshots('a', 'b', { ...connection(), paths: 'x' })) assert.fail(change)
  assert.deepEqual(warn.mock.calls.map(({ arguments: [text] }) => text), [
    'box.exec.command: there is no option `cwd`; it was ignored. It is called `folder`.',
    'Box.listSnapshots: there is no option `lable`; it was ignored.',
    'Box.diffSnapshots: there is no option `paths`; it was ignored.',
  ])
})

test('a group that is no object is refused before anything is sent', limit, async () => {
  const asked = play()
  for (const [name, value] of [['agent', 'claude-code'], ['git', 'token'], ['git', 7]]) {
    const message = `Box.create: option \`${name}\` must be an object.`
    await assert.rejects(Box.create({ ...connection(), [name]: value }), { code: 'invalid_argument', message })
  }
  assert.equal(asked.length, 0)
})

test('a folder that is undefined is the default', limit, async () => {
  const handle = await box()
  const asked = play(schedule, schedule)
  await handle.schedule.exec({ cron: '@daily', command: 'x', folder: undefined })
  await handle.schedule.agent({ cron: '@daily', prompt: 'x', folder: undefined })
  assert.deepEqual(asked.map(({ body }) => body.folder), ['/workspace/home', '/workspace/home'])
})

test('the wait for a box has a deadline from its first request on', limit, async (t) => {
  const timers = t.mock.method(globalThis, 'setTimeout')
  play({ id: 'b', status: 'idle' })
  await Box.create(connection())
  assert.ok(timers.mock.calls.some(({ arguments: [, ms] }) => ms == 300_000))
})

test('a text in place of options is refused before anything is sent', limit, async () => {
  const handle = await box()
  const asked = play()
  for (const [call, name] of [
    [() => handle.snapshot('name'), 'box.snapshot'],
    [() => handle.schedule.exec('* * * * *', 'date'), 'box.schedule.exec'],
    [() => handle.exec.stream('pwd', '/tmp'), 'box.exec.stream'],
    [() => handle.exec.command('ls', ['-l']), 'box.exec.command'],
  ]) {
    await assert.rejects(call, { code: 'invalid_argument', message: `${name}: options must be an object.` })
  }
  for (const timeoutMs of ['200', true, 0, NaN]) {
    await assert.rejects(handle.exec.command('x', { timeoutMs }), { code: 'invalid_argument', message: /timeoutMs/ })
  }
  assert.equal(asked.length, 0)
})

test('a call that was ended early says which it was', limit, async () => {
  const handle = await box()
  play()
  const signal = AbortSignal.abort()
  await assert.rejects(handle.exec.command('x', { signal }), { code: 'aborted', message: /^box\.exec\.command: The call was ended/ })
})
