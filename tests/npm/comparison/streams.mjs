/** Streams of commands and agents. */
import { once } from 'node:events'
import { box, event, exit, fails, get, parts } from './stage.mjs'

/** Reads a command's stream to its end: its text, how it ended, or what it threw. */
async function read(client, server, answer) {
  const handle = await get(client, server, answer)
  const run = await handle.exec.stream('x')
  let text = ''
  for await (const element of run) if (element.type == 'output') text += element.data
  return { text, exitCode: run.exitCode, status: run.status }
}

/** The texts of an agent's stream. */
async function said(client, server, ...texts) {
  const handle = await get(client, server, parts(...texts, event('done', { output: '' })))
  let text = ''
  for await (const element of await handle.agent.stream({ prompt: 'p' })) if (element.type == 'text-delta') text += element.text
  return text
}

/** Whether the server sees the connection close after this was done to a running stream. */
async function isClosed(client, server, leave) {
  let closed
  const handle = await get(client, server, (response) => {
    closed = once(response, 'close')
    response.write('some output\n')
  })
  await leave(await handle.exec.stream('x'))
  await closed
  return true
}

/** CPU time of reading one event of so many MiB in chunks of 32 kB, in microseconds; the least of three tries. */
async function cost(client, server, megabytes) {
  const whole = event('text', { text: 'x'.repeat(megabytes * 2 ** 20) }) + event('done', { output: '' })
  const answer = parts(...whole.match(/[^]{1,32768}/g))
  const tries = []
  for (let number = 0; number < 3; number++) {
    const handle = await get(client, server, answer)
    const before = process.cpuUsage()
    await handle.agent.run({ prompt: 'p' })
    const { user, system } = process.cpuUsage(before)
    tries.push(user + system)
  }
  return Math.min(...tries)
}

export default [
  ['W1', 'the exit code arrives after its marker', async (client, server) =>
    (await read(client, server, parts('a\n', 'event: exit\n', 'data: {"exit_code":3,"cpu_ns":1}\n\n'))).exitCode == 3],
  ['W2', 'the exit code is cut in half', async (client, server) =>
    (await read(client, server, parts('a\nevent: exit\ndata: {"exit_', 'code":3,"cpu_ns":1}\n\n'))).exitCode == 3],
  ['W3', 'a command prints the words of the trailer', async (client, server) => {
    const { text, exitCode } = await read(client, server, parts(`one\n${exit(7)}two\n`, exit(0)))
    return exitCode == 0 && text.includes('two')
  }],
  ['W4', 'a command prints "event: error"', async (client, server) =>
    (await read(client, server, parts('event: error\nis what the log says\n', exit(0)))).exitCode == 0],
  ['W5', 'the stream of a command is cut off', (client, server) => fails(read(client, server, parts('half of the outp')))],
  ['W6', 'the stream of an agent is cut off', async (client, server) => {
    const handle = await get(client, server, parts(event('text', { text: 'half an ans' })))
    return fails(handle.agent.run({ prompt: 'p' }))
  }],
  ['R9', 'a loop over a stream that is left', (client, server) =>
    isClosed(client, server, async (run) => {
      for await (const _ of run) break
    })],
  ['R10', 'a stream that is ended before it is read', (client, server) => isClosed(client, server, (run) => run.cancel())],
  ['R12', 'a callback of the user\'s that throws', async (client, server) => {
    const handle = await get(client, server, parts(event('tool', { name: 't', id: '1' }), event('done', { output: 'x' })))
    const onToolUse = () => {
      throw new Error('a mistake in the program')
    }
    return fails(handle.agent.run({ prompt: 'p', onToolUse }))
  }],
  ['R12', 'an event that is no JSON', async (client, server) => {
    const handle = await get(client, server, parts('event: text\ndata: {"text":\n\n', event('done', { output: 'x' })))
    return fails(handle.agent.run({ prompt: 'p' }))
  }],
  ['R13', 'events without a space after the colon', async (client, server) =>
    (await said(client, server, 'event:text\ndata:{"text":"a"}\n\n')) == 'a'],
  ['R13', 'an event whose data has several lines', async (client, server) =>
    (await said(client, server, 'event: text\ndata: {"text":\ndata: "a"}\n\n')) == 'a'],
  ['R13', 'lines that end with CR', async (client, server) =>
    (await said(client, server, 'event: text\rdata: {"text":"a"}\r\r')) == 'a'],
  ['R26', 'bytes that are no text', async (client, server) => {
    const bytes = Buffer.from([0, 255, 254, 195])
    const handle = await get(client, server, parts(Buffer.concat([bytes, Buffer.from(exit(0))])))
    const found = []
    for await (const { type, data } of await handle.exec.stream('x', { encoding: 'bytes' })) {
      if (type == 'output') found.push(Buffer.from(data))
    }
    return Buffer.concat(found).equals(bytes)
  }],
]

/** Scenes that need the program to themselves. */
export const alone = [
  // Four times the size may cost four times as much; sixteen times is what reading all of it for each chunk costs.
  ['R11', 'one event of several megabytes', async (client, server) => {
    for (let number = 0; number < 3; number++) {
      if ((await cost(client, server, 8)) < 9 * (await cost(client, server, 2))) return true
    }
    return false
  }],
]
