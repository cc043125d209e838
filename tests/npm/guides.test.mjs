/**
 * The guides of `docs/guides`, as they stand: what a page shows of a file is in that file, and all its other
 * code is one program, which prints what the page says, and which TypeScript takes without a word of complaint.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { complaints } from './compiler.mjs'
import { limit, withServer } from './suite.mjs'

const { connection } = withServer()
const run = promisify(execFile)

const repository = process.env.BOX_REPOSITORY
assert.ok(repository, 'BOX_REPOSITORY names the folder that has docs/ and examples/')
const folder = join(repository, 'docs/guides')

const FENCE = /^```(\w+)\n(.*?)^```$/gms
const SOURCE = /from `(examples\/[^`]+)`:\s*$/i

/** The fenced blocks of a page, each with the file that the sentence before names. */
function blocks(page) {
  return [...page.matchAll(FENCE)].map(({ index, 1: language, 2: text }) => {
    const source = SOURCE.exec(page.slice(0, index).trimEnd())?.[1]
    return { language, text, source }
  })
}

const pages = (await readdir(folder)).filter((name) => name != 'README.md')

test('the list of guides has them all', async () => {
  const list = await readFile(join(folder, 'README.md'), 'utf8')
  assert.deepEqual([...list.matchAll(/\((\S+\.md)\)/g)].map((match) => match[1]).sort(), pages.sort())
})

for (const name of pages) {
  test(`${name} does what it says`, limit, async () => {
    const found = blocks(await readFile(join(folder, name), 'utf8'))
    for (const { text, source } of found.filter(({ source }) => source)) {
      const file = await readFile(join(repository, source), 'utf8')
      assert.ok(file.includes(text), `${source} does not have what ${name} shows of it:\n${text}`)
    }
    const program = own(found, 'js')
    assert.match(program, /console\.log/)
    assert.equal(await printed(program), own(found, 'text'))
  })
}

test('pasted into strict TypeScript, each guide compiles', limit, async () => {
  const programs = { wrong: `import { Box } from 'upstash-box-wasm'\nconsole.log((await Box.create()).nmae)\n` }
  for (const name of pages) programs[name] = own(blocks(await readFile(join(folder, name), 'utf8')), 'js')
  const about = await complaints(programs)
  // That the compiler sees such things at all is part of what is asserted.
  assert.match(about('wrong').join('\n'), /nmae/)
  for (const name of pages) assert.deepEqual(about(name), [], name)
})

/** What a page itself says in a language. */
function own(found, language) {
  return found.filter((block) => block.language == language && !block.source).map(({ text }) => text).join('')
}

/** What a program prints that stands beside the installed package. */
async function printed(program) {
  const cwd = await mkdtemp(fileURLToPath(new URL('guide-', import.meta.url)))
  try {
    await writeFile(join(cwd, 'guide.mjs'), program)
    const { baseUrl, apiKey } = connection()
    const env = { ...process.env, UPSTASH_BOX_BASE_URL: baseUrl, UPSTASH_BOX_API_KEY: apiKey }
    const { stdout } = await run(process.execPath, ['guide.mjs'], { cwd, env })
    // Files end with a line of their own.
    return stdout.replace(/\n+/g, '\n')
  } finally {
    await rm(cwd, { recursive: true, force: true })
  }
}
