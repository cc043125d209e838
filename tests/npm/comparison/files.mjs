/** Files, in and out. */
import { access, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { get } from './stage.mjs'

const bytes = new Uint8Array([0, 255, 254])
const isThere = (path) => access(path).then(() => true, () => false)

/** A box with these folders; a path that is none is refused, as the service does. */
const tree = (folders) => (_, { line }) => {
  const path = new URLSearchParams(line.split('?')[1]).get('folder')
  if (line.includes('/files/stat')) return { type: folders[new URLSearchParams(line.split('?')[1]).get('path')]?.length ? 'directory' : 'file' }
  if (line.includes('/download')) return `content of ${path}`
  return folders[path] ? { files: folders[path] } : { status: 400, body: { error: 'not a directory' } }
}
const file = (path, name = basename(path)) => ({ name, path, size: 1, is_dir: false, mod_time: '' })
const folder = (path) => ({ ...file(path), is_dir: true })

/** Downloads in a folder of its own. The official client knows no destination: it writes where the program runs. */
async function downloaded(client, server, folders, from, look) {
  const around = await mkdtemp(join(tmpdir(), 'box-comparison-files-'))
  const root = join(around, 'here')
  const before = process.cwd()
  try {
    await mkdir(root)
    const handle = await get(client, server, tree(folders))
    process.chdir(root)
    const failure = await handle.files.download({ folder: from }).then(() => undefined, (error) => error)
    process.chdir(before)
    return await look(root, failure)
  } finally {
    process.chdir(before)
    await rm(around, { recursive: true, force: true })
  }
}

export default [
  ['R2', 'writing bytes', async (client, server) => {
    const handle = await get(client, server, {})
    await handle.files.write({ path: '/a', content: bytes })
    const { content, encoding } = server.asked()[0].body
    return encoding == 'base64' && Buffer.from(String(content), 'base64').equals(bytes)
  }],
  ['R2', 'uploading what is in memory', async (client, server) => {
    const handle = await get(client, server, {})
    await handle.files.upload([{ destination: 'a', content: bytes }])
    return server.asked()[0].bytes.includes(Buffer.from(bytes))
  }],
  ['R18', 'uploading more files than a call may carry', async (client, server) => {
    const handle = await get(client, server, (_, { bytes: sent }) =>
      sent.toString().split('name="files"').length > 11 ? { status: 400, body: { error: 'at most 10 files' } } : {})
    const files = Array.from({ length: 11 }, (_, number) => ({ path: 'package.json', destination: String(number) }))
    return handle.files.upload(files).then(() => true, () => false)
  }],
]

/** Scenes that need the program to themselves: they change where it runs. */
export const alone = [
  ['W7', 'downloading a folder in a folder', (client, server) => {
    const folders = { '/d': [folder('/d/e')], '/d/e': [file('/d/e/f')] }
    return downloaded(client, server, folders, '/d', async (root) => {
      return (await readFile(join(root, 'd/e/f'), 'utf8').catch(() => '')) == 'content of /d/e/f'
    })
  }],
  ['W8', 'downloading a file with a hostile name', (client, server) => {
    const folders = { '/w/d': [file('/w/d/x', '../escaped')] }
    return downloaded(client, server, folders, '/w/d', async (root) => !(await isThere(join(root, 'escaped'))))
  }],
  ['W9', 'downloading "the folder" that is a file', (client, server) => {
    // As the service answers: no entries, and no complaint.
    const folders = { '/w/file': [] }
    return downloaded(client, server, folders, '/w/file', async (root) => {
      return (await readFile(join(root, 'file'), 'utf8').catch(() => '')) == 'content of /w/file'
    })
  }],
  ['W9', 'downloading ".."', (client, server) => {
    const folders = { '/workspace/home/..': [file('/workspace/escaped')] }
    return downloaded(client, server, folders, '..', async (root) => !(await isThere(join(root, '../escaped'))))
  }],
]
