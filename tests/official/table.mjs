/** The table of methods and clients. */

/** Prints it, with a reason for whatever is not plainly ok; returns the counts. */
export function print(results, clients) {
  const methods = [...new Set(results.map(({ method }) => method))].sort()
  const widest = Math.max(...methods.map((method) => method.length))
  const row = (first, cells) => console.log(`   ${[first.padEnd(widest), ...cells.map((cell) => cell.padEnd(12))].join('  ')}`)
  row('method', clients)
  for (const method of methods) {
    const of = (client) => results.find((one) => one.method === method && one.client === client)
    row(method, clients.map((client) => of(client)?.verdict ?? '–'))
  }
  console.log('\n   ok: it works. –: the client has no such method. Others:')
  const notes = new Map()
  for (const { client, method, verdict, why } of results) {
    if (verdict === 'ok') continue
    const note = `${verdict}: ${why}`
    notes.set(note, [...(notes.get(note) ?? []), `${method} (${client})`])
  }
  for (const [note, where] of notes) console.log(`   ${note}\n      ${where.join(', ')}`)
  const failed = results.filter(({ verdict }) => verdict === 'failed').length
  return { passed: results.length - failed, failed }
}
