/** Files of a box, in and out, as text and as bytes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limit, withServer } from './suite.mjs'

const { create } = withServer()

test('text is read back as it was written', limit, async () => {
  const box = await create()
  const content = 'grüße, 世界\n\u0000 and a zero\n'
  await box.files.write({ path: 'notes/today.txt', content })
  assert.equal(await box.files.read('notes/today.txt'), content)
  assert.equal(await box.files.read('/workspace/home/notes/today.txt'), content)
})

test('bytes are read back as they were written', limit, async () => {
  const box = await create()
  const content = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 31) % 256)
  await box.files.write({ path: 'picture.bin', content })
  const read = await box.files.read('picture.bin', { encoding: 'bytes' })
  assert.ok(read instanceof Uint8Array)
  assert.deepEqual(Buffer.from(read), Buffer.from(content))
  const size = await box.exec.command('wc -c < picture.bin')
  assert.equal(size.result.trim(), '70000')
})

test('a list names what a directory holds, sorted', limit, async () => {
  const box = await create()
  await box.exec.command('mkdir folder; printf 12345 > b.txt; touch a.txt')
  const entries = await box.files.list()
  const shown = entries.map(({ name, isDir, size }) => ({ name, isDir, size: isDir ? 0 : size }))
  assert.deepEqual(shown, [
    { name: 'a.txt', isDir: false, size: 0 },
    { name: 'b.txt', isDir: false, size: 5 },
    { name: 'folder', isDir: true, size: 0 },
  ])
  assert.deepEqual(await box.files.list('folder'), [])
})

test('a path that is not there is path_not_found', limit, async () => {
  const box = await create()
  await assert.rejects(box.files.read('nowhere'), { status: 404, code: 'path_not_found' })
  await assert.rejects(box.files.list('nowhere'), { status: 404, code: 'path_not_found' })
})

test('a symbolic link leads nowhere outside the box', limit, async () => {
  const box = await create()
  await box.exec.command('ln -s /proc/1/root/etc/shadow out; ln -s ../../../../../etc/shadow up')
  for (const path of ['out', 'up', '../../../../etc/shadow']) {
    await assert.rejects(box.files.read(path), (error) => [400, 403, 404].includes(error.status), path)
  }
})
