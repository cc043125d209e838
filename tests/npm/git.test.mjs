/** Cloning a repository into a box. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { repositoryFiles, startHost } from './stand-ins/host.mjs'
import { limit, withServer } from './suite.mjs'

const { create } = withServer({ args: ['--allow-private-egress'] })
let host
before(async () => {
  host = await startHost()
})
after(() => host?.stop())

test('a clone lands in a directory named after the repository', limit, async () => {
  const box = await create()
  await box.git.clone({ repo: host.repository('someone/project') })
  for (const [path, content] of Object.entries(repositoryFiles)) {
    assert.equal(await box.files.read(`project/${path}`), content)
  }
  const log = await box.exec.command('git -C project log --format=%s')
  assert.equal(log.result.trim(), 'Begin')
})

test('after `cd` a clone lands beside what is there', limit, async () => {
  const box = await create()
  await box.exec.command('mkdir -p app /tmp/away; touch app/mine')
  for (const cwd of ['/workspace/home/app', '/tmp/away']) {
    await box.cd(cwd)
    for (const repo of ['someone/project', 'someone/other.git']) await box.git.clone({ repo: host.repository(repo) })
    for (const name of ['project', 'other']) assert.equal(await box.files.read(`${cwd}/${name}/README.md`), repositoryFiles['README.md'])
    await box.git.clone({ repo: host.repository('someone/project'), folder: 'named' })
    assert.equal(await box.files.read('named/README.md'), repositoryFiles['README.md'])
  }
  assert.equal(await box.files.read('/workspace/home/app/mine'), '')
})

test('a repository that is not there is an error that says so', limit, async () => {
  const box = await create()
  const missing = host.repository('someone/project').replace('/git/', '/nothing/')
  await assert.rejects(box.git.clone({ repo: missing }), (error) => {
    assert.equal(error.name, 'BoxError')
    assert.match(error.message, /not found|404|clone/i)
    return true
  })
  assert.deepEqual(await box.files.list(), [])
})
