/**
 * What every row of the matrix does: one walk through the API, with nothing but what the package
 * exports and what every JavaScript runtime has.
 *
 * It imports nothing, so that each runtime and bundler resolves the package in its own way, and
 * answers with plain data, so that the verdict can leave a worker or a page.
 */

/** Runs all steps on the given exports; answers `{ steps }`, or `{ steps, error }` at the first that fails. */
export async function scenario(sdk, connection) {
  const steps = []
  try {
    await walk(sdk, connection, (step) => steps.push(step))
    return { steps }
  } catch (error) {
    const cause = error?.cause === undefined ? '' : ` (cause: ${error.cause?.message ?? error.cause})`
    return { steps, error: `after "${steps.at(-1) ?? 'nothing'}": ${error?.stack ?? error}${cause}` }
  }
}

async function walk(sdk, connection, done) {
  const { Box, BoxError } = sdk
  const box = await Box.create({ ...connection, runtime: 'node' })
  const made = [box]
  try {
    done('create')

    const run = await box.exec.command('echo "$((6 * 7)) äöü"')
    equal([run.exitCode, run.stdout], [0, '42 äöü\n'], 'what the command printed')
    done('exec')

    equal(await streamed(box, 'printf one; printf two >&2; exit 3'), { text: 'onetwo', exitCode: 3 }, 'the stream')
    done('stream')
    await leavesStream(box, BoxError)
    done('abort a stream')

    // Not UTF-8, and every byte: nothing on the way may take it for text.
    const bytes = Uint8Array.from({ length: 70_000 }, (_, at) => (at * 7 + (at >> 8)) & 255)
    await box.files.write({ path: 'bytes.bin', content: bytes })
    equal(await box.files.read('bytes.bin', { encoding: 'bytes' }), bytes, 'the bytes read back')
    const blob = new Blob(['a ', 'blob'])
    let told
    await box.files.write({ path: 'blob.txt', content: blob, onProgress: (step) => (told = step) })
    equal(told, { bytes: 6, totalBytes: 6, percent: 100 }, 'the last word of the upload')
    equal(await box.files.read('blob.txt'), 'a blob', 'the blob read back')
    done('upload and download bytes')

    const snapshot = await box.snapshot({ name: 'matrix' })
    equal(snapshot.status, 'ready', 'the state of the snapshot')
    await box.exec.command('echo changed > blob.txt && rm bytes.bin && touch added.txt')
    done('snapshot')

    const forks = await Promise.all([1, 2].map(() => Box.fromSnapshot(snapshot.id, connection)))
    made.push(...forks)
    for (const fork of forks) equal(await fork.files.read('blob.txt'), 'a blob', 'the restored file')
    await forks[0].files.write({ path: 'mine', content: 'first' })
    equal((await forks[1].files.list()).some(({ name }) => name === 'mine'), false, 'a fork sees the other')
    done('restore twice')

    if (Box.diffSnapshots) await differs(Box, box, snapshot, connection, done)

    await fails(() => box.files.read('no/such/file'), BoxError, 'path_not_found', 404)
    await fails(() => Box.get('no-such-box', connection), BoxError, 'box_not_found', 404)
    await fails(() => Box.list({ ...connection, apiKey: 'not-the-key' }), BoxError, 'unauthorized', 401)
    done('errors')
    await box.deleteSnapshot(snapshot.id)
  } finally {
    await Promise.all(made.map((each) => each.delete()))
  }
  done('delete')
}

async function streamed(box, command) {
  let text = ''
  let exitCode
  for await (const chunk of await box.exec.stream(command)) {
    if (chunk.type === 'output') text += chunk.data
    if (chunk.type === 'exit') exitCode = chunk.exitCode
  }
  return { text, exitCode }
}

/** A signal ends a stream that would go on for ever, and the error says that it was the caller. */
async function leavesStream(box, BoxError) {
  const abort = new AbortController()
  let chunks = 0
  const reading = async () => {
    for await (const chunk of await box.exec.stream('echo started; sleep 3600', { signal: abort.signal })) {
      chunks += chunk.type === 'output' ? 1 : 0
      abort.abort()
    }
  }
  await fails(reading, BoxError, 'aborted')
  equal(chunks, 1, 'the chunks before the abort')
}

async function differs(Box, box, snapshot, connection, done) {
  const later = await box.snapshot({ name: 'later' })
  const changes = []
  for await (const change of Box.diffSnapshots(snapshot.id, later.id, connection)) changes.push(change)
  const of = (file) => changes.find(({ path }) => path.endsWith(`/${file}`))
  equal(['added.txt', 'blob.txt', 'bytes.bin'].every(of), true, 'the diff names all changed files')
  await box.deleteSnapshot(later.id)
  done('diff')
}

async function fails(work, BoxError, code, status) {
  let error
  try {
    await work()
  } catch (thrown) {
    error = thrown
  }
  if (!error) throw new Error(`nothing was thrown, though ${code} was expected`)
  if (error.code !== code) throw error
  equal([error instanceof BoxError, error instanceof Error, error.status], [true, true, status], `the ${code} error`)
}

/** Compares plain data and bytes; what differs is named. */
function equal(actual, expected, what) {
  const same =
    expected instanceof Uint8Array
      ? actual?.length === expected.length && expected.every((byte, at) => actual[at] === byte)
      : JSON.stringify(actual) === JSON.stringify(expected)
  if (same) return
  const shown = (value) => (value instanceof Uint8Array ? `${value.length} bytes` : JSON.stringify(value))
  throw new Error(`${what}: ${shown(actual)} instead of ${shown(expected)}`)
}
