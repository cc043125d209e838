/** The calls of the conversation that is recorded. Their tag stands in their request. */

/** Every output and the end of a streamed command. */
async function streamed(box, tag) {
  const seen = { stdout: '', exitCode: undefined }
  for await (const event of box.exec.stream(`echo first; echo ${tag}; exit 3`)) {
    if (event.type == 'exit') seen.exitCode = event.exitCode
    else seen.stdout += event.data
  }
  return seen
}

const output = ({ stdout, exitCode }) => ({ stdout, exitCode })
const state = ({ id, status }) => ({ id, status })

/** Calls that must not be sent twice, because they might do their work twice. */
export const ONCE = {
  command: async (box, tag) => output(await box.exec.command(`echo ${tag}`)),
  stream: streamed,
  snapshot: async (box, tag) => state(await box.snapshot({ name: tag })),
  write: (box, tag) => box.files.write({ path: `written-${tag}`, content: 'text' }),
}

/** Calls that are sent again when they failed for a reason that passes. */
export const REPEATABLE = {
  'snapshot with a key': async (box, tag) => state(await box.snapshot({ name: tag, idempotencyKey: tag })),
  read: (box, tag) => box.files.read(`file-${tag}`),
  list: (box, tag) => box.files.list(`folder-${tag}`),
}
