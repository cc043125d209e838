/**
 * The workflow of the GitHub Actions example: it parses, and the commands of its steps do what they
 * say when they run one after another in a project of three tests, one of which fails.
 */
import assert from 'node:assert/strict'
import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { parse } from 'yaml'
import { finish, serve } from '../programs.mjs'
import { installed, serverTarballs } from './server.mjs'

const TESTS = {
  'adds.test.mjs': 'if (1 + 1 !== 2) throw new Error("wrong")',
  'writes.test.mjs': 'import { writeFileSync } from "node:fs"; writeFileSync("shared", "mine", { flag: "wx" })',
  'fails.test.mjs': 'import { writeFileSync } from "node:fs"; writeFileSync("shared", "mine", { flag: "wx" }); throw new Error("on purpose")',
}

export const rows = [
  {
    name: 'example: GitHub Actions',
    async run(bench) {
      const source = join(bench.root, 'examples/github-actions')
      const workflow = parse(await readFile(join(source, 'box-tests.yml'), 'utf8'))
      const { steps } = workflow.jobs.test
      assert.deepEqual(Object.keys(workflow), ['name', 'on', 'jobs'])
      const command = (name) => steps.find((step) => step.name === name).run

      // Where the workflow installs from the registry, the tarballs are.
      assert.equal(command('Install box-server and the SDK'), 'npm install --no-save box-server upstash-box-wasm')
      const cwd = await installed(bench, 'actions', [...serverTarballs(), process.env.BOX_PACKAGE_TARBALL])
      await copyFile(join(source, 'run-tests-in-boxes.mjs'), join(cwd, 'run-tests-in-boxes.mjs'))
      for (const [name, content] of Object.entries(TESTS)) await writeFile(join(cwd, name), content)
      const env = { ...bench.env, ...(await runner(cwd)) }

      const port = /127\.0\.0\.1:(\d+)/.exec(command('Start box-server'))[1]
      const start = command('Start box-server').replaceAll(port, new URL(bench.pages.actions.origin).port)
      const running = await serve('bash', ['-e', '-c', `${start}\necho; echo started; wait`], { cwd, env }, /^(started)$/)
      try {
        const given = (await readFile(env.GITHUB_ENV, 'utf8')).trim().split('\n').map((line) => line.split('='))
        const later = { cwd, env: { ...env, ...Object.fromEntries(given) } }
        const said = await finish('bash', ['-e', '-c', `${command('Run the tests in boxes')} || echo "exit $?"`], later)
        assert.match(said, /^ok adds\.test\.mjs$/m)
        assert.match(said, /^ok writes\.test\.mjs$/m)
        assert.match(said, /^FAILED fails\.test\.mjs$/m)
        assert.match(said, /on purpose/)
        assert.match(said, /^exit 1$/m)
        await finish('bash', ['-e', '-c', command("Show the server's log")], later)
      } finally {
        await running.stop()
      }
      return true
    },
  },
]

/** What a runner gives to its steps: this Node first, a file for variables, and sudo. */
async function runner(cwd) {
  const bin = join(cwd, '.runner')
  await mkdir(bin)
  await writeFile(join(bin, 'sudo'), '#!/bin/sh\nexec "$@"\n')
  await chmod(join(bin, 'sudo'), 0o755)
  const PATH = [bin, dirname(process.execPath), process.env.PATH].join(delimiter)
  return { PATH, HOME: cwd, GITHUB_ENV: join(bin, 'variables'), UPSTASH_BOX_API_KEY: '', UPSTASH_BOX_BASE_URL: '' }
}
