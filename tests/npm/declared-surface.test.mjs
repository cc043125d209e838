/**
 * The declarations say what there is, no more and no less: what the package has while it runs is written
 * into a program that type-checks only when the declared names are the same ones.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as everything from 'upstash-box-wasm'
import { complaints } from './compiler.mjs'
import { withScript } from './scripted.mjs'
import { limit } from './suite.mjs'

const { connection, play } = withScript()
const { Box, BoxError, EphemeralBox } = everything

/** All that a handle may show of its box. */
const facts = {
  id: 'b', name: 'n', status: 'idle', size: 'small', runtime: 'node', keep_alive: true, ephemeral: true, agent: 'codex', model: 'm',
  snapshot_id: 's', network_policy: { mode: 'deny-all' }, created_at: 1, updated_at: 1, last_activity_at: 1, expires_at: 1,
}

/** What the language gives to objects, functions, errors and modules. */
const BUILT_IN = [Object.prototype, Function.prototype, Error.prototype]
const OF_FUNCTIONS = ['length', 'name', 'prototype']
const OF_OTHERS = ['constructor', 'stack', 'message', 'cause', Symbol.toStringTag]

/** The names of what these objects have, by themselves and from their classes. */
function members(...objects) {
  const names = new Set()
  for (const object of objects) {
    for (let level = object; level && !BUILT_IN.includes(level); level = Object.getPrototypeOf(level)) {
      const isThere = (name) => level != object || object[name] !== undefined
      for (const name of Reflect.ownKeys(level).filter(isThere)) names.add(name)
    }
  }
  const builtIn = typeof objects[0] == 'function' ? OF_FUNCTIONS : OF_OTHERS
  return [...names].filter((name) => !builtIn.includes(name))
}

const nameOf = (name) => (typeof name == 'symbol' ? `[${name.description}]` : JSON.stringify(name))

/** A line that compiles only when these are the names that the type has. */
const same = (type, names, leftOut = 'never') =>
  `({ ${names.map((name) => `${nameOf(name)}: 1`).join(', ')} }) satisfies Record<Exclude<keyof (${type}), ${leftOut}>, 1>;`

/** Whether the declared values are these. */
const value = (name) => `(${JSON.stringify(everything[name])}) satisfies typeof everything.${name};`

async function lines() {
  play(facts)
  const box = await Box.get('b', connection())
  const parts = ['agent', 'browser', 'exec', 'files', 'git', 'labels', 'schedule', 'skills']
  play('event: exit\ndata: {"exit_code":0,"cpu_ns":1}\n\n')
  const command = await box.exec.stream('true')
  for await (const _ of command);
  play('event: run_start\ndata: {"run_id":"r"}\n\nevent: done\ndata: {"output":"x","session_id":"s"}\n\n')
  const prompt = await box.agent.stream({ prompt: 'p' })
  for await (const _ of prompt);
  play('event: error\ndata: {"error":"no"}\n\n')
  const failed = await box.agent.run({ prompt: 'p' })
  play({ exit_code: 0, output: '', run_id: 'r', cpu_ns: 1 })
  const finished = await box.exec.command('true')
  const failure = new BoxError({ message: 'm', code: 'timeout', status: 1, requestId: 'r', retryable: true, leftBehind: 'b' })
  const tools = await harness()
  const of = (type, object, leftOut) => same(type, members(object), leftOut)
  return [
    of('typeof everything', everything),
    ...Object.keys(everything).filter((name) => typeof everything[name] == 'object').map(value),
    of('typeof everything.Box', Box, '"prototype"'),
    of('typeof everything.EphemeralBox', EphemeralBox, '"prototype"'),
    of('everything.Box', box),
    ...parts.map((part) => of(`everything.Box["${part}"]`, box[part])),
    of('ReturnType<typeof everything.Box.snapshotFiles>', Box.snapshotFiles('s', connection())),
    of('everything.ExecStream', command),
    same('everything.AgentStream', members(prompt, failed)),
    of('everything.Run', finished),
    of('everything.BoxError', failure, '"message" | "stack" | "cause"'),
    of('everything.CustomHarnessContext', tools.context),
    of('everything.CustomHarnessEmitter', tools.say),
  ]
}

/** What a custom harness is handed. */
async function harness() {
  let given
  const handler = (context, say) => void (given = { context, say })
  await everything.runCustomHarness(handler, { argv: ['-p', 'x', '--session', 's'], write: () => {} })
  return given
}

test('what is declared is there, and what is there is declared', limit, async () => {
  const surface = await lines()
  const program = (lines) => ["import * as everything from 'upstash-box-wasm';", ...lines].join('\n')
  const spoilt = (from, to) => program(surface.map((line) => line.replace(from, to)))
  const about = await complaints({
    surface: program(surface),
    declared_only: spoilt('"snapshot": 1, ', ''),
    there_only: spoilt('"snapshot": 1, ', '"snapshot": 1, "made_up": 1, '),
    another_value: spoilt('"codex"', '"codecs"'),
  })
  // That the compiler sees such things at all is part of what is asserted.
  for (const name of ['declared_only', 'there_only', 'another_value']) assert.match(about(name).join('\n'), /error TS/, name)
  assert.deepEqual(about('surface'), [])
})
