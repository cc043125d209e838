/** A box whose key can be replaced while all that the page keeps of it stays. */

/** Gives `{ handle, renew }`: the handle is used like `box`, and goes on with whatever `renew` fetched last. */
export function renewable(box) {
  let current = box;
  const handle = new Proxy({}, {
    get(_, name) {
      const value = current[name];
      return typeof value === "function" ? value.bind(current) : value;
    },
  });
  return {
    handle,
    /** `fetch(id)` asks with the new key. A box that is gone, or that the key doesn't reach, stays as it was and says so when it is used. */
    async renew(fetch) {
      current = await fetch(current.id).catch(() => current);
    },
  };
}
