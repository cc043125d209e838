/** The two sides of a comparison: two snapshots, or a snapshot and a box as it is now. */

/** `{ before, after, changes }` from a snapshot to another one or a box. */
export async function sidesOf(client, snapshot, other) {
  if (other.kind === "box") {
    const box = await client.getBox(other.id);
    return {
      before: side(client, snapshot),
      after: { name: `${box.name ?? box.id} now`, files: box.files },
      changes: (signal) => box.diff(snapshot.id, { signal }),
    };
  }
  return {
    before: side(client, snapshot),
    after: side(client, other),
    changes: (signal) => client.diff(snapshot.id, other.id, { signal }),
  };
}

function side(client, { id, name }) {
  return { name: name ?? id, files: client.filesOf(id) };
}
