/** The two sides of a comparison: two snapshots, or a snapshot and a box as it is now. */

/** `{ before, after, changes }` of a snapshot and a snapshot or box; the older snapshot is `before`. */
export async function sidesOf(client, snapshot, other) {
  if (other.kind === "box") {
    const box = await client.getBox(other.id);
    return {
      before: side(client, snapshot),
      after: { name: `${box.name ?? box.id} now`, files: box.files },
      changes: (signal) => box.diff(snapshot.id, { signal }),
    };
  }
  const [before, after] = snapshot.createdAt <= other.createdAt ? [snapshot, other] : [other, snapshot];
  return {
    before: side(client, before),
    after: side(client, after),
    changes: (signal) => client.diff(before.id, after.id, { signal }),
  };
}

function side(client, { id, name }) {
  return { name: name ?? id, files: client.filesOf(id) };
}
