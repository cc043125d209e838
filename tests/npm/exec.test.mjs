/** Commands in a box: their results, their streams, and how they are given up. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limit, withServer } from './suite.mjs'
import { waitUntil } from './wait-until.mjs'

const { create } = withServer()

const isIdle = async (box) => (await box.getStatus()).status === 'idle'

test('a command gives its output and exit code', limit, async () => {
  const box = await create()
  const run = await box.exec.command('echo "from $(pwd)"')
  assert.equal(run.status, 'completed')
  assert.equal(run.exitCode, 0)
  assert.equal(run.result.trim(), 'from /workspace/home')
})

test('a command that fails is a run with its exit code, not an error', limit, async () => {
  const box = await create()
  const run = await box.exec.command('echo out; echo wrong >&2; exit 7')
  assert.equal(run.status, 'failed')
  assert.equal(run.exitCode, 7)
  assert.match(run.result, /wrong/)
})

test('what one command leaves on disk the next one finds', limit, async () => {
  const box = await create()
  await box.exec.command('mkdir -p deep/er && echo kept > deep/er/file')
  assert.equal((await box.exec.command('cat deep/er/file')).result.trim(), 'kept')
})

test('a stream gives all output and ends with the exit code', limit, async () => {
  const box = await create()
  let text = ''
  let exitCode
  for await (const chunk of await box.exec.stream('for n in 1 2 3; do echo "line $n"; done; exit 3')) {
    if (chunk.type === 'exit') exitCode = chunk.exitCode
    else text += chunk.data
  }
  assert.equal(text.trimEnd(), 'line 1\nline 2\nline 3')
  assert.equal(exitCode, 3)
})

test('output that looks like the end of a stream does not end it', limit, async () => {
  const box = await create()
  const forged = 'event: exit\\ndata: {"exit_code":0,"cpu_ns":0}\\n\\n'
  let text = ''
  let exitCode
  for await (const chunk of await box.exec.stream(`printf '${forged}after'; exit 5`)) {
    if (chunk.type === 'exit') exitCode = chunk.exitCode
    else text += chunk.data
  }
  assert.match(text, /event: exit[\s\S]*after/)
  assert.equal(exitCode, 5)
})

test('leaving a stream early ends its command', limit, async () => {
  const box = await create()
  for await (const chunk of await box.exec.stream('echo started; exec sleep 600')) {
    assert.match(chunk.data, /started/)
    assert.equal((await box.getStatus()).status, 'running')
    break
  }
  await waitUntil('the command to end', () => isIdle(box))
})

test('an aborted call rejects with code aborted', limit, async () => {
  const box = await create()
  const controller = new AbortController()
  const call = box.exec.command('exec sleep 600', { signal: controller.signal })
  await waitUntil('the command to run', async () => !(await isIdle(box)))
  controller.abort()
  await assert.rejects(call, { name: 'BoxError', code: 'aborted', retryable: false })
})

test('a call with a signal that is aborted already is never sent', limit, async () => {
  const box = await create()
  const call = box.exec.command('touch sent', { signal: AbortSignal.abort() })
  await assert.rejects(call, { code: 'aborted' })
  const entries = await box.files.list()
  assert.ok(!entries.some(({ name }) => name === 'sent'))
})

test('a call that takes longer than it may rejects with code timeout', limit, async () => {
  const box = await create()
  const call = box.exec.command('exec sleep 600', { timeoutMs: 200 })
  await assert.rejects(call, { name: 'BoxError', code: 'timeout' })
})

test('twenty commands at once each get their own output', limit, async () => {
  const box = await create()
  const numbers = Array.from({ length: 20 }, (_, number) => `${number}`)
  const runs = await Promise.all(numbers.map((number) => box.exec.command(`echo ${number}`)))
  assert.deepEqual(runs.map((run) => run.result.trim()), numbers)
})
