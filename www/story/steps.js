/**
 * The steps of the tour: what each says, and what it does for real.
 *
 * `act(world, stage)` does it and answers what was seen. `world` is what earlier steps left; `stage` is the page:
 * `adopt(box)` shows a new box, `list(box)` adds one to the list, `run(box, command)` gives a command in its
 * command line and answers the exit code, `refresh()` and `compare(first, second)` bring the picture up to date.
 */

import { formatDuration } from "../page/format.js";
import { timed } from "../page/timing.js";

const PROGRAM = [
  "mkdir -p shop/lib",
  "printf 'price() { echo $(($1 * 3)); }\\n' > shop/lib/price.sh",
  "printf '. shop/lib/price.sh\\n[ \"$(price 7)\" = 21 ] && echo \"all checks pass\"\\n' > shop/check.sh",
  "sh shop/check.sh",
].join(" && ");

/** One way to do the same work, for each branch. */
const WAYS = [
  ["by hand", `awk '{ s += $1 } END { printf "%.0f\\n", s }' numbers > sum`],
  ["with sort", `sort -n numbers | awk '{ s += $1 } END { printf "%.0f\\n", s }' > sum`],
  ["by formula", "n=$(wc -l < numbers); echo $((n * (n + 1) / 2)) > sum"],
];

export const STEPS = [
  {
    title: "Make a box",
    text: "A box is a Linux machine of its own: its processes, files and network are apart from yours. This makes one and puts a small program into it.",
    async act(world, { client, adopt, run }) {
      const { value: box, ms } = await timed(() => client.createBox({}));
      world.box = box;
      world.boxes = [box];
      world.snapshots = [];
      await adopt(box);
      return `Made in ${formatDuration(ms)}. ${checks(await run(box, PROGRAM))}`;
    },
  },
  {
    title: "Take a checkpoint",
    text: "A snapshot keeps the whole disk. Nothing is copied, so it takes as long for a gigabyte as for a page.",
    async act(world, { refresh }) {
      const { value, ms } = await timed(() => world.box.snapshot({ name: "checkpoint" }));
      world.checkpoint = value;
      world.snapshots.push(value);
      await refresh();
      return `Taken in ${formatDuration(ms)}.`;
    },
  },
  {
    title: "Break something",
    text: "An agent deletes the wrong folder. The checks fail, and there is no undo in a shell.",
    async act(world, { run }) {
      const code = await run(world.box, "rm -rf shop/lib && sh shop/check.sh");
      return checks(code);
    },
  },
  {
    title: "Go back",
    text: "Rolling back puts the disk of this very box back to the checkpoint.",
    async act(world, { run, refresh }) {
      const { ms } = await timed(() => world.box.rollback(world.checkpoint.id));
      const code = await run(world.box, "sh shop/check.sh");
      await refresh();
      return `Back in ${formatDuration(ms)}. ${checks(code)}`;
    },
  },
  {
    title: "Prepare once",
    text: "Installing and building take long, so do them once and keep the result. Here it is a file with a hundred thousand numbers.",
    async act(world, { run, refresh }) {
      await run(world.box, "seq 100000 > numbers && wc -l numbers");
      const { value, ms } = await timed(() => world.box.snapshot({ name: "prepared" }));
      world.prepared = value;
      world.snapshots.push(value);
      await refresh();
      return `Prepared, and kept in ${formatDuration(ms)}.`;
    },
  },
  {
    title: "Branch three ways",
    text: "Three boxes start from the prepared state at once, and each tries its own way to add the numbers up.",
    async act(world, { client, list, refresh }) {
      const start = performance.now();
      world.tries = [];
      for await (const box of client.fork(world.prepared.id, { count: WAYS.length })) {
        world.boxes.push(box);
        list(box, `ready after ${formatDuration(performance.now() - start)}`);
        world.tries.push(tryOne(box, ...WAYS[world.tries.length], start));
      }
      const tries = await Promise.all(world.tries);
      world.snapshots.push(...tries);
      world.tries = tries;
      await refresh();
      return `Three boxes branched, worked and were kept in ${formatDuration(performance.now() - start)}.`;
    },
  },
  {
    title: "Compare",
    text: "Every state is still there. See what the first way left behind that was not in the prepared state.",
    async act(world, { compare }) {
      await compare(world.prepared, world.tries[0]);
      return "One file differs. Choose it to see its lines.";
    },
  },
];

function checks(code) {
  return code === 0 ? "The checks pass." : `The checks fail: exit code ${code ?? "unknown"}.`;
}

async function tryOne(box, name, command) {
  const { exitCode } = await box.exec.command(command);
  if (exitCode !== 0) throw new Error(`The try ${name} ended with exit code ${exitCode}.`);
  return box.snapshot({ name });
}
