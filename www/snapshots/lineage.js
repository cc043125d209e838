/**
 * Where each snapshot and box stands in the picture of how they came from one another. Pure.
 *
 * Rows go from the oldest down. What goes on in the same box stays in its parent's lane; whatever else began
 * there is drawn before that, one lane to the right, so a line never crosses another.
 */

/**
 * The rows of a forest. Each node needs `id`, `kind`, `parentId`, `boxId` (of a snapshot) and `createdAt`.
 *
 * A row is `{ node, lane, from, goesOn, through }`: `from` is the parent's lane, `goesOn` whether anything
 * comes below in this lane, `through` the lanes of lines that only pass.
 */
export function placeInLanes(nodes) {
  const known = new Set(nodes.map(({ id }) => id));
  const children = new Map();
  const roots = [];
  for (const node of nodes) {
    if (!known.has(node.parentId)) roots.push(node);
    else if (children.has(node.parentId)) children.get(node.parentId).push(node);
    else children.set(node.parentId, [node]);
  }
  const rows = [];
  // A stack of our own: a chain of a thousand snapshots is deeper than calls should nest.
  const ahead = roots.sort(byTime).reverse().map((node) => ({ node, lane: 0, from: undefined, through: [] }));
  for (let row = ahead.pop(); row; row = ahead.pop()) {
    const { node, lane, through } = row;
    const below = mainLast(node, children.get(node.id) ?? []);
    rows.push({ ...row, goesOn: below.length > 0 });
    const main = below.pop();
    if (main) ahead.push({ node: main, lane, from: lane, through });
    for (const branch of below.reverse()) ahead.push({ node: branch, lane: lane + 1, from: lane, through: [...through, lane] });
  }
  return rows;
}

/** How many lanes the rows need. */
export function laneCount(rows) {
  return rows.reduce((most, { lane }) => Math.max(most, lane + 1), 1);
}

/** A snapshot and another node: what one came from before it, else the older first, and a box always last. */
export function earlierFirst(nodes, snapshot, other) {
  if (other.kind === "box") return [snapshot, other];
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const comesFrom = (node, ancestor) => {
    for (let at = node; at; at = byId.get(at.parentId)) if (at.id === ancestor.id) return true;
    return false;
  };
  if (comesFrom(snapshot, other)) return [other, snapshot];
  return comesFrom(other, snapshot) || byTime(snapshot, other) < 0 ? [snapshot, other] : [other, snapshot];
}

/** Oldest first, and last the one that is the same box going on. */
function mainLast(parent, nodes) {
  const goesOn = ({ kind, id, boxId }) => parent.boxId !== undefined && (kind === "box" ? id : boxId) === parent.boxId;
  return nodes.sort((a, b) => goesOn(a) - goesOn(b) || byTime(a, b));
}

function byTime(a, b) {
  return (a.createdAt < b.createdAt ? -1 : Number(a.createdAt > b.createdAt)) || (a.id < b.id ? -1 : 1);
}
