/** `Box.fork`: many boxes from one snapshot, each given out as soon as it is ready. */

import { split } from "./connection.js";
import { invalid } from "./error.js";
import { offers } from "./features.js";
import { failed, lines } from "./streams.js";

/** How many restores run at once where the service does not fork. */
const AT_ONCE = 8;

/** One that fails does not stop the others; the first failure is thrown after the last box. */
export async function* fork(kind, snapshotId, options, fixed) {
  const { connection, call, args } = split(options);
  const own = connection();
  const settings = { ...args, ...fixed, snapshotId };
  const { count } = settings;
  if (!(Number.isInteger(count) && count > 0 && count <= 1000)) {
    throw invalid("Box.fork: option `count` must be a whole number from 1 to 1000.");
  }
  const forks = (await offers(own, "fork", call))
    ? lines(await own.open("Box.fork", settings, call))
    : restored(own, settings, call);
  let first;
  for await (const { box, error } of forks) {
    if (box) yield new kind(own, box);
    else first ??= failed(error);
  }
  if (first) throw first;
}

/** The same by plain restores. */
async function* restored(connection, { count, ...settings }, call) {
  const running = new Map();
  const restore = (number) => {
    const { name } = settings;
    // One key would make one box.
    const own = { ...settings, name: name && `${name}-${number}`, idempotencyKey: undefined };
    return connection.call("Box.fromSnapshot", own, call).then(
      (box) => ({ number, box }),
      (error) => ({ number, error }),
    );
  };
  let next = 1;
  try {
    while (next <= count || running.size) {
      while (next <= count && running.size < AT_ONCE) running.set(next, restore(next++));
      const made = await Promise.race(running.values());
      running.delete(made.number);
      yield made;
    }
  } finally {
    // Nobody will be given these. An aborted request might still make its box, and not tell its id.
    for (const each of running.values()) each.then(({ box, error }) => discard(connection, box?.id ?? error.leftBehind));
  }
}

const discard = (connection, id) => id && connection.call("box.delete", { id }).catch(() => {});
