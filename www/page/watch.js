/** Keeps what is shown true: looks again now and then, while somebody is looking at the page. */

const EVERY_MS = 3000;
/** A server that is away is asked less and less often. */
const LONGEST_MS = 30_000;

/** Calls `look`, which answers whether it could see, for as long as the page lives. Gives a function that looks at once. */
export function watch(look) {
  let pause = EVERY_MS;
  let timer = setTimeout(turn, pause);
  let isLooking = false;
  let isWantedAgain = false;

  async function turn() {
    if (document.visibilityState === "visible") {
      isLooking = true;
      const couldSee = await look();
      isLooking = false;
      pause = couldSee ? EVERY_MS : Math.min(pause * 2, LONGEST_MS);
    }
    timer = setTimeout(turn, isWantedAgain ? 0 : pause);
    isWantedAgain = false;
  }

  function soon() {
    if (document.visibilityState !== "visible") return;
    // What is on its way may have been asked before the news.
    if (isLooking) {
      isWantedAgain = true;
      return;
    }
    clearTimeout(timer);
    pause = EVERY_MS;
    turn();
  }

  document.addEventListener("visibilitychange", soon);
  window.addEventListener("online", soon);
  return soon;
}
