/** Many files at once, into a box and out of it; and what a box lists is not trusted. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { withScript } from './scripted.mjs'
import { limit, withServer } from './suite.mjs'

const { create } = withServer()
const { box, play } = withScript()

async function withFolder(use) {
  const folder = await mkdtemp(join(tmpdir(), 'box-transfer-'))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test('files are uploaded from memory, from what was chosen, and from the disk', limit, async () => {
  const handle = await create()
  await withFolder(async (folder) => {
    await writeFile(join(folder, 'local'), 'from disk')
    await handle.files.upload([
      { destination: 'deep/text', content: 'grün' },
      { destination: '/tmp/bytes', content: new Uint8Array([0, 255]) },
      { destination: 'stream', content: new Blob(['flows']).stream() },
      new File(['chosen'], 'chosen.txt'),
      { destination: 'disk', path: join(folder, 'local') },
      ...Array.from({ length: 12 }, (_, n) => ({ destination: `many/${n}`, content: `${n}` })),
    ])
  })
  assert.equal(await handle.files.read('deep/text'), 'grün')
  assert.deepEqual(await handle.files.read('/tmp/bytes', { encoding: 'bytes' }), new Uint8Array([0, 255]))
  assert.equal(await handle.files.read('stream'), 'flows')
  assert.equal(await handle.files.read('chosen.txt'), 'chosen')
  assert.equal(await handle.files.read('disk'), 'from disk')
  assert.equal((await handle.files.list('many')).length, 12)
})

test('an upload is a form with each path before its file, ten at a time', limit, async () => {
  const handle = await box()
  const asked = play()
  await handle.files.upload(Array.from({ length: 11 }, (_, n) => ({ destination: `f${n}`, content: 'x' })))
  assert.equal(asked.length, 2)
  const text = asked[0].body.toString()
  assert.match(asked[0].headers['content-type'], /^multipart\/form-data; boundary=/)
  assert.match(text, /name="paths"\r\n\r\n\/workspace\/home\/f0\r\n[^]*name="files"; filename="f0"\r\n[^]*octet-stream[^]*name="paths"/)
  assert.equal(text.match(/name="files"/g).length, 10)
  await assert.rejects(handle.files.upload({ content: 'x' }), { code: 'invalid_argument', message: /destination/ })
  await assert.rejects(handle.files.upload(undefined), { code: 'invalid_argument' })
})

test('a tree is walked, written to the local disk, and packed', limit, async () => {
  const handle = await create()
  await handle.exec.command("mkdir -p app/src app/empty; printf a > app/one; printf '\\000\\377' > app/src/two")
  const walked = []
  for await (const { relativePath, isDir } of handle.files.walk('app')) walked.push([relativePath, isDir])
  assert.deepEqual(walked, [['empty', true], ['one', false], ['src', true], ['src/two', false]])
  await withFolder(async (folder) => {
    const written = await handle.files.download({ folder: 'app', to: folder })
    assert.deepEqual(written, [join(folder, 'one'), join(folder, 'src/two')])
    assert.equal(await readFile(join(folder, 'one'), 'utf8'), 'a')
    assert.deepEqual([...(await readFile(join(folder, 'src/two')))], [0, 255])
  })
  await withFolder(async (folder) => {
    const to = join(folder, 'alone')
    assert.deepEqual(await handle.files.download({ folder: 'app/one', to }), [to])
    assert.equal(await readFile(to, 'utf8'), 'a')
    await assert.rejects(handle.files.download({ folder: 'none', to }), { code: 'path_not_found' })
  })
  const tar = Buffer.from(await new Response(await handle.files.tar('app')).arrayBuffer())
  assert.equal(tar.length % 512, 0)
  assert.match(tar.toString('latin1'), /\.\/src\/two/)
})

test('a download passes over what has no content', limit, async () => {
  const handle = await create()
  await handle.exec.command('mkdir -p app/folder; cd app; echo a > one; ln -s one link; ln -s folder into; ln -s none dangling; mkfifo pipe')
  await withFolder(async (folder) => {
    const written = await handle.files.download({ folder: 'app', to: folder })
    assert.deepEqual(written.sort(), [join(folder, 'link'), join(folder, 'one')])
    assert.equal(await readFile(join(folder, 'link'), 'utf8'), 'a\n')
  })
})

test('a download fails with a file that can not be read', limit, async () => {
  const handle = await box()
  const file = { name: 'f', path: '/workspace/home/f', size: 1, is_dir: false, mod_time: 'x' }
  play({ files: [file] }, { status: 403, body: { error: 'not yours' } }, { type: 'file' })
  await withFolder((to) => assert.rejects(handle.files.download({ to }), { code: 'forbidden', message: 'not yours' }))
})

test('a service that packs nothing is told by the name of the feature', limit, async () => {
  const handle = await box()
  const asked = play({ status: 404, body: { error: 'no such route' } })
  await assert.rejects(handle.files.tar('app'), { code: 'unsupported', message: /files_archive/ })
  assert.equal(asked[0].line, 'GET /v2/box/b/files/archive?folder=app')
})

test('a name that would lead elsewhere ends a download before anything is written', limit, async () => {
  const handle = await box()
  await withFolder(async (folder) => {
    for (const name of ['..', '../x', 'a/b', 'a\\b', '', '.']) {
      play({ type: 'directory' }, { files: [{ name, path: '/x', size: 1, is_dir: false, mod_time: 'x' }] })
      await assert.rejects(handle.files.download({ folder: 'app', to: folder }), { code: 'invalid_response' })
    }
  })
})

test('a stream gives a file of any size, parts are read alone, and leaving it ends the request', limit, async () => {
  const handle = await create()
  await handle.exec.command('head -c 5000000 /dev/zero > big; echo end >> big')
  const all = await new Response(await handle.files.stream('big')).arrayBuffer()
  assert.equal(all.byteLength, 5_000_004)
  assert.equal(await handle.files.read('big', { offset: 5_000_000, length: 3 }), 'end')
  const reader = (await handle.files.stream('big')).getReader()
  await reader.read()
  await reader.cancel()
  await assert.rejects(handle.files.stream('none'), { code: 'path_not_found' })
})

test('the tree is changed', limit, async () => {
  const handle = await create()
  await handle.files.mkdir('a/b', { parents: true })
  await assert.rejects(handle.files.mkdir('x/y'))
  await handle.files.write({ path: 'a/b/f', content: '12345' })
  await handle.files.rename('a/b/f', 'a/g')
  const stat = await handle.files.stat('a/g')
  assert.deepEqual([stat.type, stat.size], ['file', 5])
  assert.equal((await handle.files.stat('a')).type, 'directory')
  await assert.rejects(handle.files.remove('a'))
  await handle.files.remove('a', { recursive: true })
  await assert.rejects(handle.files.stat('a'), { code: 'path_not_found' })
})

test('an upload tells how far it is, and its last word is that all arrived', limit, async () => {
  const handle = await create()
  const seen = []
  const onProgress = (step) => seen.push(step)
  const large = new Uint8Array(3_000_000).fill(7)
  await handle.files.upload([{ destination: 'large', content: large }, { destination: 'small', content: 'grün' }], { onProgress })
  const totalBytes = 3_000_005
  assert.deepEqual(seen.at(-1), { bytes: totalBytes, totalBytes, percent: 100 })
  assert.ok(seen.length > 2, `only ${seen.length} steps`)
  assert.ok(seen.every(({ bytes }, at) => bytes > (seen[at - 1]?.bytes ?? 0)), 'it only grows')
  assert.deepEqual(await handle.files.read('large', { encoding: 'bytes' }), large)
  assert.equal(await handle.files.read('small'), 'grün')

  const contents = { text: 'grün', bytes: new Uint8Array([0, 255]), base64: 'AP8=', blob: new Blob(['ab']), stream: new Blob(['abc']).stream() }
  const lengths = { text: 5, bytes: 2, base64: 2, blob: 2, stream: 3 }
  for (const [path, content] of Object.entries(contents)) {
    seen.length = 0
    await handle.files.write({ path, content, encoding: path === 'base64' ? path : undefined, onProgress })
    assert.equal(seen.at(-1).bytes, lengths[path], path)
    assert.equal(seen.at(-1).percent, 100, path)
    assert.equal((await handle.files.stat(path)).size, lengths[path], path)
  }
  await withFolder(async (folder) => {
    await writeFile(join(folder, 'local'), 'from disk')
    await handle.files.upload({ destination: 'disk', path: join(folder, 'local') }, { onProgress })
    assert.deepEqual(seen.at(-1), { bytes: 9, totalBytes: 9, percent: 100 })
    await assert.rejects(handle.files.upload({ destination: 'd', path: join(folder, 'none') }, { onProgress }), { code: 'invalid_argument', message: /none/ })
  })
})

test('an upload in several requests counts on, and a callback that throws ends it', limit, async () => {
  const handle = await box()
  const asked = play()
  const seen = []
  const files = Array.from({ length: 11 }, (_, n) => ({ destination: `f${n}`, content: 'xx' }))
  await handle.files.upload(files, { onProgress: ({ bytes, percent }) => seen.push([bytes, percent]) })
  assert.deepEqual(seen.filter(([bytes]) => bytes >= 20), [[20, 90], [22, 100]])
  assert.match(asked[0].headers['content-type'], /^multipart\/form-data; boundary=/)
  assert.equal(asked[0].body.toString().match(/name="files"/g).length, 10)

  for (const thrown of ['no', undefined]) {
    const answers = play()
    const onProgress = () => {
      throw thrown
    }
    const large = { destination: 'l', content: new Uint8Array(1_000_000) }
    await assert.rejects(handle.files.upload([large, ...files], { onProgress }), { name: 'BoxError', code: 'invalid_argument', message: /`onProgress` threw/ })
    assert.ok(answers.length < 2, 'nothing more is sent')
  }
})
