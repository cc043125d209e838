/**
 * Where the key comes from and where it stays.
 *
 * It arrives in the address's fragment, which browsers send to no server, and is taken out of the address
 * bar and history at once. It is kept in sessionStorage: this tab, until it is closed.
 */

const STORED = "box.session";

/** The key in `#key=…`, removed from the address; undefined when there is none. */
export function takeKeyFromAddress() {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const apiKey = fragment.get("key");
  if (apiKey === null) return undefined;
  history.replaceState(history.state, "", location.pathname + location.search);
  return apiKey.trim() || undefined;
}

/** `{ baseUrl, apiKey }` of the last connection in this tab, or undefined. */
export function storedSession() {
  try {
    const { baseUrl, apiKey } = JSON.parse(sessionStorage.getItem(STORED) ?? "null") ?? {};
    return typeof baseUrl === "string" && typeof apiKey === "string" ? { baseUrl, apiKey } : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a session that worked. A browser that forbids storage only loses the reconnection on reload. */
export function storeSession({ baseUrl, apiKey }) {
  try {
    sessionStorage.setItem(STORED, JSON.stringify({ baseUrl, apiKey }));
  } catch {
    // Storage is off: the connection works all the same.
  }
}

/** Forgets the key. */
export function forgetSession() {
  try {
    sessionStorage.removeItem(STORED);
  } catch {
    // Nothing was stored.
  }
}
