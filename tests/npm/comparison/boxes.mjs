/** Making, finding and removing boxes and snapshots, and what a handle does. */
import { box, event, fails, get, parts, runHere } from './stage.mjs'

const sent = (server, name) => server.asked().map(({ body }) => body?.[name])
const done = (...events) => parts(...events, event('done', { output: 'x', input_tokens: 5 }))

export default [
  ['W10', 'an empty list of boxes to delete', async (client, server) => {
    server.play({})
    await client.Box.delete({ ...server.connection, boxIds: [] }).catch(() => {})
    return server.asked().length == 0
  }],
  ['W10', 'an empty list of snapshots to delete', async (client, server) => {
    server.play({ deleted: 9 })
    await client.Box.deleteSnapshots({ ...server.connection, snapshotIds: [] }).catch(() => {})
    return server.asked().length == 0
  }],
  ['W10', 'snapshots to delete that nobody named', async (client, server) => {
    server.play({ deleted: 9 })
    await client.Box.deleteSnapshots(server.connection).catch(() => {})
    return !server.asked().some(({ line }) => line.startsWith('DELETE'))
  }],
  ['W11', 'the name that commits carry', async (client, server) => {
    const known = (_, { line }) => (line.endsWith('/config/git') ? { user_name: 'n' } : { status: 404, body: {} })
    const handle = await get(client, server, known)
    return handle.git.updateConfig({ userName: 'n' }).then(() => true, () => false)
  }],
  ['W12', 'a restored box with a git identity and skills', async (client, server) => {
    server.play(box)
    const settings = { git: { userName: 'n', userEmail: 'e' }, skills: ['o/r'], mcpServers: [{ name: 'm', package: 'p' }] }
    await client.Box.fromSnapshot('s', { ...server.connection, ...settings })
    const { git_user_name: name, git_user_email: email, skills, mcp_servers: servers } = server.asked()[0].body
    return name == 'n' && email == 'e' && skills?.[0] == 'o/r' && servers?.[0].name == 'm'
  }],
  ['W13', 'a prompt that the service refuses', async (client, server) => {
    const handle = await get(client, server, { status: 400, body: { error: 'no' } })
    await handle.agent.run({ prompt: 'p', maxRetries: 1 }).catch(() => {})
    return server.asked().length == 1
  }],
  ['W14', 'ending a run that was over', async (client, server) => {
    const handle = await get(client, server, done())
    const run = await handle.agent.run({ prompt: 'p' })
    server.play({})
    await run.cancel()
    return run.status == 'completed'
  }],
  ['W14', 'ending a run when the service refuses', async (client, server) => {
    const handle = await get(client, server, (response) => void response.write(event('run_start', { run_id: 'r' })))
    const run = await handle.agent.stream({ prompt: 'p' })
    for await (const { type } of run) if (type == 'start') break
    server.play({ status: 403, body: { error: 'no' } })
    return fails(run.cancel())
  }],
  ['W15', 'the log of a run on a server whose clock is late', async (client, server) => {
    const at = 1_700_000_000
    const line = (message, seconds) => ({ timestamp: at + seconds, level: 'info', source: 'agent', message })
    const handle = await get(client, server, done(event('run_start', { run_id: 'r' })))
    const run = await handle.agent.run({ prompt: 'p' })
    server.play((_, { line: asked }) =>
      asked.includes('/runs/r')
        ? { id: 'r', created_at: at, completed_at: at + 5 }
        : { logs: [line('before', -9), line('during', 2), line('after', 9)] })
    return (await run.logs()).map(({ message }) => message).join() == 'during'
  }],
  ['W16', 'cd into a file', async (client, server) => {
    const handle = await get(client, server, runHere)
    return fails(handle.cd(process.execPath))
  }],
  ['W17', 'cd to where the service runs nothing', async (client, server) => {
    const inside = (response, asked) =>
      asked.body.folder?.startsWith('/') ? { status: 400, body: { error: 'folder must be in the workspace' } } : runHere(response, asked)
    const handle = await get(client, server, inside)
    return fails(handle.cd('/tmp'))
  }],
  ['W18', 'a schema of Zod 4', async (client, server) => {
    const { z } = await import('zod4')
    const handle = await get(client, server, done(event('text', { text: '{"name":"a"}' })))
    const responseSchema = z.object({ name: z.string() })
    await handle.agent.run({ prompt: 'p', responseSchema }).catch(() => {})
    return server.asked()[0].body.json_schema?.properties?.name?.type == 'string'
  }],
  ['W19', 'a name with slashes and a question mark', async (client, server) => {
    server.play(box)
    await client.Box.get('a/../snapshots?x=1', server.connection).catch(() => {})
    return server.asked().every(({ line }) => line == 'GET /v2/box/a%2F..%2Fsnapshots%3Fx%3D1')
  }],
  ['W20', 'a new box that is deleted at once', (client, server) => {
    server.play({ id: 'b', status: 'deleted' })
    return fails(client.Box.create(server.connection))
  }],
  ['W20', 'a new snapshot that is deleted at once', async (client, server) => {
    const handle = await get(client, server, { id: 's', status: 'deleted' })
    return fails(handle.snapshot({ name: 'n' }))
  }],
  ['R7', 'a new box that the service then denies', async (client, server) => {
    server.play({ id: 'b', status: 'creating' }, { status: 404, body: { error: 'no such box' } })
    return client.Box.create(server.connection).then(() => false, (error) => error.leftBehind == 'b')
  }],
  ['R7', 'a lost connection while a box is made', async (client, server) => {
    server.play({ id: 'b', status: 'creating' }, (response) => void response.destroy(), box)
    return (await client.Box.create(server.connection)).id == 'b'
  }],
  ['R8', 'a snapshot that takes too long', async (client, server) => {
    const patience = new AbortController()
    const handle = await get(client, server, { id: 's', status: 'creating' }, () => void patience.abort())
    return handle.snapshot({ name: 'n', signal: patience.signal }).then(() => false, (error) => error.leftBehind == 's')
  }],
  ['R20', 'an agent that fails', async (client, server) => {
    const handle = await get(client, server, parts(event('run_start', { run_id: 'r' }), event('text', { text: 'so far' }), event('error', { error: 'no', input_tokens: 5 })))
    const { id, status, result, cost } = await handle.agent.run({ prompt: 'p' })
    return id == 'r' && status == 'failed' && result == 'so far' && cost.inputTokens == 5
  }],
  ['R22', 'the agent of a box that names no model', async (client, server) => {
    server.play({ ...box, model: undefined })
    const handle = await client.Box.get('b', server.connection)
    server.play(done())
    return (await handle.agent.run({ prompt: 'p' })).status == 'completed'
  }],
  ['R23', 'an init command on a box that may pause', async (client, server) => {
    server.play(box)
    await client.Box.create({ ...server.connection, initCommand: 'x' })
    return sent(server, 'init_command')[0] == 'x'
  }],
  ['R25', 'an ephemeral box that is found by its name', async (client, server) => {
    server.play({ ...box, ephemeral: true })
    const found = await client.EphemeralBox.getByName('n', server.connection)
    return found instanceof client.EphemeralBox
  }],
  ['R25', 'the network of an ephemeral box', async (client, server) => {
    server.play({ ...box, ephemeral: true })
    const made = await client.EphemeralBox.create(server.connection)
    server.play({})
    await made.updateNetworkPolicy({ mode: 'deny-all' })
    return sent(server, 'mode')[0] == 'deny-all'
  }],
]
