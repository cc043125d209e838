/** How long a call took, as the person waiting for it saw it. */

/** Runs `work`; answers `{ value, ms }`. */
export async function timed(work) {
  const start = performance.now();
  const value = await work();
  return { value, ms: performance.now() - start };
}
