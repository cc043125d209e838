/** Finds the snapshots and boxes that are connected with a box. */

/** `{ nodes, details }`: the nodes of the picture, and by id all that is known of the snapshots among them. */
export async function findFamily(client, box, { isDeleted }) {
  const own = (await client.snapshotsOf(box.id)).snapshots;
  const details = new Map(own.map((snapshot) => [snapshot.id, snapshot]));
  let start = own[0]?.id;
  if (!start && box.snapshotId) {
    await addAll(client, details);
    // It may have been deleted since.
    if (details.has(box.snapshotId)) start = box.snapshotId;
  }
  const nodes = start ? await client.snapshotTree(start) : [];
  if (!isDeleted && !nodes.some(({ id }) => id === box.id)) {
    nodes.push({ kind: "box", id: box.id, name: box.name, createdAt: box.createdAt ?? "" });
  }
  if (nodes.some(({ kind, id }) => kind === "snapshot" && !details.has(id))) await addAll(client, details);
  return { nodes, details };
}

async function addAll(client, details) {
  for await (const snapshot of client.allSnapshots()) details.set(snapshot.id, snapshot);
}
