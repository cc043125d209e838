/** The calls on what snapshots hold, as a program uses them. */
import { Box, EphemeralBox, type SnapshotChange } from 'upstash-box-wasm'
export async function use(id: string): Promise<void> {
  for await (const box of Box.fork(id, { count: 3, name: 'x', env: { A: 'b' } })) await box.rollback(id)
  for await (const box of EphemeralBox.fork(id, { count: 3, ttl: 60 })) {
    const made: EphemeralBox = box
    for await (const { kind, path, sizeAfter } of made.diff(id)) console.log(kind, path, sizeAfter ?? 0)
  }
  const changes: AsyncIterable<SnapshotChange> = Box.diffSnapshots(id, id, { timeoutMs: 1 })
  const files = Box.snapshotFiles(id)
  const bytes: Uint8Array = await files.read('x', { encoding: 'bytes' })
  const { status } = await Box.verifySnapshot(id)
  console.log(changes, bytes, status == 'changed', (await files.list()).length)
}
