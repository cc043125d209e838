/** Git in a box, and the git host's pull requests. */
import assert from 'node:assert/strict'

/** A repository in the box with one commit, and a bare one behind it; the working directory is in it. */
async function withRepository(t, git = {}) {
  const box = await t.box({ git })
  const made = await box.exec.command(
    'git init -q --bare origin.git && git clone -q origin.git repo 2>/dev/null && cd repo && git checkout -q -b main && ' +
      'echo one > file && git add . && git commit -qm first && git push -q origin main',
  )
  assert.equal(made.exitCode, 0, made.stderr)
  await box.cd('repo')
  return box
}

export const scenarios = {
  'box.git.clone': async (t) => {
    const box = await t.box()
    await box.git.clone({ repo: process.env.OFFICIAL_REPOSITORY })
    assert.equal(await box.files.read('my-repo/README.md'), '# my-repo\n')
    await assert.rejects(box.git.clone({ repo: process.env.OFFICIAL_REPOSITORY, branch: 'none' }))
  },
  'box.git.status': async (t) => {
    const box = await withRepository(t)
    assert.equal(await box.git.status(), '')
    await box.files.write({ path: 'new', content: 'x' })
    assert.equal(await box.git.status(), '?? new\n')
  },
  'box.git.diff': async (t) => {
    const box = await withRepository(t)
    await box.files.write({ path: 'file', content: 'two\n' })
    assert.match(await box.git.diff(), /\n-one\n\+two\n/)
  },
  'box.git.commit': async (t) => {
    const box = await withRepository(t)
    await box.files.write({ path: 'file', content: 'two\n' })
    const { sha, message } = await box.git.commit({ message: 'say "two"', authorName: 'Ada', authorEmail: 'a@example.com' })
    assert.equal(message, 'say "two"')
    const { output } = await box.git.exec({ args: ['log', '-1', '--format=%H %an %ae'] })
    assert.equal(output.trim(), `${sha} Ada a@example.com`)
  },
  'box.git.updateConfig': async (t) => {
    const box = await withRepository(t)
    assert.deepEqual(await box.git.updateConfig({ userName: 'Bob' }), {
      git_user_name: 'Bob',
      git_user_email: 'box@upstash.com',
    })
    assert.equal((await box.exec.command('git var GIT_AUTHOR_IDENT')).result.split(' <')[0], 'Bob')
  },
  'box.git.push': async (t) => {
    const box = await withRepository(t)
    await box.files.write({ path: 'file', content: 'two\n' })
    await box.git.commit({ message: 'second' })
    await box.git.push({ branch: 'main' })
    assert.equal((await box.exec.command('git -C ../origin.git log -1 --format=%s main')).result, 'second\n')
    await box.git.push()
    assert.equal((await box.exec.command(`git -C ../origin.git log -1 --format=%s ${box.id}`)).result, 'second\n')
  },
  'box.git.createPR': async (t) => {
    const box = await withRepository(t, { token: 'ghp_stand-in' })
    await box.exec.command('git checkout -q -b side; git remote set-url origin https://git.test/o/r.git')
    const made = await box.git.createPR({ title: 'Add it', body: 'Because.' })
    assert.deepEqual(made, { url: 'https://git.test/o/r/pull/7', number: 7, title: 'Add it', base: 'main' })
  },
  'box.git.exec': async (t) => {
    const box = await withRepository(t)
    assert.equal((await box.git.exec({ args: ['log', '--format=%s'] })).output, 'first\n')
  },
  'box.git.checkout': async (t) => {
    const box = await withRepository(t)
    await box.git.checkout({ branch: 'new/one' })
    assert.equal((await box.exec.command('git branch --show-current')).result, 'new/one\n')
  },
}
